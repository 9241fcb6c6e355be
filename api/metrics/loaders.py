"""Relations of metrics: the newest totals of posts and of accounts."""

from api.graph.relations import One
from domain.accounts.shapes import AccountView
from domain.metrics import queries
from domain.metrics.shapes import AccountMetrics, PostMetrics
from domain.posts.shapes import PostView

metrics_by_post = One(PostView, PostMetrics, "id", queries.latest_metrics_by_post)
metrics_by_account = One(AccountView, AccountMetrics, "id", queries.latest_by_account)
