"""Metrics: what readers get."""

from datetime import date

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import AccountId, DeliveryId, PostId
from domain.kernel.shapes import View
from domain.metrics.words import CountMethod, GroupBy, Interval, MetricKey, Scale, Unit


class MetricView(View):
    key: MetricKey = Field(description="The metric's name in this api.")
    name: str = Field(description="Its name for people.")
    formula: str = Field(description="What it counts, or how it is made of others.")
    unit: Unit = Field(description="What its values are counted in.")
    is_additive: bool = Field(description="Whether the values of days may be added up.")
    scale: Scale = Field(description="Whose number it is: a post's or an account's.")
    method: CountMethod = Field(description="How the values of a series are made.")
    parts: list[MetricKey] = Field(description="What is added up in it; empty: nothing.")
    denominator: MetricKey | None = Field(description="What it is divided by; null: nothing.")


class CatalogueView(View):
    data: list[MetricView] = Field(description="Every metric.")


class CountedView(View):
    """How a series was counted."""

    method: CountMethod = Field(
        description="`difference_of_closings`: last total of a period less the last total of the "
        "period before. `sum_of_differences`: the same for every part, added up. `rate`: such a "
        "sum in hundredths of the denominator."
    )
    time_zones: list[str] = Field(
        description="IANA zones the days were cut in: of the calendars of the posts, or of the "
        "communities of the accounts."
    )
    source_metrics: list[str] = Field(description="The networks' own names for what was counted.")
    parts: list[MetricKey] | None = Field(
        description="Of engagements: the parts the networks reported; null where nothing is added."
    )
    denominator: MetricKey | None = Field(description="What was divided by; null: nothing.")


class SeriesView(View):
    """One line, as columns: every list has one entry per entry of `days`."""

    metric: MetricKey = Field(description="The metric.")
    group: str | None = Field(
        description="The network's key or the account's id, as asked; null when not grouped."
    )
    values: list[int | float | None] = Field(
        description="How far the totals moved in each period, falls as negatives; null where "
        "nobody can tell: no sample, or none in the period before."
    )
    totals: list[int | None] = Field(
        description="Closing totals of everything measured in the period; null: nothing was, or "
        "the metric is a rate."
    )
    known: list[int] = Field(description="Posts or accounts whose change is in the value.")
    measured: list[int] = Field(description="Posts or accounts whose closing is in the total.")
    counted: CountedView = Field(description="How it was counted.")


class SeriesAnswer(View):
    interval: Interval = Field(description="What each entry stands for.")
    group_by: GroupBy = Field(description="What each series stands for.")
    days: list[date] = Field(description="First day of each period, in order.")
    series: list[SeriesView] = Field(description="The lines, by metric as asked, then by group.")


class SampleView(View):
    """A running total as a network reported it."""

    account_id: AccountId = Field(description="The account that was asked for it.")
    post_id: PostId | None = Field(description="The post; null for the account's own numbers.")
    delivery_id: DeliveryId | None = Field(description="The copy of the post; null as above.")
    network: str = Field(description="Key of the network.")
    metric: MetricKey = Field(description="What was counted.")
    total: int = Field(description="The running total.")
    sampled_at: Moment = Field(description="When the network was asked.")
    source_metric: str = Field(description="The network's own name for it.")


class TotalView(View):
    metric: MetricKey = Field(description="What was counted.")
    total: int = Field(description="The newest running total.")
    sampled_at: Moment = Field(description="When the network was asked.")
    source_metric: str = Field(description="The network's own name for it.")


class CopyMetrics(View):
    """The newest numbers of a post on one network."""

    delivery_id: DeliveryId = Field(description="The copy.")
    account_id: AccountId = Field(description="The account that published it.")
    network: str = Field(description="Key of its network.")
    totals: list[TotalView] = Field(description="What the network reports; the rest is unknown.")
    engagements: int | None = Field(
        description="Sum of `engagement_parts`; null where the network reports none."
    )
    engagement_parts: list[MetricKey] = Field(description="What was added up.")
    followers: int | None = Field(
        description="Followers of the account when it was published; null: not known."
    )
    er_followers: float | None = Field(
        description="engagements ÷ followers × 100; null where either is missing or 0 followers."
    )
    er_views: float | None = Field(description="engagements ÷ views × 100; null likewise.")


class PostMetrics(View):
    post_id: PostId = Field(description="The post.")
    engagements: int | None = Field(
        description="Sum over its copies; null while none has been measured."
    )
    copies: list[CopyMetrics] = Field(description="One entry per measured copy.")


class AccountMetrics(View):
    account_id: AccountId = Field(description="The account.")
    network: str = Field(description="Key of its network.")
    totals: list[TotalView] = Field(description="What the network reports; the rest is unknown.")
