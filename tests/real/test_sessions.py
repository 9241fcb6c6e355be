"""Sessions at the real Bluesky server: renewed by one worker, for all who wait."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from arq.connections import ArqRedis

from domain.connector.http import Call, Reply
from domain.kernel.clock import utc_now
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.networks.bluesky import CONNECTOR, connect
from tests.domain.accounts.build import make_connected
from tests.real.bluesky_village import BlueskyVillage
from tests.real.outward import enter, outward
from tests.real.rigs import Bluesky
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.outward import open_line
from workers.ways import Purpose

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]


async def test_session_is_renewed_once_for_all_who_wait(
    bluesky: Bluesky, settings: Settings, database: Database, redis: ArqRedis
) -> None:
    methods: Counter[str] = Counter()
    async with outward(bluesky.pds) as client:

        async def counted(call: Call) -> Reply:
            methods[call.url.rpartition("/")[2]] += 1
            return await client(call)

        access = await enter(CONNECTOR, client, BlueskyVillage(bluesky).login("ana"))
        profile = await connect.check(client, access)
        nearly_out = replace(access.grant, expires_at=utc_now() + timedelta(minutes=1))
        workspace_id = await make_workspace(database)
        account_id = await make_connected(
            database, workspace_id, nearly_out, profile=profile, server=bluesky.pds, now=utc_now()
        )
        context = make_context(settings, database, redis, counted, utc_now)

        lines = await asyncio.gather(
            *(
                open_line(context, workspace_id, account_id, purpose=purpose, now=utc_now())
                for purpose in (*Purpose, *Purpose)
            )
        )
        again = await connect.check(client, lines[0].access)

    assert methods == {"com.atproto.server.refreshSession": 1}
    assert len({line.access.grant.access for line in lines}) == 1
    assert lines[0].access.grant.refresh != nearly_out.refresh
    assert again == profile
