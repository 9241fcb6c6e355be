"""Running totals of posts and comments, and of the account.

https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights,
read 2026-11-28. Insights that the token may not read are left out; the counts of the post stay. One
that is refused refuses a whole list of them: they are asked for alone then.
"""

from collections.abc import Iterable, Sequence

from domain.connector.dialects.graph import Graph, Listed
from domain.connector.errors import Missing, Refused
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.instagram.answers import Counts, Insight, Liked
from domain.networks.instagram.places import id_of, is_post
from domain.networks.instagram.wire import account_of

_POST, _COMMENT = "like_count,comments_count", "like_count"
_INSIGHTS = {"views": Metric.VIEWS, "saved": Metric.SAVES, "shares": Metric.REPOSTS}
_ACCOUNT = "followers_count,follows_count,media_count"


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    graph, samples = account_of(http, access), list[Sample]()
    for remote_id in remote_ids:
        try:
            samples += await _of_one(graph, remote_id)
        except Missing:
            continue
    return samples


async def sample_account(http: Http, access: Access) -> list[Sample]:
    fields = [("fields", _ACCOUNT)]
    told = await account_of(http, access).read(f"/{access.remote_id}", Counts, fields)
    return _sampled(
        access.remote_id,
        (Metric.FOLLOWERS, told.followers_count, "followers_count"),
        (Metric.FOLLOWING, told.follows_count, "follows_count"),
        (Metric.POSTS, told.media_count, "media_count"),
    )


async def _of_one(graph: Graph, remote_id: str) -> list[Sample]:
    fields = [("fields", _POST if is_post(remote_id) else _COMMENT)]
    told = await graph.read(f"/{id_of(remote_id)}", Liked, fields)
    samples = _sampled(
        remote_id,
        (Metric.LIKES, told.like_count, "like_count"),
        (Metric.REPLIES, told.comments_count, "comments_count"),
    )
    for insight in await _insights(graph, remote_id) if is_post(remote_id) else ():
        metric = _INSIGHTS.get(insight.name)
        value = insight.values[0].value if insight.values else None
        if metric is not None:
            samples += _sampled(remote_id, (metric, value, insight.name))
    return samples


async def _insights(graph: Graph, remote_id: str) -> list[Insight]:
    try:
        return await _asked(graph, remote_id, _INSIGHTS)
    except Missing:
        raise
    except Refused as error:
        if error.code == "meta.permission_missing":
            return []
    found = list[Insight]()
    for name in _INSIGHTS:
        try:
            found += await _asked(graph, remote_id, [name])
        except Missing:
            raise
        except Refused:
            continue
    return found


async def _asked(graph: Graph, remote_id: str, names: Iterable[str]) -> list[Insight]:
    query = [("metric", ",".join(names))]
    listed = await graph.read(f"/{remote_id}/insights", Listed, query)
    return understood(listed.data, Insight)


def _sampled(remote_id: str, *totals: tuple[Metric, int | None, str]) -> list[Sample]:
    return [
        Sample(remote_id, metric, total, source)
        for metric, total, source in totals
        if total is not None
    ]
