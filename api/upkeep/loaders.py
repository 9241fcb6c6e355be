"""Relations of upkeep and of updates."""

from api.graph.relations import One
from domain.posts.batches import posts_by_id
from domain.posts.shapes import PostView
from domain.upkeep.queries import upkeeps_by_post
from domain.upkeep.shapes import UpkeepView
from domain.upkeep.update_shapes import UpdateView

upkeep_by_post = One(PostView, UpkeepView, "id", upkeeps_by_post)
post_by_update = One(UpdateView, PostView, "post_id", posts_by_id)
