"""What becomes of a page that an inbox handed out."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from domain.calendars.tables import Calendar
from domain.connector.words import InboxKind, Profile
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.mentions.rules import MOST_TEXT
from domain.mentions.service import mark_mentions
from domain.mentions.shapes import Ingested, MarkMentions
from domain.posts.tables import Delivery, Post
from tests.inboxes import ANNA, NOW, SAID, Inbox, item, make_community, make_inbox
from tests.world import make_workspace

STATUSES = "SELECT status, shown::jsonb ->> 'status' FROM mentions ORDER BY remote_id"


@pytest.fixture
async def inbox(database: Database) -> Inbox:
    return await make_inbox(database, await make_workspace(database))


async def events(inbox: Inbox) -> list[Any]:
    rows = await inbox.rows(
        "SELECT kind, data::text FROM events WHERE kind LIKE 'mention%' ORDER BY number"
    )
    return [tuple(row) for row in rows]


async def test_page_is_stored_with_author_and_conversation(inbox: Inbox) -> None:
    found = await inbox.take(item(1), item(2))

    (first, second) = await inbox.rows(
        "SELECT m.*, c.mention_count, c.root_remote_id, c.last_mention_at, a.handle"
        "  FROM mentions m JOIN authors a ON a.id = m.author_id"
        "  JOIN conversations c ON c.id = m.conversation_id ORDER BY m.said_at"
    )
    assert found.new_ids == (first["id"], second["id"])
    assert (first["text"], first["status"], first["read_at"]) == ("Bonjour 1", "open", None)
    assert (first["author_name"], first["handle"]) == ("Anna Muster", "anna@example.social")
    assert (first["mention_count"], first["root_remote_id"]) == (2, "p1")
    assert first["last_mention_at"] == SAID + timedelta(minutes=2)
    assert first["created_at"] == NOW


async def test_batch_is_one_event_that_names_its_members(inbox: Inbox) -> None:
    found = await inbox.take(item(1), item(2))

    [(kind, data)] = await events(inbox)
    assert kind == "mentions.received"
    assert all(show("men", id_) in data for id_ in found.new_ids)


async def test_page_read_again_changes_nothing_and_leaves_no_event(inbox: Inbox) -> None:
    await inbox.take(item(1), item(2))
    before = await inbox.rows("SELECT id, version, xmin::text FROM mentions ORDER BY id")
    again = await inbox.take(item(1), item(2), now=NOW + timedelta(hours=1))

    assert (again.new_ids, again.changed_ids, again.deleted_ids) == ((), (), ())
    [conversation] = await inbox.rows("SELECT mention_count, version FROM conversations")
    assert tuple(conversation) == (2, 1)
    after = await inbox.rows("SELECT id, version FROM mentions ORDER BY id")
    assert [tuple(row)[:2] for row in before] == [tuple(row) for row in after]
    assert len(await events(inbox)) == 1


async def test_two_readings_at_once_store_a_page_once(inbox: Inbox) -> None:
    page = [item(number) for number in range(20)]
    found = await asyncio.gather(*(inbox.take(*page) for _ in range(4)))

    assert sorted(len(each.new_ids) for each in found) == [0, 0, 0, 20]
    [conversation] = await inbox.rows("SELECT mention_count FROM conversations")
    assert conversation["mention_count"] == 20


async def test_accounts_that_hear_the_same_people_do_not_wait_crosswise(
    database: Database,
) -> None:
    workspace_id = await make_workspace(database)
    one = await make_inbox(database, workspace_id)
    other = await make_inbox(database, workspace_id)
    people = [Profile(f"p{number}", f"p{number}@example.social") for number in range(30)]
    page = [item(number, author=person) for number, person in enumerate(people)]

    await asyncio.gather(one.take(*page), other.take(*reversed(page)))

    [row] = await one.rows("SELECT count(*) FROM authors")
    assert row["count"] == 30


async def test_pages_and_people_that_change_the_same_mentions_do_not_wait_crosswise(
    inbox: Inbox,
) -> None:
    found = await inbox.take(*(item(number) for number in range(60)))
    edits = [item(number, text="Autre") for number in range(0, 60, 2)]
    deletions = [item(number, is_deleted=True) for number in range(1, 60, 2)]
    marking = MarkMentions(mention_ids=list(found.new_ids), is_read=True)

    async def mark() -> None:
        async with inbox.database.transaction(inbox.workspace_id) as session:
            await mark_mentions(session, worker(inbox.workspace_id), marking, now=NOW)

    await asyncio.gather(inbox.take(*reversed(edits), *deletions), *(mark() for _ in range(4)))

    [row] = await inbox.rows(
        "SELECT count(*) FILTER (WHERE text = 'Autre') AS edited, count(deleted_at) AS deleted,"
        "       count(read_at) AS read FROM mentions"
    )
    assert tuple(row) == (30, 30, 60)


async def test_edited_text_is_taken_over_and_found(inbox: Inbox) -> None:
    [id_] = (await inbox.take(item(1, text="La taille"))).new_ids
    found = await inbox.take(item(1, text="La vendange"), now=NOW + timedelta(hours=1))

    [row] = await inbox.rows("SELECT text, version, edited_at, said_at, created_at FROM mentions")
    assert found.changed_ids == (id_,)
    assert tuple(row) == (
        "La vendange",
        2,
        NOW + timedelta(hours=1),
        SAID + timedelta(minutes=1),
        NOW,
    )
    [words] = await inbox.rows("SELECT words::text FROM mention_words")
    assert words["words"] == "'la':1 'vendange':2"
    assert [kind for kind, _ in await events(inbox)] == ["mentions.received", "mentions.changed"]


async def test_deleted_mention_loses_its_text_once(inbox: Inbox) -> None:
    [id_] = (await inbox.take(item(1))).new_ids
    gone = await inbox.take(item(1, is_deleted=True))
    again = await inbox.take(item(1, is_deleted=True))
    unknown = await inbox.take(item(2, is_deleted=True))

    [row] = await inbox.rows("SELECT text, deleted_at, version FROM mentions")
    assert (gone.deleted_ids, again.deleted_ids, unknown.deleted_ids) == ((id_,), (), ())
    assert tuple(row) == ("", NOW, 2)
    [words] = await inbox.rows("SELECT words::text FROM mention_words")
    assert words["words"] == ""
    assert [kind for kind, _ in await events(inbox)] == ["mentions.received", "mentions.deleted"]


async def test_open_mention_that_is_deleted_is_gone_until_it_is_there_again(inbox: Inbox) -> None:
    """It stood in the open inbox for ever, with no words to answer."""
    await inbox.take(item(1), item(2))
    await inbox.rows("UPDATE mentions SET status = 'answered' WHERE remote_id = 'r2'")
    await inbox.take(item(1, is_deleted=True), item(2, is_deleted=True))
    gone = await inbox.rows(STATUSES)
    await inbox.take(item(1), item(2))
    back = await inbox.rows(STATUSES)

    assert [tuple(row) for row in gone] == [("gone", "gone"), ("answered", "answered")]
    assert [tuple(row) for row in back] == [("open", "open"), ("answered", "answered")]


async def test_what_we_said_ourselves_is_no_mention(inbox: Inbox) -> None:
    found = await inbox.take(item(1, author=Profile("vaud", "vaud")))

    assert found.new_ids == ()
    assert await inbox.rows("SELECT 1 FROM authors") == []


async def test_entries_of_a_feed_are_the_feeds_own_and_stay(inbox: Inbox) -> None:
    entry = item(1, kind=InboxKind.ENTRY, author=Profile("vaud", "vaud"), about=None, root=None)
    found = await inbox.take(entry)

    [row] = await inbox.rows("SELECT id, conversation_id FROM mentions")
    assert tuple(row) == (found.new_ids[0], None)


async def test_first_reading_files_old_news_away_and_leaves_fresh_ones_open(inbox: Inbox) -> None:
    old = item(1, said_at=inbox.reading.connected_at - timedelta(days=30))
    found = await inbox.take(old, item(2), is_first=True)

    rows = await inbox.rows("SELECT id, status, read_at FROM mentions ORDER BY said_at")
    assert (len(found.baseline_ids), len(found.new_ids)) == (1, 1)
    assert tuple(rows[0]) == (found.baseline_ids[0], "archived", NOW)
    assert tuple(rows[1]) == (found.new_ids[0], "open", None)


async def test_later_readings_know_no_old_news(inbox: Inbox) -> None:
    found = await inbox.take(item(1, said_at=inbox.reading.connected_at - timedelta(days=30)))

    assert (len(found.baseline_ids), len(found.new_ids)) == (0, 1)


async def test_authors_new_name_is_kept_and_older_mentions_keep_theirs(inbox: Inbox) -> None:
    await inbox.take(item(1))
    await inbox.take(item(2, author=Profile(ANNA.remote_id, "anna2@example.social", "Anna Zwei")))

    [author] = await inbox.rows("SELECT handle, display_name, version FROM authors")
    names = await inbox.rows("SELECT author_name FROM mentions ORDER BY said_at")
    assert tuple(author) == ("anna2@example.social", "Anna Zwei", 2)
    assert [row["author_name"] for row in names] == ["Anna Muster", "Anna Zwei"]


async def test_same_id_on_two_servers_is_two_people(inbox: Inbox) -> None:
    await inbox.take(item(1))
    await inbox.take(item(2), server="http://other.test")

    rows = await inbox.rows("SELECT server FROM authors ORDER BY server")
    assert [row["server"] for row in rows] == ["http://other.test", "http://sandbox.test"]


async def test_global_id_is_one_person_wherever_it_is_seen(inbox: Inbox) -> None:
    anna = Profile("did:plc:anna", "anna.example.social")
    await inbox.take(item(1, author=anna))
    await inbox.take(item(2, author=anna), server="http://other.test")

    [row] = await inbox.rows("SELECT server FROM authors")
    assert row["server"] == ""


async def test_threads_without_a_named_root_follow_what_is_answered(inbox: Inbox) -> None:
    await inbox.take(
        item(1, about=None, root=None, kind=InboxKind.MENTION),
        item(2, about="r1", root=None),
    )
    await inbox.take(item(3, about="r2", root=None), item(4, about="p9", root=None))

    rows = await inbox.rows(
        "SELECT m.remote_id, c.root_remote_id FROM mentions m"
        "  JOIN conversations c ON c.id = m.conversation_id ORDER BY m.said_at"
    )
    assert [tuple(row) for row in rows] == [
        ("r1", "r1"),
        ("r2", "r1"),
        ("r3", "r1"),
        ("r4", "p9"),
    ]


async def test_gestures_stand_in_no_conversation_and_have_no_words(inbox: Inbox) -> None:
    await inbox.take(item(1, kind=InboxKind.LIKE, text=""))

    [row] = await inbox.rows("SELECT conversation_id, about_remote_id FROM mentions")
    assert tuple(row) == (None, "p1")
    assert await inbox.rows("SELECT 1 FROM mention_words") == []


async def test_text_that_postgresql_cannot_keep_is_mended(inbox: Inbox) -> None:
    await inbox.take(item(1, text="a\0b\ud83dc é" + "x" * MOST_TEXT, remote_id="r" * 3000))

    [row] = await inbox.rows("SELECT text, remote_id FROM mentions")
    assert row["text"].startswith("ab?c é")
    assert len(row["text"]) <= MOST_TEXT
    assert len(row["remote_id"]) < 500
    again = await inbox.take(item(1, text="a\0b\ud83dc é" + "x" * MOST_TEXT, remote_id="r" * 3000))
    assert again.new_ids == again.changed_ids == ()


async def test_signs_that_part_columns_part_no_text(inbox: Inbox) -> None:
    page = item(1, text="one\x1ftwo"), item(2, text=""), item(3, text="\x1e")
    await inbox.take(*page)
    again = await inbox.take(*page)

    rows = await inbox.rows("SELECT remote_id, text FROM mentions ORDER BY remote_id")
    assert [tuple(row) for row in rows] == [("r1", "onetwo"), ("r2", ""), ("r3", "")]
    assert again.changed_ids == ()


async def test_handle_that_no_index_holds_is_cut(inbox: Inbox) -> None:
    handle = "".join(chr(0x4E00 + number) for number in range(3000))
    found = await inbox.take(item(1, author=Profile("long", handle)))
    again = await inbox.take(item(1, author=Profile("long", handle)))

    [row] = await inbox.rows("SELECT a.handle, a.version, author_handle FROM mentions m, authors a")
    assert len(found.new_ids) == 1
    assert tuple(row) == (handle[:300], 1, handle[:300])
    assert again == Ingested()


async def test_clock_that_runs_ahead_does_not_hold_the_top(inbox: Inbox) -> None:
    await inbox.take(item(1, said_at=NOW + timedelta(days=400)))

    [row] = await inbox.rows("SELECT said_at FROM mentions")
    assert row["said_at"] == NOW


async def test_item_twice_in_a_page_counts_once_by_its_last_word(inbox: Inbox) -> None:
    found = await inbox.take(item(1, text="before"), item(1, text="after"))

    [row] = await inbox.rows("SELECT text FROM mentions")
    assert (len(found.new_ids), row["text"]) == (1, "after")


async def test_foreign_workspace_sees_nothing_of_it(inbox: Inbox, database: Database) -> None:
    await inbox.take(item(1))
    other = await make_inbox(database, await make_workspace(database))

    for table in ("mentions", "authors", "conversations", "mention_words"):
        assert await other.rows(f"SELECT 1 FROM {table}") == []


async def test_reply_to_our_post_names_it(inbox: Inbox) -> None:
    post_id = await make_published(inbox, remote_id="p1", title="La taille de la vigne")
    await inbox.take(item(1), item(2, about="r1", root="p1"), item(3, about="x", root="x"))

    rows = await inbox.rows("SELECT post_id, post_title FROM mentions ORDER BY said_at")
    [conversation] = await inbox.rows(
        "SELECT post_id FROM conversations WHERE root_remote_id = 'p1'"
    )
    title = "La taille de la vigne"
    assert [tuple(row) for row in rows] == [(post_id, title), (post_id, title), (None, None)]
    assert conversation["post_id"] == post_id


async def test_reply_to_a_post_of_another_community_keeps_its_title_to_itself(
    inbox: Inbox, database: Database
) -> None:
    other = await make_community(database, inbox.workspace_id)
    post_id = await make_published(inbox, remote_id="p1", title="Secret", community_id=other)
    await inbox.take(item(1, about="p1"))

    [row] = await inbox.rows("SELECT post_id, post_title FROM mentions")
    assert tuple(row) == (post_id, None)


async def test_answers_to_any_message_of_our_thread_are_about_its_post(inbox: Inbox) -> None:
    post_id = await make_published(
        inbox, remote_id="t1", title="Le fil", refs=[{"remote_id": f"t{n}"} for n in (1, 2, 3)]
    )
    await inbox.take(
        item(1, about="t1", root=None),
        item(2, about="t3", root=None),
        item(3, about="t2", root=None, kind=InboxKind.LIKE),
    )

    rows = await inbox.rows("SELECT post_id, post_title FROM mentions")
    assert [tuple(row) for row in rows] == [(post_id, "Le fil")] * 3
    [thread] = await inbox.rows("SELECT root_remote_id, post_id, mention_count FROM conversations")
    assert tuple(thread) == ("t1", post_id, 2)


async def make_published(
    inbox: Inbox,
    *,
    remote_id: str,
    title: str,
    community_id: UUID | None = None,
    refs: Sequence[dict[str, str]] = (),
) -> Any:
    """A post of ours that is public under a remote id; of the account's community if not told."""
    shared: dict[str, Any] = {
        "workspace_id": inbox.workspace_id,
        "created_at": NOW,
        "updated_at": NOW,
    }
    community_id = community_id or inbox.reading.community_id
    calendar = Calendar(
        **shared,
        community_id=community_id,
        name="C",
        description="",
        colour="#aabbcc",
        time_zone="UTC",
    )
    post = Post(
        **shared,
        community_id=community_id,
        calendar_id=calendar.id,
        title=title,
        text="",
        labels=[],
        media_ids=[],
        state="published",
        time_zone="UTC",
    )
    delivery = Delivery(
        **shared,
        kind="publish",
        account_id=inbox.reading.account_id,
        post_id=post.id,
        state="done",
        due_at=NOW,
        checkpoint={},
        refs=list(refs),
        remote_id=remote_id,
    )
    async with inbox.database.transaction(inbox.workspace_id) as session:
        for row in (calendar, post, delivery):
            session.add(row)
            await session.flush()
    return post.id


