"""What the body of a refusal says of a spent budget: waits and words (read 2026-11-27).

A path goes through lists. Units are those of the networks, in seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from domain.connector.dialects.moments import number, within_reason

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wait:
    path: Path
    unit_s: float = 1.0


@dataclass(frozen=True, slots=True)
class _Spent:
    """`unless`: what gives the words another meaning. `day_of`: whose midnight ends the wait."""

    path: Path
    words: frozenset[JsonValue]
    unless: tuple[Path, JsonValue] | None = None
    day_of: ZoneInfo | None = None


_WAITS = (
    _Wait(("parameters", "retry_after")),  # Telegram
    _Wait(("retry_after_ms",), 0.001),  # Matrix, deprecated since 1.10 and still sent
    _Wait(("retry_after",)),  # Discord
    _Wait(("extras", "wait_seconds")),  # Discourse
    _Wait(("error", "details", "retryDelay")),  # Google, as in `30s`
)
_SPENT = (
    # TikTok; the last two are of a day's posts and of a day's users.
    _Spent(
        ("error", "code"),
        frozenset({"rate_limit_exceeded", "spam_risk_too_many_posts", "reached_active_user_cap"}),
    ),
    # YouTube: a day there is Pacific time.
    _Spent(
        ("error", "errors", "reason"),
        frozenset({"quotaExceeded", "dailyLimitExceeded"}),
        day_of=ZoneInfo("America/Los_Angeles"),
    ),
    _Spent(
        ("error", "errors", "reason"), frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
    ),
    _Spent(("error", "status"), frozenset({"RESOURCE_EXHAUSTED"})),  # Google Business Profile
    # Meta, which sends 400 with some. 4 with this subcode may come after the post is there.
    _Spent(
        ("error", "code"),
        frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)}),
        unless=(("error", "error_subcode"), 2_207_051),
    ),
    _Spent(("error",), frozenset({"ratelimited"})),  # Slack
    _Spent(("code",), frozenset({"comment_flood"})),  # WordPress, with 400
    # LinkedIn: a day there is UTC's.
    _Spent(
        ("message",),
        frozenset(
            f"Resource level throttle {whose} DAY limit for calls to this resource is reached."
            for whose in ("APPLICATION", "MEMBER", "APPLICATION_AND_MEMBER")
        ),
        day_of=ZoneInfo("UTC"),
    ),
)


def wait_in_body(body: JsonValue, *, now: datetime) -> datetime | None:
    for wait in _WAITS:
        for value in _values(body, wait.path):
            seconds = _seconds(value)
            if seconds is not None:
                return within_reason(now, seconds * wait.unit_s)
    return None


def is_global_in_body(body: JsonValue) -> bool:
    """Whether a refusal says that no call at all is answered: Discord's `global`."""
    return isinstance(body, dict) and body.get("global") is True


def says_spent(body: JsonValue) -> bool:
    return _spent(body) is not None


def day_ends(body: JsonValue, *, now: datetime) -> datetime | None:
    """When a budget of a day is whole again, where the words are of such a one."""
    spent = _spent(body)
    if spent is None or spent.day_of is None:
        return None
    tomorrow = now.astimezone(spent.day_of).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), spent.day_of).astimezone(now.tzinfo)


def _spent(body: JsonValue) -> _Spent | None:
    return next((spent for spent in _SPENT if _is_said(body, spent)), None)


def _is_said(body: JsonValue, spent: _Spent) -> bool:
    if spent.unless is not None and spent.unless[1] in _values(body, spent.unless[0]):
        return False
    return any(
        isinstance(value, str | int) and value in spent.words for value in _values(body, spent.path)
    )


def _values(body: JsonValue, path: Path) -> Iterator[JsonValue]:
    """What stands at the end of a path."""
    if isinstance(body, list):
        for each in body:
            yield from _values(each, path)
    elif not path:
        yield body
    elif isinstance(body, dict) and path[0] in body:
        yield from _values(body[path[0]], path[1:])


def _seconds(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return number(str(value).removesuffix("s"))
