"""Engagement metrics in the graph: newest totals, samples, and series as columns."""

from typing import Any
from uuid import UUID

from api.graph.arguments import Arguments
from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import asking
from api.graph.lists import listing
from api.graph.pages import Order
from api.graph.relations import edge
from api.graph.scalars import Big
from api.metrics import loaders
from domain.kernel.caller import Scope
from domain.metrics import queries
from domain.metrics.catalogue import all_metrics
from domain.metrics.series import SeriesQuery, read_series
from domain.metrics.shapes import (
    AccountMetrics,
    CopyMetrics,
    MetricView,
    PostMetrics,
    SampleView,
    SeriesAnswer,
    SeriesView,
    TotalView,
)

derive(TotalView, "MetricTotal", "The newest running total of a metric.", as_types={"total": Big})
derive(
    CopyMetrics,
    "CopyMetrics",
    "The newest numbers of a post on one network.",
    as_types={"engagements": Big | None, "followers": Big | None},
)
derive(
    PostMetrics,
    "PostMetrics",
    "The newest numbers of a post.",
    as_types={"engagements": Big | None},
)
derive(AccountMetrics, "AccountMetrics", "The newest numbers of an account itself.")
SAMPLE = derive(
    SampleView, "Sample", "A running total as a network reported it.", as_types={"total": Big}
)
METRIC = derive(MetricView, "MetricKind", "A metric: what it counts and how.")
derive(
    SeriesView,
    "Series",
    "One line, as columns: every list has one entry per entry of `days`.",
    as_types={"values": list[float | None], "totals": list[Big | None]},
)
ANSWER = derive(SeriesAnswer, "SeriesAnswer", "The lines that were asked for.")

edge(
    loaders.metrics_by_post,
    "metrics",
    "Its newest numbers on each network. Needs `metrics:read`.",
)
edge(
    loaders.metrics_by_account,
    "metrics",
    "Its own newest numbers; null while never measured. Needs `metrics:read`.",
)

SERIES = Arguments(
    SeriesQuery,
    {
        "metrics": "What shall be counted.",
        "community_ids": "Only of these communities.",
        "account_ids": "Only of these accounts.",
        "calendar_ids": "Only of posts in these calendars.",
        "post_ids": "Only of these posts.",
        "networks": "Only on these networks, by key.",
        "group_by": "What each line stands for.",
        "interval": "What each entry stands for.",
        "first_on": "The first day; 29 days before the last when left out.",
        "last_on": "The last day; today when left out.",
    },
)


async def _series(_: object, context: Context, given: dict[str, Any]) -> SeriesAnswer:
    query = SeriesQuery(**SERIES.bound(given))
    text = await read_series(context.database.reads, context.caller, query, now=context.now)
    return SeriesAnswer.model_validate_json(text)


async def _kinds(_: object, context: Context, __: dict[str, Any]) -> list[MetricView]:
    context.caller.need(Scope.METRICS_READ)
    return all_metrics()


def _subject_of(sample: SampleView) -> UUID:
    """What was counted: a copy of a post, or the account itself."""
    return sample.delivery_id or sample.account_id


QUERIES = (
    asking(
        "metric_series",
        ANSWER | None,
        "How far totals moved in each period, falls as negatives, gaps as null. "
        "Needs `metrics:read`.",
        _series,
        SERIES.listed,
    ),
    asking(
        "metric_kinds",
        list[METRIC] | None,  # type: ignore[valid-type]  # made at run time
        "What can be asked for, and how each is counted. Needs `metrics:read`.",
        _kinds,
    ),
    listing(
        "metric_samples",
        SAMPLE,
        queries.list_samples,
        "Raw samples, newest first: of a post's copies, or of an account itself. "
        "Needs `metrics:read`.",
        filters={
            "post_id": "Only of this post's copies.",
            "account_id": "Only of this account: its own numbers, or its copy of the post.",
            "metrics": "Only of these metrics.",
            "since": "Sampled from this moment on.",
            "until": "Sampled before this moment.",
        },
        order=Order(queries.NEWEST_FIRST.name, ("sampled_at", _subject_of, "metric")),
    ),
)

MUTATIONS: tuple[Mutation, ...] = ()
