"""Every metric: what it counts, in which unit, whether its days add up, and from what."""

from dataclasses import dataclass

from domain.metrics.shapes import MetricView
from domain.metrics.words import (
    ENGAGEMENT_PARTS,
    ENGAGEMENTS,
    CountMethod,
    MetricKey,
    Scale,
    Unit,
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a series of the metric is made: a counted metric, for rates held against another."""

    numerator: str
    denominator: str | None
    method: CountMethod


_COUNTS = {
    MetricKey.LIKES: ("Likes", "Likes, favourites and reactions, as the network reports them."),
    MetricKey.REPOSTS: ("Reposts", "Reposts, boosts and shares, as the network reports them."),
    MetricKey.REPLIES: ("Replies", "Replies and comments, as the network reports them."),
    MetricKey.QUOTES: ("Quotes", "Reposts with words of their own, as the network reports them."),
    MetricKey.VIEWS: ("Views", "Views, as the network reports them; never added to anything."),
    MetricKey.CLICKS: ("Clicks", "Clicks on the post's links, as the network reports them."),
    MetricKey.SAVES: ("Saves", "Bookmarks and saves, as the network reports them."),
}
_STANDS = {
    MetricKey.FOLLOWERS: ("Followers", "People who follow the account."),
    MetricKey.FOLLOWING: ("Following", "Accounts that the account follows."),
    MetricKey.POSTS: ("Posts", "Posts of the account, ours or not, as the network counts them."),
}
_RATES = {
    MetricKey.ER_FOLLOWERS: (
        "Engagement rate by followers",
        "engagements ÷ followers × 100; of a post, the followers when it was published.",
        MetricKey.FOLLOWERS,
    ),
    MetricKey.ER_VIEWS: (
        "Engagement rate by views",
        "engagements ÷ views × 100, where the network reports views.",
        MetricKey.VIEWS,
    ),
}


def all_metrics() -> list[MetricView]:
    """The catalogue, in the order of `MetricKey`."""
    return [_view(key) for key in MetricKey]


def recipe(key: MetricKey) -> Recipe:
    if key in _RATES:
        return Recipe(ENGAGEMENTS, _RATES[key][2], CountMethod.RATE)
    method = CountMethod.SUM if key is MetricKey.ENGAGEMENTS else CountMethod.DIFFERENCE
    return Recipe(key, None, method)


def _view(key: MetricKey) -> MetricView:
    name, formula = _said_of(key)
    is_rate, made = key in _RATES, recipe(key)
    return MetricView(
        key=key,
        name=name,
        formula=formula,
        unit=Unit.PERCENT if is_rate else Unit.COUNT,
        is_additive=not is_rate,
        scale=Scale.ACCOUNT if key in _STANDS else Scale.POST,
        method=made.method,
        parts=[MetricKey(part) for part in ENGAGEMENT_PARTS]
        if made.numerator == ENGAGEMENTS
        else [],
        denominator=None if made.denominator is None else MetricKey(made.denominator),
    )


def _said_of(key: MetricKey) -> tuple[str, str]:
    if key in _RATES:
        return _RATES[key][:2]
    if key is MetricKey.ENGAGEMENTS:
        return "Engagements", " + ".join(ENGAGEMENT_PARTS) + ": the parts a network reports."
    return (_COUNTS | _STANDS)[key]
