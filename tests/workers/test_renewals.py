"""A new grant that is handed out as a process, or its database, goes away."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from arq.connections import ArqRedis

from domain.accounts.credentials import open_grant
from domain.connector.errors import GrantExpired, Unavailable
from domain.connector.http import Call, Reply
from domain.connector.words import Grant
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS, make_connected, row_of
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.outward import grant_expired, open_line
from workers.renewals import LEASE
from workers.ways import Purpose

REFRESH = "/xrpc/com.atproto.server.refreshSession"
OLD = Grant("old", refresh="refresh-1", expires_at=NOW + timedelta(minutes=1))
RENEWED = Exchange(
    method="POST",
    path=REFRESH,
    json_={
        "did": "did:plc:ana",
        "handle": "ana.example",
        "accessJwt": "new",
        "refreshJwt": "refresh-2",
    },
)
REPLAYED = Exchange(
    method="POST",
    path=REFRESH,
    status=400,
    json_={"error": "ExpiredToken", "message": "Refresh token replayed"},
)
AWAY = Exchange(method="POST", path=REFRESH, status=503, text="away")
LATER = NOW + LEASE
WAITING = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'parvis_app' AND wait_event_type = 'Lock'
"""


@pytest.fixture
async def account(settings: Settings, database: Database) -> tuple[UUID, UUID]:
    """An account whose worker was killed as the network answered with a new grant."""
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    told = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "MIGRATION_DATABASE_URL": "",
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "SEALING_KEYS": settings.sealing_keys.get_secret_value(),
        "DATA_DIR": str(settings.data_dir),
    }
    died = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.workers.dying", str(workspace_id), str(id_)),
        cwd=Path(__file__).parents[2],
        env={**os.environ, **told},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await died.communicate()
    assert (said, died.returncode) == (b"Bearer refresh-1\n", -9)
    return workspace_id, id_


async def test_worker_that_was_killed_in_a_renewal_is_followed_by_one_with_the_old_grant(
    settings: Settings, database: Database, redis: ArqRedis, account: tuple[UUID, UUID]
) -> None:
    http = ScriptedHttp([RENEWED])
    context = make_context(settings, database, redis, http, lambda: LATER)

    line = await open_line(context, *account, purpose=Purpose.READ, now=LATER)

    assert http.calls[0].headers["authorization"] == "Bearer refresh-1"
    assert line.access.grant.refresh == "refresh-2"
    assert (await row_of(database, *account)).renewing_until is None


async def test_account_says_that_the_answer_was_lost_where_the_old_grant_was_for_once(
    settings: Settings, database: Database, redis: ArqRedis, account: tuple[UUID, UUID]
) -> None:
    """It said that the network takes the grant no longer, as if somebody had taken it back."""
    http = ScriptedHttp([AWAY, REPLAYED])
    context = make_context(settings, database, redis, http, lambda: LATER)

    with pytest.raises(Unavailable):
        await open_line(context, *account, purpose=Purpose.READ, now=LATER)
    with pytest.raises(GrantExpired) as refused:
        await open_line(context, *account, purpose=Purpose.READ, now=LATER)
    assert await grant_expired(context, *account, refused.value, now=LATER)

    row = await row_of(database, *account)
    assert row.state == "action_required"
    assert row.problem is not None
    assert row.problem["code"] == "account.renewal_lost"
    assert row.problem["said"] == "400 ExpiredToken: Refresh token replayed"


async def test_refusal_of_a_grant_that_nobody_renewed_says_nothing_of_a_lost_answer(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    context = make_context(settings, database, redis, ScriptedHttp([AWAY, REPLAYED]), lambda: LATER)

    with pytest.raises(Unavailable):
        await open_line(context, workspace_id, id_, purpose=Purpose.READ, now=LATER)
    with pytest.raises(GrantExpired) as refused:
        await open_line(context, workspace_id, id_, purpose=Purpose.READ, now=LATER)

    assert refused.value.code == "network.grant_expired"


async def test_owner_connects_again_where_the_network_forgot_the_app_that_renews(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    """What was due failed for good, and the account said that it was connected."""
    workspace_id = await make_workspace(database)
    app = {"client_id": "app", "client_secret": "app-secret"}
    grant = Grant("old", refresh="refresh-1", expires_at=NOW, extra=app)
    login = {"access_token": "old"}
    id_ = await make_connected(database, workspace_id, grant, network="linkedin", login=login)
    forgotten = Exchange(
        method="POST",
        path="/oauth/v2/accessToken",
        status=401,
        json_={"error": "invalid_client", "error_description": "Client authentication failed"},
    )
    http = ScriptedHttp([forgotten])
    context = make_context(settings, database, redis, http, lambda: LATER)

    with pytest.raises(GrantExpired) as refused:
        await open_line(context, workspace_id, id_, purpose=Purpose.PUBLISH, now=LATER)
    assert await grant_expired(context, workspace_id, id_, refused.value, now=LATER)

    row = await row_of(database, workspace_id, id_)
    assert row.state == "action_required"
    assert row.problem is not None
    assert row.problem["code"] == "account.client_forgotten"
    assert row.problem["said"] == "401 invalid_client Client authentication failed"


async def test_new_grant_is_kept_though_the_database_goes_away_as_it_comes(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    """It was lost with the transaction, and with it the account where the old one was for once."""
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    assert settings.migration_database_url is not None
    owner = settings.migration_database_url.get_secret_value()
    admin = await asyncpg.connect(owner.replace("parvis_owner", "postgres"))
    held, is_held = admin.transaction(), asyncio.Event()

    async def answering(call: Call) -> Reply:
        await held.start()
        await admin.execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
        is_held.set()
        return RENEWED.reply(call.url)

    context = make_context(settings, database, redis, answering)
    line = asyncio.create_task(open_line(context, workspace_id, id_, purpose=Purpose.READ, now=NOW))
    async with asyncio.timeout(20):
        await is_held.wait()
        while not await admin.fetchval(WAITING):
            await admin.execute("SELECT pg_stat_clear_snapshot()")
            await asyncio.sleep(0)
    await held.rollback()
    new = (await line).access.grant
    await admin.close()

    row = await row_of(database, workspace_id, id_)
    assert row.sealed_grant is not None
    assert open_grant(KEYS, workspace_id, id_, row.sealed_grant) == new
    assert (new.refresh, row.renewing_until) == ("refresh-2", None)
