"""The document that calendar programs read, byte for byte and read back."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import icalendar
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.tables import Calendar
from domain.feeds.ics import MOST_TEXT, write
from domain.feeds.shapes import FeedSeen, Shown
from domain.posts.rules import PostState

ID = UUID("0199e2b4-c1d0-7a3f-8e5d-6c7b8a901234")
MADE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHANGED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DOCUMENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Parvis//Calendar feeds//EN
NAME:Antenne\\; été\\, Vaud
X-WR-CALNAME:Antenne\\; été\\, Vaud
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-APPLE-CALENDAR-COLOR:#2f6f4f
X-PUBLISHED-TTL:PT1H
X-WR-TIMEZONE:Europe/Zurich
BEGIN:VEVENT
SUMMARY:La taille\\, la vigne
DTSTART:20261201T083000Z
DTSTAMP:20261124T090000Z
UID:post_0199e2b4c1d07a3f8e5d6c7b8a901234
SEQUENCE:4
CATEGORIES:vigne,a\\,b
CREATED:20261123T090000Z
DESCRIPTION:On taille.\\nEt vous ?
LAST-MODIFIED:20261124T090000Z
STATUS:CONFIRMED
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"""


def shown(**changes: Any) -> Shown:
    post = Shown(
        id=ID,
        version=4,
        title="La taille, la vigne",
        text="On taille.\r\nEt vous ?",
        labels=["vigne", "a,b"],
        state=PostState.SCHEDULED,
        publish_at=datetime(2026, 12, 1, 8, 30, tzinfo=UTC),
        created_at=MADE,
        updated_at=CHANGED,
    )
    return post._replace(**changes)


def seen(*posts: Shown, name: str = "Antenne; été, Vaud", shows_text: bool = True) -> FeedSeen:
    calendar = Calendar(
        workspace_id=ID,
        id=ID,
        community_id=ID,
        name=name,
        description="",
        colour="#2f6f4f",
        time_zone="Europe/Zurich",
        created_at=MADE,
        updated_at=MADE,
    )
    return FeedSeen(ID, calendar, shows_text, posts)


def events(document: bytes) -> list[icalendar.Component]:
    return list(icalendar.Calendar.from_ical(document).walk("VEVENT"))


def test_the_document_is_written_as_calendar_programs_expect() -> None:
    assert write(seen(shown())) == DOCUMENT.replace("\n", "\r\n").encode()


def test_what_is_cancelled_stays_and_says_so() -> None:
    found = [
        str(event["STATUS"])
        for event in events(
            write(seen(*(shown(state=state) for state in (PostState.CANCELLED, PostState.DRAFT))))
        )
    ]

    assert found == ["CANCELLED", "TENTATIVE"]


def test_text_is_left_out_where_the_link_shows_none_and_cut_where_it_is_long() -> None:
    long = shown(text="é" * (MOST_TEXT + 1))

    [told] = events(write(seen(long)))
    [untold] = events(write(seen(long, shows_text=False)))

    assert str(told["DESCRIPTION"]) == "é" * MOST_TEXT
    assert "DESCRIPTION" not in untold


def test_the_tag_changes_with_every_version_and_with_what_stands_in_the_window() -> None:
    first = seen(shown())

    assert first.tag == seen(shown(title="Other")).tag
    assert len({each.tag for each in (first, seen(shown(version=5)), seen())}) == 3


@settings(max_examples=80)
@given(text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=90))
def test_no_text_breaks_the_document(text: str) -> None:
    [event] = events(write(seen(shown(title=f"a{text}z", text=text, labels=[]), name=text)))

    title = str(event["SUMMARY"])
    assert (title[0], title[-1]) == ("a", "z")
    assert len(event) == len(events(write(seen(shown(labels=[]))))[0])
