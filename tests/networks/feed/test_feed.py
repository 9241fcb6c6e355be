import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from domain.connector.errors import (
    GrantExpired,
    Missing,
    NetworkError,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.connector.http import Reply
from domain.connector.words import InboxKind, Login, Profile
from domain.networks.feed import connect, inbox
from tests.networks.feed.documents import (
    ACCESS,
    ATOM,
    PAGE,
    RSS,
    URL,
    Server,
    answer,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
THIRD = '<item><guid isPermaLink="false">three</guid><title>Third</title></item>'
LONGER = RSS.replace("<item>", f"{THIRD}<item>", 1)


async def test_connecting_reads_the_feed_and_keeps_its_address() -> None:
    server = Server([answer(RSS)])

    connected = await connect.connect(server, Login({"url": URL}), now=NOW)

    assert connected.server == URL
    assert connected.profile == Profile(
        remote_id=URL,
        handle="village.example/feed",
        display_name="The village & its square",
        url="https://village.example/",
    )


@pytest.mark.parametrize(
    "typed",
    ["village.example/feed", "feed://village.example/feed", "feed:https://village.example/feed"],
)
async def test_addresses_are_taken_as_people_write_them(typed: str) -> None:
    server = Server({URL: answer(RSS)})

    connected = await connect.connect(server, Login({"url": typed}), now=NOW)

    assert connected.server == URL


async def test_a_page_that_names_its_feed_leads_to_it() -> None:
    news = "https://village.example/blog/news.xml"
    server = Server({"https://village.example": answer(PAGE, kind="text/html"), news: answer(ATOM)})

    connected = await connect.connect(server, Login({"url": "village.example"}), now=NOW)

    assert (connected.server, connected.profile.display_name) == (news, "Dorf")


@pytest.mark.parametrize("page", ["<html><head></head></html>", PAGE])
async def test_a_page_without_a_feed_is_refused(page: str) -> None:
    server = Server(lambda _: answer(page, kind="text/html"))

    with pytest.raises(Refused) as refusal:
        await connect.connect(server, Login({"url": URL}), now=NOW)

    assert refusal.value.code == "network.no_feed"


async def test_the_first_reading_hands_out_all_oldest_first() -> None:
    page = await inbox.read(Server([answer(RSS)]), ACCESS, None)

    assert [(item.kind, item.remote_id, item.author.handle) for item in page.items] == [
        (InboxKind.ENTRY, "https://village.example/first", "The village & its square"),
        (InboxKind.ENTRY, "two", "Ada"),
    ]
    assert (page.has_more, page.items[1].text) == (False, "Warm & fresh\n\nCome in!")


async def test_only_what_is_new_is_handed_out_next() -> None:
    server = Server([answer(RSS), answer(LONGER), answer(LONGER)])
    first = await inbox.read(server, ACCESS, None)

    second = await inbox.read(server, ACCESS, first.cursor)
    third = await inbox.read(server, ACCESS, second.cursor)

    assert [(item.remote_id, item.said_at) for item in second.items] == [("three", NOW)]
    assert third.items == ()


async def test_a_server_is_asked_for_changes_alone() -> None:
    tagged = answer(RSS, etag='W/"1"', last_modified="Sat, 21 Nov 2026 08:00:00 GMT")
    server = Server([tagged, answer(status=304), answer(LONGER)])
    first = await inbox.read(server, ACCESS, None)

    second = await inbox.read(server, ACCESS, first.cursor)
    await inbox.read(server, ACCESS, second.cursor)

    assert "if-none-match" not in server.calls[0].headers
    for call in server.calls[1:]:
        assert call.headers["if-none-match"] == 'W/"1"'
        assert call.headers["if-modified-since"] == "Sat, 21 Nov 2026 08:00:00 GMT"
    assert second.items == ()


async def test_a_version_that_came_broken_is_not_remembered() -> None:
    server = Server([answer(RSS.replace("</channel></rss>", ""), etag='"1"'), answer(RSS)])
    first = await inbox.read(server, ACCESS, None)

    second = await inbox.read(server, ACCESS, first.cursor)

    assert "if-none-match" not in server.calls[1].headers
    assert (len(first.items), second.items) == (2, ())


async def test_a_feed_that_moved_for_good_is_asked_there_next_time() -> None:
    there = "https://new.example/feed"
    server = Server([answer(status=301, location=there), answer(RSS), answer(status=304)])

    first = await inbox.read(server, ACCESS, None)
    await inbox.read(server, ACCESS, first.cursor)

    assert server.urls == [URL, there, there]


async def test_a_feed_that_is_gone_where_it_moved_to_is_asked_at_home() -> None:
    there = "https://new.example/feed"
    server = Server(
        [answer(status=301, location=there), answer(RSS), answer(status=410), answer(RSS)]
    )

    first = await inbox.read(server, ACCESS, None)
    again = await inbox.read(server, ACCESS, first.cursor)

    assert server.urls == [URL, there, there, URL]
    assert (len(first.items), again.items) == (2, ())


@pytest.mark.parametrize("hops", [(302,), (307,), (302, 301)])
async def test_a_feed_that_moved_for_now_is_asked_at_home_next_time(hops: tuple[int, ...]) -> None:
    moved = [answer(status=hop, location="/there") for hop in hops]
    server = Server([*moved, answer(RSS), answer(status=304)])

    first = await inbox.read(server, ACCESS, None)
    await inbox.read(server, ACCESS, first.cursor)

    assert server.urls[-1] == URL


async def test_a_feed_that_points_around_in_circles_is_refused() -> None:
    server = Server(lambda _: answer(status=302, location=URL))

    with pytest.raises(Refused):
        await inbox.read(server, ACCESS, None)

    assert len(server.calls) == 6


async def test_a_feed_that_points_to_no_address_is_refused() -> None:
    server = Server([answer(status=302, location="http://[bad")])

    with pytest.raises(Refused):
        await inbox.read(server, ACCESS, None)

    assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer(status=410), GrantExpired),
        (answer(status=404), Missing),
        (answer(status=401), GrantExpired),
        (answer(status=403), Refused),
        (answer(status=429, retry_after="120"), RateLimited),
        (answer(status=503, retry_after="120"), RateLimited),
        (answer(status=503), Unavailable),
        (answer("<html>It works!</html>"), Unavailable),
        (answer("x" * 5_000_001), Refused),
    ],
)
async def test_failures_say_what_to_do(reply: Reply, error: type[NetworkError]) -> None:
    with pytest.raises(error) as failure:
        await inbox.read(Server([reply]), ACCESS, None)

    assert type(failure.value) is error
    if isinstance(failure.value, RateLimited):
        assert failure.value.until == datetime(2026, 11, 22, 10, 2, tzinfo=UTC)


