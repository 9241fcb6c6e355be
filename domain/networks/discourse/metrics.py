"""Running totals of posts, and how many posts the account has; a forum has no followers."""

from collections.abc import Sequence

from domain.connector.errors import Missing
from domain.connector.http import Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.discourse.answers import Post, UserPage
from domain.networks.discourse.wire import server_of

_LIKE = 2


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    server, samples = server_of(http, access), list[Sample]()
    for remote_id in remote_ids:
        try:
            samples += _of_post(await server.read(f"/posts/{remote_id}.json", Post))
        except Missing:
            continue
    return samples


async def sample_account(http: Http, access: Access) -> list[Sample]:
    page = await server_of(http, access).read(f"/u/{access.handle}.json", UserPage)
    total = page.user.post_count
    if total is None:
        return []
    return [Sample(access.remote_id, Metric.POSTS, total, "post_count")]


def _of_post(post: Post) -> list[Sample]:
    totals = (
        (Metric.LIKES, _likes(post), "actions_summary"),
        (Metric.REPLIES, post.reply_count, "reply_count"),
        (Metric.QUOTES, post.quote_count, "quote_count"),
        (Metric.VIEWS, post.reads, "reads"),
    )
    return [
        Sample(post.id, metric, total, source)
        for metric, total, source in totals
        if total is not None
    ]


def _likes(post: Post) -> int | None:
    """A summary without likes says that there are none; without a summary nobody knows."""
    if post.actions_summary is None:
        return None
    return sum(each.count for each in post.actions_summary if each.id == _LIKE)
