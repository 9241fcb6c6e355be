"""The inbox against a model of the AppView's listing: newest first, by keyset, some late."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.connector.errors import Unavailable
from domain.connector.http import Call, Reply
from domain.connector.words import Access, Grant, InboxItem
from domain.networks.bluesky import inbox

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ACCESS = Access("https://pds.village.example", "did:plc:ana", "ana.village.example", Grant("a"))


class AppView:
    """Lists likes, each at a moment of its own."""

    def __init__(self, page_size: int) -> None:
        self.page_size = page_size
        self.moments: list[datetime] = []
        self.now = START
        self.calls = 0
        self.asked = dict[str, str]()

    def add(self, late_by: timedelta = timedelta(0)) -> datetime:
        self.now += timedelta(milliseconds=700)
        at = self.now - late_by
        while at in self.moments:
            at += timedelta(milliseconds=1)
        self.moments.append(at)
        return at

    async def __call__(self, call: Call) -> Reply:
        self.calls += 1
        self.asked = query = dict(call.query)
        below = datetime.fromisoformat(query["cursor"]) if "cursor" in query else None
        listed = sorted((at for at in self.moments if below is None or at < below), reverse=True)
        page = listed[: min(self.page_size, int(query["limit"]))]
        body: dict[str, object] = {"notifications": [_like(at) for at in page]}
        if page:
            body["cursor"] = page[-1].isoformat()
        return Reply(200, {}, json.dumps(body).encode(), call.url)


def _like(at: datetime) -> dict[str, object]:
    return {
        "uri": f"at://did:plc:bob/app.bsky.feed.like/{at.timestamp()}",
        "cid": "c",
        "author": {"did": "did:plc:bob", "handle": "bob.village.example"},
        "reason": "like",
        "reasonSubject": "at://did:plc:ana/app.bsky.feed.post/1",
        "record": {},
        "indexedAt": at.isoformat(),
    }


async def _drain(view: AppView, cursor: str | None) -> tuple[list[InboxItem], str]:
    items: list[InboxItem] = []
    for _ in range(200):
        page = await inbox.read(view, ACCESS, cursor)
        items += page.items
        cursor = page.cursor
        if not page.has_more:
            assert cursor is not None
            return items, cursor
    raise AssertionError("the reading never ends")


async def test_first_reading_is_one_page_oldest_first() -> None:
    view = AppView(page_size=3)
    moments = [view.add() for _ in range(5)]
    items, _ = await _drain(view, None)
    assert [item.said_at for item in items] == moments[2:]
    assert view.calls == 1


async def test_everybody_is_heard_though_the_account_prefers_whom_it_follows() -> None:
    """Who has that set in the app was shown the mentions of nobody else."""
    view = AppView(100)
    await inbox.read(view, ACCESS, None)
    assert view.asked == {"priority": "false", "limit": "100"}


async def test_quiet_reading_costs_one_call_when_the_page_reaches_below_the_last_hour() -> None:
    view = AppView(page_size=3)
    view.add(timedelta(hours=2))
    view.add()
    _, cursor = await _drain(view, None)
    view.calls = 0
    items, _ = await _drain(view, cursor)
    assert (items, view.calls) == ([], 1)


async def test_long_silence_is_caught_up_with_in_order_and_whole() -> None:
    view = AppView(page_size=3)
    view.add()
    _, cursor = await _drain(view, None)
    moments = [view.add() for _ in range(100)]
    items, cursor = await _drain(view, cursor)
    assert [item.said_at for item in items] == moments
    assert (await _drain(view, cursor))[0] == []


async def test_what_arrives_while_a_backlog_is_read_is_not_missed() -> None:
    view = AppView(page_size=3)
    view.add()
    _, cursor = await _drain(view, None)
    moments = [view.add() for _ in range(50)]
    said: list[datetime] = []
    for _ in range(100):
        page = await inbox.read(view, ACCESS, cursor)
        said += [item.said_at for item in page.items]
        cursor = page.cursor or ""
        if len(moments) < 70:
            moments.append(view.add())
        if not page.has_more and len(moments) == 70:
            break
    assert said == moments


async def test_cursor_that_is_not_ours_begins_anew() -> None:
    view = AppView(page_size=3)
    moment = view.add()
    items, _ = await _drain(view, "junk")
    assert [item.said_at for item in items] == [moment]


STEPS = st.lists(
    st.tuples(st.integers(0, 40), st.lists(st.integers(0, 59), max_size=3)), max_size=6
)


@settings(max_examples=60, deadline=None)
@given(before=st.integers(0, 5), steps=STEPS, page_size=st.integers(2, 7))
async def test_every_notification_comes_once_however_late_it_arrives(
    before: int, steps: list[tuple[int, list[int]]], page_size: int
) -> None:
    view = AppView(page_size)
    for _ in range(before):
        view.add()
    first, cursor = await _drain(view, None)
    said = [item.said_at for item in first]
    floor = min(said, default=START - timedelta(hours=1))
    for punctual, late in steps:
        for _ in range(punctual):
            view.add()
        for minutes in late:
            view.add(timedelta(minutes=minutes))
        items, cursor = await _drain(view, cursor)
        assert [item.said_at for item in items] == sorted(item.said_at for item in items)
        said += [item.said_at for item in items]
    assert sorted(said) == sorted(at for at in view.moments if at >= floor)


async def test_a_page_that_points_to_itself_ends_the_reading() -> None:
    """With nothing known yet it was asked for until the rate budget was spent."""
    calls: list[Call] = []

    async def around(call: Call) -> Reply:
        calls.append(call)
        assert len(calls) < 10
        return Reply(200, {}, b'{"notifications": [], "cursor": "here"}', call.url)

    first = await inbox.read(around, ACCESS, None)
    again = await inbox.read(around, ACCESS, first.cursor)

    assert (again.items, again.has_more) == ((), False)
    assert len(calls) == 3


async def test_list_without_an_end_is_walked_down_a_stretch_at_a_time_and_not_for_ever() -> None:
    """One reading of it went on until the rate budget was spent, and the next from the top."""
    calls: list[Call] = []

    async def endless(call: Call) -> Reply:
        calls.append(call)
        body = f'{{"notifications": [], "cursor": "{len(calls)}"}}'
        return Reply(200, {}, body.encode(), call.url)

    page = await inbox.read(endless, ACCESS, None)
    for _ in range(500):
        before = len(calls)
        page = await inbox.read(endless, ACCESS, page.cursor)
        assert (page.items, len(calls) - before <= 10) == ((), True)
        assert len(page.cursor or "") < 30_000


async def test_address_of_a_page_that_is_none_is_not_kept() -> None:
    async def boundless(call: Call) -> Reply:
        body = {"notifications": [], "cursor": "x" * 1_000_000}
        return Reply(200, {}, json.dumps(body).encode(), call.url)

    with pytest.raises(Unavailable):
        await inbox.read(boundless, ACCESS, "{}")


async def test_answer_that_a_bridge_wrote_badly_keeps_its_words() -> None:
    strong = {"uri": "at://did:plc:ana/app.bsky.feed.post/1", "cid": ""}
    record = {"text": "Hello", "langs": "en", "reply": {"root": strong, "parent": strong}}

    async def bridged(call: Call) -> Reply:
        told = {**_like(START), "reason": "mention", "record": record}
        body = json.dumps({"notifications": [told]}).encode()
        return Reply(200, {}, body, call.url)

    [item] = (await inbox.read(bridged, ACCESS, None)).items

    assert (item.text, item.language, item.about, item.root) == ("Hello", None, None, None)