async def test_no_entry_is_later_than_now() -> None:
    early = RSS.replace("22 Nov 2026 10:30:00 +0100", "22 Nov 2036 10:30:00 +0100")

    page = await inbox.read(Server([answer(early)]), ACCESS, None)

    assert [item.said_at for item in page.items] == [datetime(2026, 11, 21, 8, tzinfo=UTC), NOW]


async def test_a_server_whose_clock_is_none_leaves_dates_as_they_are() -> None:
    headers = {"content-type": "text/xml", "date": "Sun, 22 Nov 2026 10:00:00 +9999999999999999"}

    page = await inbox.read(Server([Reply(200, headers, RSS.encode(), URL)]), ACCESS, None)

    assert page.items[1].said_at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


async def test_a_server_without_a_clock_leaves_dates_as_they_are() -> None:
    reply = Reply(200, {"content-type": "text/xml"}, RSS.encode(), URL)

    page = await inbox.read(Server([reply]), ACCESS, None)

    assert page.items[1].said_at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


async def test_an_entry_that_stands_twice_is_handed_out_once() -> None:
    page = await inbox.read(Server([answer(LONGER.replace(THIRD, THIRD * 2))]), ACCESS, None)

    assert [item.remote_id for item in page.items].count("three") == 1


async def test_what_is_remembered_stays_small() -> None:
    items = "".join(f"<item><guid>{n}</guid><title>{n}</title></item>" for n in range(600))
    many = RSS.replace("<item>", f"{items}<item>", 1)
    server = Server([answer(many), answer(many), answer(RSS)])

    first = await inbox.read(server, ACCESS, None)
    second = await inbox.read(server, ACCESS, first.cursor)

    assert len(first.items) == 500
    assert len(json.loads(first.cursor or "")["seen"]) == 500
    assert second.items == ()


async def test_check_shows_the_feed() -> None:
    profile = await connect.check(Server([answer(ATOM)]), ACCESS)

    assert (profile.remote_id, profile.display_name) == (URL, "Dorf")
    assert await connect.refresh(Server([]), ACCESS, now=NOW) is None


