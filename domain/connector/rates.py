"""What a network's answer says of our rate budget: the one place that reads it, in any dialect.

    dialects/rate_headers.py   RateLimit, RateLimit-*, X-RateLimit-*, X-Rate-Limit-*, Retry-After
    dialects/rate_usage.py     Meta's percentages
    dialects/rate_bodies.py    waits and words in the body of a refusal

A wait that is told wins over what remains: a network that sends it wants to be left alone. Moments
are by the network's clock, which its `Date` shows: by ours, where it is ahead, they would be over.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from pydantic import JsonValue

from domain.connector.dialects.moments import aware
from domain.connector.dialects.rate import Rate, tightest
from domain.connector.dialects.rate_bodies import (
    day_ends,
    is_global_in_body,
    says_spent,
    wait_in_body,
)
from domain.connector.dialects.rate_headers import (
    is_global_in_headers,
    rate_in_headers,
    wait_in_headers,
)
from domain.connector.dialects.rate_usage import rate_in_usage
from domain.connector.http import Reply

_REFUSED_FROM = 400
_SLOWER = 429
_CLOSED = 503
_UNDER_WAY = timedelta(seconds=5)
"""What a `Date` may be old without a clock being wrong."""
_WRONG = timedelta(days=1)
"""By more, a clock says nothing."""


def is_slowed(reply: Reply) -> bool:
    """Whether an answer refuses the call for its rate, by its status or by its words."""
    if reply.status == _SLOWER:
        return True
    return _REFUSED_FROM <= reply.status < 500 and says_spent(_body(reply))


def is_of_all(reply: Reply) -> bool:
    """Whether a refusal for the rate is of whatever its caller asks, not of such calls alone."""
    return is_slowed(reply) and (
        is_global_in_headers(reply.headers) or is_global_in_body(_body(reply))
    )


def is_shut(reply: Reply) -> bool:
    """Whether nothing is to be had for a while, which a 503 says that tells until when.

    After a write such an answer leaves the outcome unknown.
    """
    return is_slowed(reply) or (reply.status == _CLOSED and "retry-after" in reply.headers)


def read_rate(reply: Reply, *, now: datetime) -> Rate | None:
    """The budget that one answer tells, None when it tells nothing we can read.

    A `Retry-After` that is no refusal says nothing: a 202 has it while media is made.
    """
    apart = _apart(reply, now)
    rate = _read(reply, now - apart)
    if rate is None or rate.resets_at is None:
        return rate
    return replace(rate, resets_at=rate.resets_at + apart)


def _read(reply: Reply, now: datetime) -> Rate | None:
    """By the network's clock."""
    told = tightest(
        (rate_in_headers(reply.headers, now=now), rate_in_usage(reply.headers, now=now))
    )
    if reply.status < _REFUSED_FROM:
        return told
    until = wait_in_headers(reply.headers, now=now) or _wait_in_words(reply, now)
    spent = replace(told or Rate(None, None, None), remaining=0)
    if until is not None:
        return replace(spent, resets_at=until)
    return spent if is_slowed(reply) else told


def waits_until(reply: Reply) -> datetime | None:
    """When the network will listen again after a refusal.

    From when it came to us, as its budget is counted: the network's own `Date` leaves out a part of
    a second, and the call would be tried that much too early.
    """
    now = reply.received_at or sent_at_of(reply)
    rate = None if now is None else read_rate(reply, now=now)
    return None if rate is None else rate.resets_at


def _apart(reply: Reply, now: datetime) -> timedelta:
    """How far our clock is ahead of the network's."""
    sent_at = sent_at_of(reply)
    apart = timedelta(0) if sent_at is None else now - sent_at
    return apart if _UNDER_WAY < abs(apart) < _WRONG else timedelta(0)


def sent_at_of(reply: Reply) -> datetime | None:
    """By the network's clock."""
    try:
        return aware(parsedate_to_datetime(reply.headers["date"]))
    except (KeyError, ValueError, OverflowError):
        return None


def _wait_in_words(reply: Reply, now: datetime) -> datetime | None:
    if not is_slowed(reply):
        return None
    body = _body(reply)
    return wait_in_body(body, now=now) or day_ends(body, now=now)


def _body(reply: Reply) -> JsonValue:
    try:
        return reply.json()
    except (ValueError, RecursionError):
        return None
