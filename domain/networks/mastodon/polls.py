"""Polls in Mastodon's words (https://docs.joinmastodon.org/entities/Poll/, read 2026-11-26)."""

from datetime import datetime, timedelta

from pydantic import JsonValue

from domain.connector.words import Poll
from domain.networks.mastodon.answers import Poll as Standing

_SHORTEST = timedelta(minutes=5)


def told(poll: Poll, lasts: timedelta) -> JsonValue:
    return {
        "options": list(poll.options),
        "expires_in": int(lasts.total_seconds()),
        "multiple": poll.is_multiple,
        "hide_totals": poll.hides_totals,
    }


def left(poll: Poll, standing: Standing | None, now: datetime) -> timedelta:
    """How long an edited poll goes on: to its own end, or as long as the server must have."""
    if standing is None or standing.expires_at is None:
        return poll.duration
    return max(standing.expires_at - now, _SHORTEST)
