"""What an event of a calendar says of itself, cleaned and bounded."""

from datetime import timedelta
from hashlib import sha256

from icalendar import Component, Event

from domain.feeds.ics import clean
from domain.kernel.clock import FULL_DAY
from domain.occasions.shapes import Found
from domain.occasions.spans import BROKEN, Place, Span

MOST_TITLE, MOST_TEXT, MOST_ID = 300, 2000, 500


def found_in(event: Event, span: Span, home: Place, name: str) -> Found:
    starts_at = span.place.moment(span.wall)
    if span.is_all_day:
        first, last = span.wall.date(), (span.wall + span.length - FULL_DAY).date()
        ends_at = span.place.moment(span.wall + span.length)
    else:
        ends_at = starts_at + span.length
        first = home.wall(starts_at).date()
        last = max(first, home.wall(ends_at - timedelta(microseconds=1)).date())
    return Found(
        uid=uid_of(event),
        recurrence=name,
        title=_text(event, "SUMMARY", MOST_TITLE),
        description=_text(event, "DESCRIPTION", MOST_TEXT),
        place=_text(event, "LOCATION", MOST_ID),
        url=_url(event),
        is_all_day=span.is_all_day,
        starts_on=first,
        ends_on=last,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=span.shown_zone,
    )


def uid_of(event: Event) -> str:
    """Its own or, where it has none or an endless one, one that its content makes."""
    given = _text(event, "UID", MOST_TEXT)
    if given and len(given) <= MOST_ID:
        return given
    return f"sha256:{sha256(given.encode() or event.to_ical()).hexdigest()}"


def sequence_of(event: Component) -> int:
    try:
        return int(event.decoded("SEQUENCE", 0))
    except BROKEN:
        return 0


def is_cancelled(event: Event) -> bool:
    return _text(event, "STATUS", MOST_ID).upper() == "CANCELLED"


def _text(event: Component, name: str, most: int) -> str:
    given = event.get(name, "")
    return clean(str(given[0] if isinstance(given, list) else given)).strip()[:most]


def _url(event: Event) -> str | None:
    url = _text(event, "URL", MOST_TEXT)
    return url if url.startswith(("https://", "http://")) else None
