"""What posts said before, as nodes: typed errors show them, so they come first."""

from api.graph.derive import derive
from api.graph.scalars import WallTime
from domain.posts.version_shapes import ConflictView, PostVersionView
from domain.posts.versions import versions_by_id

VERSION = derive(
    PostVersionView,
    "PostVersion",
    "What a post said from one of its versions on.",
    find=versions_by_id,
)
CONFLICT = derive(
    ConflictView,
    "Conflict",
    "Both sides of a change that came too late.",
    as_types={"wall_time": WallTime | None},
)
