"""Our connector and client against the RSS feed of a WordPress."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from domain.connector.errors import Missing, Refused
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access, InboxKind, Login
from domain.networks.feed import connect, inbox
from tests.real.outward import access_of, now, outward
from tests.real.rigs import WordPress

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]


@dataclass
class Heard:
    """Passes calls on and remembers what came of each."""

    inner: Http
    calls: list[Call] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        reply = await self.inner(call)
        self.replies.append(reply)
        return reply


@pytest.fixture
async def http(wordpress: WordPress) -> AsyncIterator[Heard]:
    async with outward(wordpress.origin) as client:
        yield Heard(client)


async def enter(http: Heard, url: str) -> Access:
    return access_of(await connect.connect(http, Login({"url": url}), now=now()))


async def test_front_page_names_the_feed_of_articles(http: Heard, wordpress: WordPress) -> None:
    access = await enter(http, wordpress.origin)

    assert access.server == wordpress.feed
    profile = await connect.check(http, access)
    assert (profile.display_name, profile.url) == ("Village", wordpress.origin)


async def test_only_what_changed_is_sent_again(http: Heard, wordpress: WordPress) -> None:
    access = await enter(http, wordpress.feed)
    baseline = await inbox.read(http, access, None)

    quiet = await inbox.read(http, access, baseline.cursor)

    first, second = http.replies[-2:]
    assert (first.status, second.status, second.body) == (200, 304, b"")
    asked = http.calls[-1].headers
    assert asked["if-none-match"] == first.headers["etag"]
    assert asked["if-modified-since"] == first.headers["last-modified"]
    assert quiet.items == ()


async def test_a_new_article_arrives_once_as_it_reads(http: Heard, wordpress: WordPress) -> None:
    access = await enter(http, wordpress.feed)
    baseline = await inbox.read(http, access, None)
    before = now()
    content = "<p>On taille &amp; on <b>boit</b>.</p><script>alert(1)</script>"
    link = wordpress.publish("La vigne à « Lavaux »", content)

    news = await inbox.read(http, access, baseline.cursor)
    quiet = await inbox.read(http, access, news.cursor)

    [item] = news.items
    assert (item.kind, item.title, item.url) == (InboxKind.ENTRY, "La vigne à « Lavaux »", link)
    assert item.text == "On taille & on boit."
    assert item.author.handle == "ana"
    assert abs((item.said_at - before).total_seconds()) < 60
    assert quiet.items == ()
    assert len({each.remote_id for each in (*baseline.items, item)}) == len(baseline.items) + 1


async def test_what_is_no_feed_and_what_is_not_there_are_told_apart(
    http: Heard, wordpress: WordPress
) -> None:
    with pytest.raises(Refused):
        await enter(http, f"{wordpress.origin}/wp-json/")
    with pytest.raises(Missing):
        await enter(http, f"{wordpress.origin}/no-such-page/")
