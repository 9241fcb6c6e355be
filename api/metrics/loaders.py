"""Relations of metrics: the newest totals of posts and of accounts."""

from api.graph.relations import One
from domain.accounts.shapes import AccountView
from domain.metrics import queries
from domain.metrics.shapes import AccountMetrics, PostMetrics
from domain.posts.shapes import PostView

metrics_by_post = One(
    name="metrics_by_post",
    owner=PostView,
    target=PostMetrics,
    key="id",
    find=queries.latest_metrics_by_post,
)
metrics_by_account = One(
    name="metrics_by_account",
    owner=AccountView,
    target=AccountMetrics,
    key="id",
    find=queries.latest_by_account,
)
