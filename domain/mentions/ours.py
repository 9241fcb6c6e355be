"""What our account said itself that an arriving page is about: posts, and answers in threads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from domain.kernel.caller import Caller
from domain.mentions import statements
from domain.mentions.arrivals import Arrival
from domain.mentions.shapes import Reading

NO_POST: tuple[None, None] = (None, None)


@dataclass(frozen=True, slots=True)
class Ours:
    """By the remote ids of what the account published."""

    posts: Mapping[str, tuple[UUID, str | None]]
    threads: Mapping[str, UUID]
    """The conversations that our answers were given in."""

    def post_of(self, arrival: Arrival) -> tuple[UUID, str | None] | tuple[None, None]:
        """The id and the title of the post that it is about, as far as both may be told."""
        return self.posts.get(arrival.about or "") or self.posts.get(arrival.root or "") or NO_POST


async def find_ours(
    raw: asyncpg.Connection, caller: Caller, reading: Reading, arrivals: Iterable[Arrival]
) -> Ours:
    named = {each.about for each in arrivals} | {each.root for each in arrivals}
    rows = await raw.fetch(
        statements.OURS,
        caller.workspace_id,
        reading.account_id,
        list(named - {None}),
        reading.community_id,
    )
    return Ours(
        {row["remote_id"]: (row["post_id"], row["title"]) for row in rows if row["post_id"]},
        {row["remote_id"]: row["conversation_id"] for row in rows if row["conversation_id"]},
    )
