"""The words of metrics: what can be asked for, how days are gathered, how numbers were counted."""

from domain.connector.words import Metric
from domain.kernel.words import Word


class MetricKey(Word):
    """What a series can be asked for: the networks' own totals and what is made of them."""

    LIKES = "likes", "How often posts were liked."
    REPOSTS = "reposts", "How often posts were passed on."
    REPLIES = "replies", "How often posts were answered."
    QUOTES = "quotes", "How often posts were quoted."
    VIEWS = "views", "How often posts were shown."
    CLICKS = "clicks", "How often links of posts were followed."
    SAVES = "saves", "How often posts were kept."
    ENGAGEMENTS = "engagements", "Likes, reposts, replies, quotes, clicks and saves together."
    ER_FOLLOWERS = "er_followers", "Engagements in hundredths of the followers."
    ER_VIEWS = "er_views", "Engagements in hundredths of the views."
    FOLLOWERS = "followers", "How many follow the account."
    FOLLOWING = "following", "How many the account follows."
    POSTS = "posts", "How many posts the account has, by the network's count."


class Interval(Word):
    """How long each period of a series is."""

    DAY = "day", "From midnight to midnight."
    WEEK = "week", "From Monday on."
    MONTH = "month", "From the first on."


class GroupBy(Word):
    """What has a series of its own."""

    NETWORK = "network", "One series for each network."
    ACCOUNT = "account", "One series for each account."
    NONE = "none", "One series for all."


class CountMethod(Word):
    """How a number of a series is counted."""

    DIFFERENCE = (
        "difference_of_closings",
        "Closing total of a period less the closing total of the period before.",
    )
    SUM = "sum_of_differences", "The same for every part, added up."
    RATE = "rate", "A sum of differences, in hundredths of the denominator."


class Unit(Word):
    """What a number is of."""

    COUNT = "count", "A number of things."
    PERCENT = "percent", "Hundredths."


class Scale(Word):
    """Whose number it is."""

    POST = "post", "Of posts."
    ACCOUNT = "account", "Of accounts."


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
