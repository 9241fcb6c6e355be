import asyncio
import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from arq.connections import ArqRedis

from domain.accounts.credentials import open_grant
from domain.accounts.service import remove_account
from domain.connector.errors import GrantExpired, Unavailable
from domain.connector.http import Call, Reply
from domain.connector.words import Grant
from domain.events.queries import list_events
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.errors import AccountDisconnected, AccountRemoved
from domain.kernel.pages import PageRequest
from domain.kernel.settings import Settings
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS, SERVER, make_connected, make_connecting, row_of
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.outward import grant_expired, open_line
from workers.renewals import end_renewals
from workers.ways import Purpose

REFRESH = "/xrpc/com.atproto.server.refreshSession"
OLD = Grant("old", refresh="refresh-1", expires_at=NOW + timedelta(minutes=1))
FRESH = Grant("good", refresh="refresh-1", expires_at=NOW + timedelta(hours=2))
SESSION = {
    "did": "did:plc:ana",
    "handle": "ana.example",
    "accessJwt": "new",
    "refreshJwt": "refresh-2",
}


class Gate:
    """Answers a refresh only when told to, and counts."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        self.is_asked.set()
        await self.may_answer.wait()
        return Reply(200, {}, json.dumps(SESSION).encode(), call.url)


@pytest.fixture
def nowhere() -> ScriptedHttp:
    return ScriptedHttp([])


async def test_line_carries_account_access_and_connector(
    settings: Settings, database: Database, redis: ArqRedis, nowhere: ScriptedHttp
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    context = make_context(settings, database, redis, nowhere)

    line = await open_line(context, workspace_id, id_, purpose=Purpose.PUBLISH, now=NOW)

    assert (line.account.id, line.account.network) == (id_, "bluesky")
    assert line.access.grant == FRESH
    assert (line.access.server, line.access.remote_id) == (SERVER, "did:plc:ana")
    assert line.connector.manifest.key == "bluesky"
    assert line.idempotency == "A"
    assert "good" not in repr(line)


async def test_account_may_have_an_idempotency_class_of_its_own(
    settings: Settings, database: Database, redis: ArqRedis, nowhere: ScriptedHttp
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, Grant("good", extra={"idempotency": "E"}))
    context = make_context(settings, database, redis, nowhere)

    line = await open_line(context, workspace_id, id_, purpose=Purpose.PUBLISH, now=NOW)

    assert line.idempotency == "E"


async def test_two_lines_opened_at_once_renew_the_grant_once(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    gate = Gate()
    context = make_context(settings, database, redis, gate)

    first = asyncio.create_task(
        open_line(context, workspace_id, id_, purpose=Purpose.PUBLISH, now=NOW)
    )
    await gate.is_asked.wait()
    second = asyncio.create_task(
        open_line(context, workspace_id, id_, purpose=Purpose.READ, now=NOW)
    )
    _, waiting = await asyncio.wait([second], timeout=0.3)
    gate.may_answer.set()
    lines = await asyncio.gather(first, second)

    assert waiting == {second}
    assert len(gate.calls) == 1
    assert gate.calls[0].headers["authorization"] == "Bearer refresh-1"
    assert [line.access.grant.access for line in lines] == ["new", "new"]


async def test_ten_lines_over_two_pools_renew_the_grant_once(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    gate = Gate()
    gate.may_answer.set()
    other = await Database.open(
        settings.database_url.get_secret_value(),
        database._nudges,
        pool_size=5,
        read_pool_size=1,
        statement_cache_size=0,
    )

    contexts = [make_context(settings, each, redis, gate) for each in (database, other)] * 5
    lines = await asyncio.gather(
        *(open_line(each, workspace_id, id_, purpose=Purpose.READ, now=NOW) for each in contexts)
    )
    await other.close()

    assert len(gate.calls) == 1
    assert {line.access.grant.access for line in lines} == {"new"}


async def test_new_grant_is_kept_before_it_is_used(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    http = ScriptedHttp([Exchange(method="POST", path=REFRESH, json_=SESSION)])

    line = await open_line(
        make_context(settings, database, redis, http),
        workspace_id,
        id_,
        purpose=Purpose.READ,
        now=NOW,
    )

    row = await row_of(database, workspace_id, id_)
    assert row.sealed_grant is not None
    assert open_grant(KEYS, workspace_id, id_, row.sealed_grant) == line.access.grant
    assert line.access.grant.refresh == "refresh-2"
    assert (row.granted_at, row.renewing_until) == (NOW, None)


async def test_stopped_job_does_not_lose_the_new_grant(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    gate = Gate()
    context = make_context(settings, database, redis, gate)

    job = asyncio.create_task(open_line(context, workspace_id, id_, purpose=Purpose.READ, now=NOW))
    await gate.is_asked.wait()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    gate.may_answer.set()
    await end_renewals(20)

    row = await row_of(database, workspace_id, id_)
    assert row.sealed_grant is not None
    assert open_grant(KEYS, workspace_id, id_, row.sealed_grant).refresh == "refresh-2"
    assert len(gate.calls) == 1


async def test_lease_of_a_dead_worker_ends(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    async with database.transaction(workspace_id) as session:
        row = await session.merge(await row_of(database, workspace_id, id_))
        row.renewing_until = NOW - timedelta(seconds=1)
    http = ScriptedHttp([Exchange(method="POST", path=REFRESH, json_=SESSION)])

    line = await open_line(
        make_context(settings, database, redis, http),
        workspace_id,
        id_,
        purpose=Purpose.READ,
        now=NOW,
    )

    assert line.access.grant.access == "new"


async def test_network_that_is_away_while_the_grant_still_lasts_stops_nothing(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    http = ScriptedHttp([Exchange(method="POST", path=REFRESH, error="unavailable")])

    line = await open_line(
        make_context(settings, database, redis, http),
        workspace_id,
        id_,
        purpose=Purpose.PUBLISH,
        now=NOW,
    )

    assert line.access.grant == OLD
    assert (await row_of(database, workspace_id, id_)).renewing_until is None


async def test_network_that_is_away_after_the_grant_ran_out_disconnects_nobody(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    http = ScriptedHttp([Exchange(method="POST", path=REFRESH, status=503, text="away")])
    context = make_context(settings, database, redis, http)

    with pytest.raises(Unavailable):
        await open_line(
            context,
            workspace_id,
            id_,
            purpose=Purpose.PUBLISH,
            now=NOW + timedelta(minutes=1),
        )

    row = await row_of(database, workspace_id, id_)
    assert (row.state, row.renewing_until) == ("connected", None)


async def test_refused_renewal_pauses_the_account_once_and_keeps_its_grant(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, OLD)
    refusal = {"error": "ExpiredToken", "message": "Token has been revoked"}
    http = ScriptedHttp([Exchange(method="POST", path=REFRESH, status=400, json_=refusal)])
    context = make_context(settings, database, redis, http)

    with pytest.raises(GrantExpired) as refused:
        await open_line(context, workspace_id, id_, purpose=Purpose.PUBLISH, now=NOW)
    for _ in range(2):
        assert await grant_expired(context, workspace_id, id_, refused.value, now=NOW)

    row = await row_of(database, workspace_id, id_)
    assert (row.state, row.read_at, row.measure_at) == ("action_required", None, None)
    assert row.sealed_grant is not None
    assert row.problem is not None
    assert row.problem["acting_party"] == "user"
    assert "Connect the account again" in row.problem["message"]
    assert row.problem["said"] == "400 ExpiredToken: Token has been revoked"
    assert await kinds(database, workspace_id) == ["account.action_required"]
    with pytest.raises(AccountDisconnected):
        await open_line(context, workspace_id, id_, purpose=Purpose.PUBLISH, now=NOW)


async def test_refusal_of_an_older_grant_disconnects_nobody(
    settings: Settings, database: Database, redis: ArqRedis, nowhere: ScriptedHttp
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    context = make_context(settings, database, redis, nowhere)
    began = NOW - timedelta(seconds=5)

    is_out = await grant_expired(context, workspace_id, id_, GrantExpired("No."), now=began)

    assert is_out is False
    assert (await row_of(database, workspace_id, id_)).state == "connected"
    assert await kinds(database, workspace_id) == []


async def test_grant_that_ended_before_its_time_is_renewed_once_and_disconnects_nobody(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    gate = Gate()
    gate.may_answer.set()
    later = NOW + timedelta(minutes=2)
    context = make_context(settings, database, redis, gate, lambda: later)

    is_out = await asyncio.gather(
        *(grant_expired(context, workspace_id, id_, GrantExpired("No."), now=later) for _ in "ab")
    )

    line = await open_line(context, workspace_id, id_, purpose=Purpose.PUBLISH, now=later)
    assert is_out == [False, False]
    assert [call.headers["authorization"] for call in gate.calls] == ["Bearer refresh-1"]
    assert line.access.grant.access == "new"
    assert (await row_of(database, workspace_id, id_)).state == "connected"
    assert await kinds(database, workspace_id) == []


@pytest.mark.parametrize(
    ("status", "state", "told"),
    [(400, "action_required", ["account.action_required"]), (503, "connected", [])],
)
async def test_grant_that_ended_early_pauses_the_account_where_it_is_refused_a_new_one(
    settings: Settings,
    database: Database,
    redis: ArqRedis,
    status: int,
    state: str,
    told: list[str],
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    refusal = {"error": "ExpiredToken", "message": "Token has been revoked"}
    http = ScriptedHttp([Exchange(method="POST", path=REFRESH, status=status, json_=refusal)])
    later = NOW + timedelta(minutes=2)
    context = make_context(settings, database, redis, http, lambda: later)

    is_left = await grant_expired(context, workspace_id, id_, GrantExpired("No."), now=later)

    assert is_left is True
    assert len(http.calls) == 1
    assert (await row_of(database, workspace_id, id_)).state == state
    assert await kinds(database, workspace_id) == told


async def test_refused_grant_that_never_runs_out_pauses_the_account(
    settings: Settings, database: Database, redis: ArqRedis, nowhere: ScriptedHttp
) -> None:
    workspace_id = await make_workspace(database)
    lasting = Grant("good", refresh="refresh-1", expires_at=None)
    login = {"handle": "ana", "token": "sbx_1"}
    id_ = await make_connected(database, workspace_id, lasting, network="sandbox", login=login)
    later = NOW + timedelta(minutes=2)
    context = make_context(settings, database, redis, nowhere, lambda: later)

    is_out = await grant_expired(context, workspace_id, id_, GrantExpired("No."), now=later)

    assert is_out is True
    assert (await row_of(database, workspace_id, id_)).state == "action_required"
    assert await kinds(database, workspace_id) == ["account.action_required"]


async def test_grant_refused_a_moment_after_it_was_given_is_not_renewed(
    settings: Settings, database: Database, redis: ArqRedis, nowhere: ScriptedHttp
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    began = NOW + timedelta(seconds=50)
    context = make_context(settings, database, redis, nowhere, lambda: began)

    is_out = await grant_expired(context, workspace_id, id_, GrantExpired("No."), now=began)

    assert is_out is True
    assert await kinds(database, workspace_id) == ["account.action_required"]


async def test_removed_and_unconnected_accounts_have_no_line(
    settings: Settings, database: Database, redis: ArqRedis, nowhere: ScriptedHttp, now: datetime
) -> None:
    workspace_id = await make_workspace(database)
    removed = await make_connected(database, workspace_id, FRESH)
    connecting = await make_connecting(database, workspace_id)
    async with database.transaction(workspace_id) as session:
        await remove_account(session, worker(workspace_id), removed, expected_version=None, now=now)
    context = make_context(settings, database, redis, nowhere)

    with pytest.raises(AccountRemoved):
        await open_line(context, workspace_id, removed, purpose=Purpose.PUBLISH, now=NOW)
    with pytest.raises(AccountDisconnected):
        await open_line(context, workspace_id, connecting, purpose=Purpose.PUBLISH, now=NOW)


async def test_grant_moved_to_another_row_does_not_open(
    settings: Settings, database: Database, redis: ArqRedis, nowhere: ScriptedHttp
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    other = await make_connecting(database, workspace_id)
    async with database.transaction(workspace_id) as session:
        row = await session.merge(await row_of(database, workspace_id, other))
        moved = await row_of(database, workspace_id, id_)
        row.sealed_grant, row.state = moved.sealed_grant, "connected"
        row.server, row.remote_id, row.handle = "https://x.example", "did:x", "x"
    context = make_context(settings, database, redis, nowhere)

    with pytest.raises(GrantExpired) as refused:
        await open_line(context, workspace_id, other, purpose=Purpose.PUBLISH, now=NOW)

    assert refused.value.code == "account.seal_broken"


async def kinds(database: Database, workspace_id: UUID) -> list[str]:
    """The events that say an account was paused."""
    caller = worker(workspace_id)
    async with database.transaction(caller.workspace_id) as session:
        page = await list_events(session, caller, PageRequest(100))
    return [each.kind for each in page.data if each.kind == "account.action_required"]