@pytest.mark.parametrize("hours", [-14, 0, 14])
async def test_a_time_that_was_never_set_can_be_shown(inbox: Inbox, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    unset = replace(item(1), said_at=datetime.min.replace(tzinfo=zone))

    await inbox.take(unset)

    (row,) = await inbox.rows("SELECT said_at, isfinite(said_at) AS is_told FROM mentions")
    assert row["is_told"]
    assert (row["said_at"].tzinfo, row["said_at"].year) == (UTC, 1)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//x.ch", "tag:1"])
async def test_addresses_that_are_not_of_the_web_are_not_kept(inbox: Inbox, address: str) -> None:
    mallory = Profile("mallory", "mallory@example.social", None, address, address)
    await inbox.take(item(1, url=address, author=mallory), item(2))
    await inbox.take(item(2, url=address))

    kept = "SELECT m.remote_id, m.url, author_avatar_url, a.url, a.avatar_url FROM mentions m"
    rows = await inbox.rows(f"{kept} JOIN authors a ON a.id = author_id ORDER BY remote_id")
    assert [tuple(row) for row in rows] == [
        ("r1", None, None, None, None),
        ("r2", None, None, ANNA.url, None),
    ]


async def test_address_of_the_web_is_kept_as_it_is_written(inbox: Inbox) -> None:
    await inbox.take(item(1, url="HTTPS://Example.ch/1"))

    [row] = await inbox.rows("SELECT url FROM mentions")
    assert row["url"] == "HTTPS://Example.ch/1"
