"""What our account said itself that an arriving page is about: posts, and answers in threads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from domain.kernel.caller import Caller
from domain.mentions import statements
from domain.mentions.arrivals import Arrival
from domain.mentions.rules import WRITTEN
from domain.mentions.shapes import Reading
from domain.mentions.standing import Standing

NO_POST: tuple[None, None] = (None, None)


@dataclass(frozen=True, slots=True)
class Ours:
    """By the remote ids of what the account published."""

    posts: Mapping[str, tuple[UUID, str | None]]
    threads: Mapping[str, UUID]
    """The conversations that our answers were given in."""
    firsts: Mapping[str, str]
    """Of later messages of our threads: the first, below which all that is said is one thread."""

    def post_of(self, arrival: Arrival) -> tuple[UUID, str | None] | tuple[None, None]:
        """The id and the title of the post that it is about, as far as both may be told."""
        return self.posts.get(arrival.about or "") or self.posts.get(arrival.root or "") or NO_POST


async def find_ours(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    arrivals: Sequence[Arrival],
    standing: Standing,
) -> Ours:
    # What others say, before or in the same page, is not looked up.
    theirs = standing.threads.keys() | {each.remote_id for each in arrivals if each.kind in WRITTEN}
    named = {each.about for each in arrivals} | {each.root for each in arrivals}
    rows = await _find(raw, caller, reading, statements.OURS, named - theirs)
    known = theirs | {row["remote_id"] for row in rows}
    unknown = {each.about for each in arrivals if each.root is None} - known
    later = await _find(raw, caller, reading, statements.LATER, unknown)
    return Ours(
        {
            row["remote_id"]: (row["post_id"], row["title"])
            for row in (*rows, *later)
            if row["post_id"]
        },
        {row["remote_id"]: row["conversation_id"] for row in rows if row["conversation_id"]},
        {row["remote_id"]: row["first_remote_id"] for row in later},
    )


async def _find(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    statement: str,
    named: Iterable[str | None],
) -> Sequence[asyncpg.Record]:
    asked = [each for each in named if each is not None]
    if not asked:
        return ()
    whose = caller.workspace_id, reading.account_id
    rows: Sequence[asyncpg.Record] = await raw.fetch(statement, *whose, asked, reading.community_id)
    return rows
