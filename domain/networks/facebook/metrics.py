"""Running totals of posts and comments, and how many people follow the Page.

Each insight is asked for alone: one name that Facebook no longer knows refuses a whole list of them
(https://developers.facebook.com/docs/graph-api/reference/insights, read 2026-11-28). Totals whose
permission is missing, or whose name is gone, are left out; the others stay.
"""

from collections.abc import Sequence
from typing import TypeVar

from domain.connector.dialects.graph import Form, Graph, Listed
from domain.connector.errors import Missing, Refused
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.facebook.answers import Counted, Followers, Insight
from domain.networks.facebook.places import is_post
from domain.networks.facebook.wire import page_of

T = TypeVar("T")

_SUMMED = "limit(0).summary(total_count)"
_POST = f"reactions.{_SUMMED},comments.{_SUMMED},shares"
_COMMENT = "like_count,comment_count"
_INSIGHTS = ((Metric.VIEWS, "post_media_view"), (Metric.CLICKS, "post_clicks"))


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    page, samples = page_of(http, access), list[Sample]()
    for remote_id in remote_ids:
        try:
            samples += await _of_one(page, remote_id, has_insights=is_post(remote_id, access))
        except Missing:
            continue
    return samples


async def sample_account(http: Http, access: Access) -> list[Sample]:
    query, name = [("fields", "followers_count")], "followers_count"
    told = await page_of(http, access).read(f"/{access.remote_id}", Followers, query)
    return _sampled(access.remote_id, (Metric.FOLLOWERS, told.followers_count, name))


async def _of_one(page: Graph, remote_id: str, *, has_insights: bool) -> list[Sample]:
    fields = [("fields", _POST if has_insights else _COMMENT)]
    counted = await _asked(page, f"/{remote_id}", Counted, fields) or Counted()
    samples = _sampled(
        remote_id,
        (Metric.LIKES, counted.reactions.summary.total_count, "reactions"),
        (Metric.LIKES, counted.like_count, "like_count"),
        (Metric.REPLIES, counted.comments.summary.total_count, "comments"),
        (Metric.REPLIES, counted.comment_count, "comment_count"),
        (Metric.REPOSTS, counted.shares.count, "shares"),
    )
    for metric, name in _INSIGHTS if has_insights else ():
        query = [("metric", name), ("period", "lifetime")]
        listed = await _asked(page, f"/{remote_id}/insights", Listed, query) or Listed(data=())
        values = (each for one in understood(listed.data, Insight) for each in one.values)
        samples += _sampled(remote_id, *((metric, each.value, name) for each in values))[:1]
    return samples


async def _asked(page: Graph, path: str, shape: type[T], query: Form) -> T | None:
    """None where Facebook tells us no such thing. Raises `Missing` for what is gone."""
    try:
        return await page.read(path, shape, query)
    except Missing:
        raise
    except Refused:
        return None


def _sampled(remote_id: str, *totals: tuple[Metric, int | None, str]) -> list[Sample]:
    return [
        Sample(remote_id, metric, total, source)
        for metric, total, source in totals
        if total is not None
    ]