def listed(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'


def item(number: int, guid: str, host: str = "https://village.example") -> str:
    """One that its guid, its address or what it says tells from others."""
    return (
        f"<item><guid>{guid}</guid><link>{host}/{number}</link><title>News {number}</title>"
        f"<pubDate>Sat, 21 Nov 2026 0{number}:00:00 GMT</pubDate></item>"
    )


async def test_a_feed_whose_guids_and_host_all_change_at_once_brings_nothing_twice() -> None:
    before = listed(item(2, "http://old.example/2"), item(1, "http://old.example/1"))
    new = "https://new.example"
    after = listed(*(item(number, f"{new}/?p={number}", new) for number in (3, 2, 1)))
    server = Server([answer(before), answer(after), answer(after)])
    first = await inbox.read(server, ACCESS, None)

    second = await inbox.read(server, ACCESS, first.cursor)
    third = await inbox.read(server, ACCESS, second.cursor)

    assert len(first.items) == 2
    assert [each.remote_id for each in second.items] == [f"{new}/?p=3"]
    assert third.items == ()


async def test_an_entry_that_says_something_else_is_handed_out_again_once() -> None:
    """Who reads the press by a feed never saw what was put right."""
    before = listed(item(2, "two"), item(1, "one"))
    corrected = before.replace("News 1", "News 1, put right")
    dated_anew = corrected.replace("21 Nov", "22 Nov")
    server = Server([answer(each) for each in (before, corrected, corrected, dated_anew)])
    first = await inbox.read(server, ACCESS, None)

    second = await inbox.read(server, ACCESS, first.cursor)
    third = await inbox.read(server, ACCESS, second.cursor)
    fourth = await inbox.read(server, ACCESS, third.cursor)

    found = [(each.remote_id, each.title) for each in second.items]
    assert found == [("one", "News 1, put right")]
    assert (third.items, fourth.items) == ((), ())


async def test_a_feed_that_comes_from_another_mirror_each_time_brings_nothing_twice() -> None:
    document = listed("<item><guid>one</guid></item>", "<item><link>/two</link></item>")
    answers = []
    for mirror in ("https://a.example/f", "https://b.example/x/f"):
        answers += [answer(status=302, location=mirror), answer(document)]
    server = Server(answers)
    first = await inbox.read(server, ACCESS, None)

    second = await inbox.read(server, ACCESS, first.cursor)

    assert {each.remote_id: each.url for each in first.items} == {
        "one": None,
        "/two": "https://a.example/two",
    }
    assert second.items == ()


async def test_entries_that_share_one_guid_are_told_apart_by_their_addresses() -> None:
    same = "https://village.example/"
    server = Server(
        [
            answer(listed(item(2, same), item(1, same))),
            answer(listed(item(3, same), item(2, same), item(1, same))),
        ]
    )
    first = await inbox.read(server, ACCESS, None)

    second = await inbox.read(server, ACCESS, first.cursor)

    assert [each.title for each in first.items] == ["News 1", "News 2"]
    assert [each.title for each in second.items] == ["News 3"]


async def test_undated_entries_of_a_first_reading_were_there_before_it() -> None:
    undated = ["<item><guid>a</guid></item>", "<item><guid>b</guid></item>"]
    server = Server([answer(listed(undated[0])), answer(listed(*reversed(undated)))])

    first = await inbox.read(server, ACCESS, None)
    second = await inbox.read(server, ACCESS, first.cursor)

    assert [each.said_at for each in first.items] == [NOW - timedelta(days=1)]
    assert [each.said_at for each in second.items] == [NOW]


@pytest.mark.parametrize("is_newest_first", [True, False])
async def test_of_very_many_entries_the_newest_are_read_in_reasonable_time(
    *, is_newest_first: bool
) -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    items = [
        f"<item><guid>{n}</guid><pubDate>{format_datetime(start + timedelta(hours=n))}</pubDate>"
        "</item>"
        for n in range(50_000)
    ]
    document = listed(*(reversed(items) if is_newest_first else items))

    began = time.perf_counter()
    page = await inbox.read(Server([answer(document)]), ACCESS, None)

    assert [each.remote_id for each in page.items] == [str(n) for n in range(49_500, 50_000)]
    assert time.perf_counter() - began < 20


async def test_authors_who_give_the_address_of_one_site_are_different_people() -> None:
    bruno = ATOM.partition("<entry>")[2].partition("</entry>")[0]
    clara = bruno.replace("urn:1", "urn:2").replace("Bruno", "Clara")
    feed = ATOM.replace("</feed>", f"<entry>{clara}</entry></feed>").replace("/bruno", "/")

    page = await inbox.read(Server([answer(feed)]), ACCESS, None)

    people = {item.author.handle: item.author.remote_id for item in page.items}
    assert people == {
        "Bruno": "https://village.example/ Bruno",
        "Clara": "https://village.example/ Clara",
    }
