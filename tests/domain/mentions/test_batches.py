"""Many owners, one statement."""

import pytest

from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.pages import PageRequest
from domain.mentions.batches import (
    authors_by_id,
    conversations_by_id,
    mentions_by_author,
    mentions_by_conversation,
    mentions_by_id,
)
from domain.mentions.queries import list_mentions
from domain.mentions.shapes import MentionFilter, MentionSort
from tests.api.graph.counting import statements
from tests.inboxes import NOW, Inbox, item, make_inbox
from tests.world import make_workspace


@pytest.fixture
async def inbox(database: Database) -> Inbox:
    found = await make_inbox(database, await make_workspace(database))
    await found.take(*(item(number, root=f"p{number % 3}", about=None) for number in range(12)))
    return found


async def test_newest_of_each_conversation_come_in_one_statement(inbox: Inbox) -> None:
    caller = worker(inbox.workspace_id)
    rows = await inbox.rows("SELECT id FROM conversations ORDER BY root_remote_id")
    ids = [row["id"] for row in rows]
    unknown = new_id()
    with statements() as seen:
        async with inbox.database.transaction(inbox.workspace_id) as session:
            found = await mentions_by_conversation(session, caller, [*ids, unknown], limit=2)

    assert [[each.remote_id for each in found[id_]] for id_ in ids] == [
        ["r9", "r6"],
        ["r10", "r7"],
        ["r11", "r8"],
    ]
    assert (found[unknown], len(seen)) == ([], 1)


async def test_foreign_owners_have_nothing(inbox: Inbox, database: Database) -> None:
    [author] = await inbox.rows("SELECT id FROM authors")
    stranger = await make_workspace(database)
    async with database.transaction(stranger) as session:
        found = await mentions_by_author(session, worker(stranger), [author["id"]], limit=5)
        people = await authors_by_id(session, worker(stranger), [author["id"]])

    assert (found, people) == ({author["id"]: []}, {})


async def test_batches_by_id_answer_what_is_there(inbox: Inbox) -> None:
    caller = worker(inbox.workspace_id)
    [mention] = await inbox.rows("SELECT * FROM mentions WHERE remote_id = 'r3'")
    async with inbox.database.transaction(inbox.workspace_id) as session:
        mentions = await mentions_by_id(session, caller, [mention["id"], new_id()])
        people = await authors_by_id(session, caller, [mention["author_id"]])
        threads = await conversations_by_id(session, caller, [mention["conversation_id"]])

    assert [each.remote_id for each in mentions.values()] == ["r3"]
    assert people[mention["author_id"]].handle == "anna@example.social"
    assert threads[mention["conversation_id"]].mention_count == 4


async def test_list_of_views_goes_on_where_a_page_ended(inbox: Inbox) -> None:
    caller = worker(inbox.workspace_id)
    where = MentionFilter(sort=MentionSort.SAID)
    async with inbox.database.transaction(inbox.workspace_id) as session:
        one = await list_mentions(session, caller, PageRequest(5), where=where, now=NOW)
        request = PageRequest(100, one.page.next_cursor)
        two = await list_mentions(session, caller, request, where=where, now=NOW)

    assert [each.remote_id for each in (*one.data, *two.data)] == [f"r{n}" for n in range(12)]
    assert (one.page.has_more, two.page.has_more) == (True, False)
