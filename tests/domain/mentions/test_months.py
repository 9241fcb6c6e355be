"""The months that search reads are made ahead; what came too early is moved in."""

from datetime import UTC, datetime

from domain.kernel.database import Database
from domain.mentions.months import make_months
from tests.inboxes import Inbox, item, make_inbox
from tests.world import make_workspace

LATER = datetime(2031, 1, 10, 12, tzinfo=UTC)


async def test_months_are_made_once_and_take_what_waited_for_them(database: Database) -> None:
    inbox: Inbox = await make_inbox(database, await make_workspace(database))
    await inbox.take(item(1, said_at=LATER), now=LATER)
    where = "SELECT tableoid::regclass::text AS name FROM mention_words"
    [before] = await inbox.rows(where)

    async with database.transaction(None) as session:
        made = await make_months(session, now=LATER)
        again = await make_months(session, now=LATER)

    [after] = await inbox.rows(where)
    assert (made, again) == (4, 0)
    assert before["name"] == "partitions.mention_words_default"
    assert after["name"] == "partitions.mention_words_2031_01"
