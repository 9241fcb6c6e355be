"""Sources whose server says that they moved for good: told, and followed once people say so."""

import pytest

from domain.connector.http import Call, Reply
from domain.kernel.errors import AlreadyExists, NotAllowedNow
from domain.sources.moving import accept_move
from domain.sources.shapes import AcceptMove, SourceView
from domain.sources.tables import Source, WatchedPage
from domain.upkeep.tables import Update
from tests.workers.stage import stage
from tests.workers.test_sources import DAY, URL, Watch, watch

__all__ = ["stage", "watch"]

THERE = "https://example.org/prix"


class Server:
    """Shows one text, and says where the address is for good."""

    def __init__(self, text: str, moved_to: str | None, status: int = 200) -> None:
        self.text, self.moved_to, self.status = text, moved_to, status
        self.asked: list[str] = []

    async def __call__(self, call: Call) -> Reply:
        self.asked.append(call.url)
        headers = {"content-type": "text/plain"}
        body = self.text.encode()
        return Reply(self.status, headers, body, call.url, moved_to=self.moved_to)


async def accept(watch: Watch, made: SourceView, url: str = THERE) -> SourceView:
    async with watch.open() as session:
        command = AcceptMove(url=url)
        return await accept_move(session, watch.caller, made.id, command, now=watch.stage.now)


async def test_a_page_that_moved_for_good_is_told_once(watch: Watch) -> None:
    made = await watch.name(await watch.publish())
    await watch.read_by(Server("Un", THERE))
    first = await watch.source(made.id)
    await watch.read_by(Server("", THERE, status=304), DAY)

    assert (first.moved_to, first.state, first.url) == (THERE, "watched", URL)
    [told] = await watch.told("source.moved")
    assert (told["url"], told["moved_to"]) == (URL, THERE)
    assert await watch.stage.rows(Update) == []


@pytest.mark.parametrize("moved_to", [None, URL, "ftp://example.org/a", "https://"])
async def test_what_is_no_other_address_is_not_told(watch: Watch, moved_to: str | None) -> None:
    made = await watch.name(await watch.publish())

    await watch.read_by(Server("Un", moved_to))

    found = await watch.source(made.id)
    assert (found.moved_to, found.excerpt) == (None, "Un")
    assert await watch.told("source.moved") == []


async def test_a_page_that_is_back_where_it_was_is_told_too(watch: Watch) -> None:
    made = await watch.name(await watch.publish())
    await watch.read_by(Server("Un", THERE))
    await watch.read_by(Server("Un", None), DAY)

    assert (await watch.source(made.id)).moved_to is None
    assert [each["moved_to"] for each in await watch.told("source.moved")] == [THERE, None]


async def test_an_accepted_address_is_read_from_then_on_and_changes_are_told(watch: Watch) -> None:
    posts = [await watch.publish("a"), await watch.publish("b")]
    made = [await watch.name(id_) for id_ in posts]
    await watch.read_by(Server("Un", THERE))

    accepted = await accept(watch, made[0])
    again = await accept(watch, made[0])
    server = Server("Deux", None)
    await watch.read_by(server)

    assert (accepted.url, accepted.moved_to, accepted.version) == (THERE, None, 2)
    assert again == accepted
    assert server.asked == [THERE]
    assert [row.url for row in await watch.stage.rows(WatchedPage)] == [THERE]
    assert [row.difference for row in await watch.stage.rows(Update)] == ["-Un\n+Deux"] * 2
    told = await watch.told("source.move_accepted")
    assert [(each["url"], each["previous"]) for each in told] == [(THERE, {"url": URL})] * 2


async def test_another_address_than_was_told_is_refused(watch: Watch) -> None:
    made = await watch.name(await watch.publish())
    await watch.read_by(Server("Un", THERE))

    with pytest.raises(NotAllowedNow):
        await accept(watch, made, "https://example.org/else")

    assert [row.url for row in await watch.stage.rows(WatchedPage)] == [URL]


async def test_a_post_that_rests_on_both_addresses_is_told_so(watch: Watch) -> None:
    post_id = await watch.publish("a")
    made = await watch.name(post_id)
    other = await watch.name(await watch.publish("b"))
    await watch.name(post_id, url=THERE)
    await watch.read_by(Server("Un", THERE))
    before = {row.id: row.page_id for row in await watch.stage.rows(Source)}

    with pytest.raises(AlreadyExists):
        await accept(watch, made)
    unchanged = {row.id: row.page_id for row in await watch.stage.rows(Source)}
    await accept(watch, other)

    assert unchanged == before
    after = {row.id: row.page_id for row in await watch.stage.rows(Source)}
    assert {id_ for id_, page in after.items() if page != before[id_]} == {other.id}
