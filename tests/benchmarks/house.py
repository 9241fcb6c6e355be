"""A workspace of connected accounts and the posts planned for them, at the network beside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from domain.accounts.credentials import seal_grant
from domain.connector.words import Grant
from domain.kernel.ids import new_id
from domain.kernel.sealing import KeyRing
from tests.benchmarks.stage import KEY

WORKSPACE = """
INSERT INTO workspaces (workspace_id, slug, name, version, created_at, updated_at)
VALUES ($1, $2, 'Lateness', 1, now(), now())
"""
COMMUNITY = """
INSERT INTO communities (workspace_id, id, version, created_at, updated_at, name, slug,
                         description, time_zone, languages)
VALUES ($1, $2, 1, now(), now(), 'Late', 'late', '', 'UTC', '{fr}')
"""
CALENDAR = """
INSERT INTO calendars (workspace_id, id, version, created_at, updated_at, community_id, name,
                       description, colour, time_zone)
VALUES ($1, $2, 1, now(), now(), $3, 'Late', '', '#336699', 'UTC')
"""
ACCOUNT = """
INSERT INTO accounts (workspace_id, id, version, created_at, updated_at, community_id, network,
                      state, server, remote_id, handle, measures, tries, poll_every_s,
                      sealed_grant, granted_at)
VALUES ($1, $2, 1, now(), now(), $3, 'sandbox', 'connected', $4, $5, 'village', '{}', 0, 30, $6,
        now())
"""
# Dealt out among the accounts, evenly over the time. PostgreSQL itself makes such ids from 18 on.
PLAN = """
WITH planned AS (
    SELECT made.*, $4::timestamptz + $5::interval * (n - 1) / $2::int AS at,
           ($6::uuid[])[1 + n % cardinality($6::uuid[])] AS account_id
      FROM unnest($9::uuid[], $10::uuid[], $11::uuid[])
           WITH ORDINALITY AS made (post_id, variant_id, delivery_id, n)
), post AS (
    INSERT INTO posts (workspace_id, id, version, created_at, updated_at, community_id,
                       calendar_id, title, text, labels, media_ids, state, wall_time, time_zone,
                       publish_at)
    SELECT $1, post_id, 2, now(), now(), $3, $7, $8, $8 || '-' || n, '{}', '{}', 'scheduled',
           at AT TIME ZONE 'UTC', 'UTC', at FROM planned
), variant AS (
    INSERT INTO variants (workspace_id, id, version, created_at, updated_at, post_id, account_id,
                          visibility)
    SELECT $1, variant_id, 1, now(), now(), post_id, account_id, 'public' FROM planned
)
INSERT INTO deliveries (workspace_id, id, version, created_at, updated_at, kind, account_id,
                        post_id, variant_id, state, due_at, act_at, checkpoint, attempts,
                        look_ups, refs)
SELECT $1, delivery_id, 1, now(), now(), 'publish', account_id, post_id, variant_id, 'waiting', at,
       at, '{}', 0, 0, '[]' FROM planned
"""


@dataclass(frozen=True)
class House:
    workspace_id: UUID
    community_id: UUID
    calendar_id: UUID
    account_ids: list[UUID]

    async def plan(
        self, owner: asyncpg.Connection, title: str, posts: int, first_at: datetime, over: timedelta
    ) -> None:
        """Posts under one title, due from `first_at` on, the last one `over` later."""
        await owner.execute(
            PLAN,
            self.workspace_id,
            posts,
            self.community_id,
            first_at,
            over,
            self.account_ids,
            self.calendar_id,
            title,
            *([new_id() for _ in range(posts)] for _ in range(3)),
        )


async def count_rows(owner: asyncpg.Connection) -> None:
    """Rows that come by and by are counted by autovacuum; these came at once."""
    await owner.execute("ANALYZE posts, variants, deliveries, accounts")


async def open_house(owner: asyncpg.Connection, root: str, accounts: int) -> House:
    house = House(new_id(), new_id(), new_id(), [new_id() for _ in range(accounts)])
    workspace_id, community_id = house.workspace_id, house.community_id
    await owner.execute(WORKSPACE, workspace_id, f"late-{workspace_id.hex[-8:]}")
    await owner.execute(COMMUNITY, workspace_id, community_id)
    await owner.execute(CALENDAR, workspace_id, house.calendar_id, community_id)
    keys, grant = KeyRing.parse(KEY), Grant(access="bench", extra={"idempotency": "D"})
    sealed = {id_: seal_grant(keys, workspace_id, id_, grant) for id_ in house.account_ids}
    await owner.executemany(
        ACCOUNT,
        [
            (workspace_id, id_, community_id, root, id_.hex, grant_)
            for id_, grant_ in sealed.items()
        ],
    )
    return house
