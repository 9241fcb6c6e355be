"""Running totals of posts, and how many people follow the profile.

https://developers.facebook.com/docs/threads/insights, read 2026-11-28.
"""

from collections.abc import Sequence

from domain.connector.dialects.graph import Graph, Listed
from domain.connector.errors import Missing, Refused
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.threads.answers import Insight
from domain.networks.threads.wire import profile_of

_OF_POSTS = {
    "views": Metric.VIEWS,
    "likes": Metric.LIKES,
    "replies": Metric.REPLIES,
    "reposts": Metric.REPOSTS,
    "quotes": Metric.QUOTES,
}
_FOLLOWERS = "followers_count"


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    graph, samples = profile_of(http, access), list[Sample]()
    query = [("metric", ",".join(_OF_POSTS))]
    for remote_id in remote_ids:
        try:
            listed = await graph.read(f"/{remote_id}/insights", Listed, query)
        except Missing:
            continue
        for insight in understood(listed.data, Insight):
            metric, total = _OF_POSTS.get(insight.name), _total(insight)
            if metric is not None and total is not None:
                samples.append(Sample(remote_id, metric, total, insight.name))
    return samples


async def sample_account(http: Http, access: Access) -> list[Sample]:
    """None where the token may not read it."""
    insights = await _of_profile(profile_of(http, access), access)
    totals = (_total(each) for each in insights if each.name == _FOLLOWERS)
    return [
        Sample(access.remote_id, Metric.FOLLOWERS, total, _FOLLOWERS)
        for total in totals
        if total is not None
    ]


async def _of_profile(graph: Graph, access: Access) -> list[Insight]:
    path, query = f"/{access.remote_id}/threads_insights", [("metric", _FOLLOWERS)]
    try:
        return understood((await graph.read(path, Listed, query)).data, Insight)
    except Refused:
        return []


def _total(insight: Insight) -> int | None:
    first = insight.values[0].value if insight.values else None
    return insight.total_value.value if first is None else first
