"""The words of metrics: what can be asked for, how days are gathered, how numbers were counted."""

from enum import StrEnum

from domain.connector.words import Metric


class MetricKey(StrEnum):
    """What a series can be asked for: the networks' own totals and what is made of them."""

    LIKES = "likes"
    REPOSTS = "reposts"
    REPLIES = "replies"
    QUOTES = "quotes"
    VIEWS = "views"
    CLICKS = "clicks"
    SAVES = "saves"
    ENGAGEMENTS = "engagements"
    ER_FOLLOWERS = "er_followers"
    ER_VIEWS = "er_views"
    FOLLOWERS = "followers"
    FOLLOWING = "following"
    POSTS = "posts"


class Interval(StrEnum):
    DAY = "day"
    WEEK = "week"
    """From Monday on."""
    MONTH = "month"


class GroupBy(StrEnum):
    NETWORK = "network"
    ACCOUNT = "account"
    NONE = "none"


class CountMethod(StrEnum):
    DIFFERENCE = "difference_of_closings"
    """Closing total of a period less the closing total of the period before."""
    SUM = "sum_of_differences"
    """The same for every part, added up."""
    RATE = "rate"
    """A sum of differences, in hundredths of the denominator."""


class Unit(StrEnum):
    COUNT = "count"
    PERCENT = "percent"


class Scale(StrEnum):
    """Whose number it is."""

    POST = "post"
    ACCOUNT = "account"


ACCOUNT_METRICS = frozenset({Metric.FOLLOWERS, Metric.FOLLOWING, Metric.POSTS})
ENGAGEMENTS = "engagements"
ENGAGEMENT_PARTS = (
    Metric.LIKES,
    Metric.REPOSTS,
    Metric.REPLIES,
    Metric.QUOTES,
    Metric.CLICKS,
    Metric.SAVES,
)
"""What counts as an engagement, where a network reports it."""
