"""A calendar as calendar programs read it: iCalendar (RFC 5545), all moments in UTC.

A post keeps its UID for life and counts its SEQUENCE up with every change; what is cancelled
stays and says so, so that programs that keep their own copy cross it out.
"""

import re
from datetime import timedelta

from icalendar import Calendar, Event, vDuration, vText

from domain.feeds.rules import STANDINGS
from domain.feeds.shapes import FeedSeen, Shown
from domain.kernel.ids import show

MADE_BY = "-//Parvis//Calendar feeds//EN"
MOST_TEXT = 1000
READ_AGAIN = timedelta(hours=1)
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""What this or that program takes for the end of a line."""
UNSHOWN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def write(seen: FeedSeen) -> bytes:
    """The whole document. Some 0.3 ms a post: not for the event loop."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", MADE_BY)
    # As texts, or their signs would stand unescaped.
    for name in ("name", "x-wr-calname"):
        calendar.add(name, vText(clean(seen.calendar.name)))
    calendar.add("x-wr-timezone", vText(seen.calendar.time_zone))
    calendar.add("x-apple-calendar-color", vText(seen.calendar.colour))
    calendar.add("refresh-interval", READ_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(READ_AGAIN))
    for post in seen.posts:
        calendar.add_component(_event(post, shows_text=seen.shows_text))
    document: bytes = calendar.to_ical()
    return document


def _event(post: Shown, *, shows_text: bool) -> Event:
    event = Event()
    event.add("uid", show("post", post.id))
    event.add("sequence", post.version)
    event.add("dtstamp", post.updated_at)
    event.add("created", post.created_at)
    event.add("last-modified", post.updated_at)
    event.add("dtstart", post.publish_at)
    event.add("summary", clean(post.title))
    event.add("status", STANDINGS[post.state])
    event.add("transp", "TRANSPARENT")
    if post.labels:
        event.add("categories", [clean(label) for label in post.labels])
    if shows_text and post.text:
        event.add("description", clean(post.text[:MOST_TEXT]))
    return event


def clean(text: str) -> str:
    """The text without signs that programs choke on, or that nobody can store."""
    return UNSHOWN.sub("", LINE_ENDS.sub("\n", text))
