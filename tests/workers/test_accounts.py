from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from arq.connections import ArqRedis

from domain.accounts.credentials import open_grant
from domain.accounts.queries import get_account
from domain.accounts.service import reconnect_account
from domain.accounts.shapes import AccountView, ReconnectAccount
from domain.connector.errors import GrantExpired
from domain.connector.words import Grant, Profile
from domain.events.queries import list_events
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.pages import PageRequest
from domain.kernel.settings import Settings
from tests.conftest import NOW
from tests.domain.accounts.build import (
    ANA,
    KEYS,
    LOGIN,
    make_connected,
    make_connecting,
    row_of,
)
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.sandbox_stage import ROOT, Stage, open_stage
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.accounts import check_due, connect_due
from workers.context import Context
from workers.outward import grant_expired, speaks

CREATE = "/xrpc/com.atproto.server.createSession"
PROFILE = "/xrpc/app.bsky.actor.getProfile"
DID = "did:plc:bea"
BEA = {"did": DID, "handle": "bea.test", "displayName": "Bea"}
SESSION = {
    "did": DID,
    "handle": "bea.test",
    "accessJwt": "access-0",
    "refreshJwt": "refresh-0",
    "didDoc": {
        "service": [
            {"id": "#atproto_pds", "serviceEndpoint": "https://pds.village.example"},
        ]
    },
}
CONNECTS = [
    Exchange(method="POST", path=CREATE, json_=SESSION),
    Exchange(method="GET", path=PROFILE, json_=BEA),
]
REFUSED = {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
FRESH = Grant("good", refresh="refresh-1", expires_at=NOW + timedelta(days=9))
ANA_NOW = {"did": ANA.remote_id, "handle": ANA.handle, "displayName": "Ana"}


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with open_stage(database) as opened:
        yield opened


async def see(database: Database, workspace_id: UUID, id_: UUID) -> AccountView:
    async with database.transaction(workspace_id) as session:
        return await get_account(session, worker(workspace_id), id_)


async def told(database: Database, workspace_id: UUID) -> list[str]:
    async with database.transaction(workspace_id) as session:
        page = await list_events(session, worker(workspace_id), PageRequest(100))
    return [event.kind for event in page.data if event.kind.startswith("account.")]


async def connect_all(context: Context, workspace_id: UUID, after_s: float = 0) -> int:
    claimed = await connect_due(
        context, workspace_id, now=context.clock() + timedelta(seconds=after_s)
    )
    await context.slots.drain(20)
    return claimed


async def check_all(context: Context, workspace_id: UUID, after: timedelta) -> int:
    claimed = await check_due(context, workspace_id, now=context.clock() + after)
    await context.slots.drain(20)
    return claimed


async def test_login_becomes_a_connected_account_and_is_forgotten(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connecting(database, workspace_id)
    http = ScriptedHttp(CONNECTS)
    context = make_context(settings, database, redis, http)

    claimed = await connect_all(context, workspace_id)

    http.assert_finished()
    account, row = await see(database, workspace_id, id_), await row_of(database, workspace_id, id_)
    assert claimed == 1
    assert (account.state, account.problem) == ("connected", None)
    assert (account.server, account.remote_id) == ("https://pds.village.example", DID)
    assert (account.handle, account.display_name) == ("bea.test", "Bea")
    assert (row.read_at, row.measure_at, row.check_at) == (NOW, NOW, NOW + timedelta(days=1))
    assert (row.sealed_login, row.connect_at) == (None, None)
    assert row.sealed_grant is not None
    assert open_grant(KEYS, workspace_id, id_, row.sealed_grant).access == "access-0"
    assert await told(database, workspace_id) == ["account.created", "account.connected"]
    assert await connect_all(context, workspace_id) == 0


async def test_refused_login_fails_with_the_networks_words_and_without_secrets(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connecting(database, workspace_id)
    said = {**REFUSED, "message": f"no {LOGIN['app_password']} here"}
    http = ScriptedHttp([Exchange(method="POST", path=CREATE, status=401, json_=said)])
    context = make_context(settings, database, redis, http)

    await connect_all(context, workspace_id)

    account, row = await see(database, workspace_id, id_), await row_of(database, workspace_id, id_)
    assert account.state == "failed"
    assert account.problem is not None
    assert account.problem.code == "network.grant_expired"
    assert account.problem.said == "401 AuthenticationRequired: no [secret] here"
    assert (account.problem.acting_party, account.problem.is_retryable) == ("user", False)
    assert (row.sealed_login, row.sealed_grant, row.connect_at) == (None, None, None)
    assert account.problem.type == "/problems#network.grant_expired"
    assert row.problem is not None
    assert "type" not in row.problem
    assert await told(database, workspace_id) == ["account.created", "account.connection_failed"]


async def test_network_that_is_away_is_tried_five_times(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connecting(database, workspace_id)
    http = ScriptedHttp([Exchange(method="POST", path=CREATE, error="unavailable")] * 5)
    context = make_context(settings, database, redis, http)

    seen = []
    for _ in range(5):
        assert await connect_all(context, workspace_id, after_s=300) == 1
        account = await see(database, workspace_id, id_)
        row = await row_of(database, workspace_id, id_)
        assert account.problem is not None
        seen.append((account.state, account.problem.is_retryable, row.connect_at))

    waits = [5, 20, 60, 180]
    expected = [("connecting", True, NOW + timedelta(seconds=wait)) for wait in waits]
    assert seen == [*expected, ("failed", False, None)]
    assert await connect_all(context, workspace_id, after_s=9000) == 0
    assert await told(database, workspace_id) == [
        "account.created",
        "account.changed",
        "account.connection_failed",
    ]


async def test_same_identity_is_not_connected_twice(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    first = await make_connecting(database, workspace_id)
    http = ScriptedHttp(CONNECTS * 2)
    context = make_context(settings, database, redis, http)
    await connect_all(context, workspace_id)
    second = await make_connecting(database, workspace_id)

    await connect_all(context, workspace_id)

    account = await see(database, workspace_id, second)
    assert account.state == "failed"
    assert account.problem is not None
    assert account.problem.code == "account.already_connected"
    assert account.remote_id is None
    assert (await see(database, workspace_id, first)).state == "connected"


async def test_login_that_was_replaced_while_it_was_tried_changes_nothing(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connecting(database, workspace_id)
    script = ScriptedHttp([Exchange(method="POST", path=CREATE, status=401, json_=REFUSED)])
    context = make_context(settings, database, redis, script)
    assert await connect_due(context, workspace_id, now=NOW) == 1
    async with database.transaction(workspace_id) as session:
        await reconnect_account(
            session,
            worker(workspace_id),
            id_,
            ReconnectAccount(login=LOGIN),
            keys=KEYS,
            now=NOW,
        )
    await context.slots.drain(20)

    row = await row_of(database, workspace_id, id_)
    assert (row.state, row.connect_at, row.problem) == ("connecting", NOW, None)
    assert row.sealed_login is not None


async def test_reconnecting_as_somebody_else_is_refused_and_keeps_the_old_grant(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    async with database.transaction(workspace_id) as session:
        await reconnect_account(
            session,
            worker(workspace_id),
            id_,
            ReconnectAccount(login=LOGIN),
            keys=KEYS,
            now=NOW,
        )
    script = [
        *CONNECTS,
        Exchange(method="GET", path=PROFILE, json_=ANA_NOW),
    ]
    context = make_context(settings, database, redis, ScriptedHttp(script))

    await connect_all(context, workspace_id)
    refused = await see(database, workspace_id, id_)
    await check_all(context, workspace_id, timedelta(minutes=5))
    healed = await see(database, workspace_id, id_)

    assert refused.state == "connected"
    assert refused.problem is not None
    assert refused.problem.code == "account.identity_differs"
    assert (refused.remote_id, refused.handle) == (ANA.remote_id, ANA.handle)
    assert refused.next_check_at == NOW + timedelta(minutes=5)
    assert (healed.state, healed.problem, healed.next_read_at) == ("connected", None, NOW)
    row = await row_of(database, workspace_id, id_)
    assert row.sealed_grant is not None
    assert open_grant(KEYS, workspace_id, id_, row.sealed_grant) == FRESH


async def try_anew(database: Database, workspace_id: UUID, id_: UUID) -> AccountView:
    command = ReconnectAccount(login=LOGIN)
    async with database.transaction(workspace_id) as session:
        return await reconnect_account(
            session, worker(workspace_id), id_, command, keys=KEYS, now=NOW
        )


async def test_mistyped_login_stops_no_account_that_works(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    away = Exchange(method="POST", path=CREATE, error="unavailable")
    refusal = Exchange(method="POST", path=CREATE, status=401, json_=REFUSED)
    context = make_context(settings, database, redis, ScriptedHttp([away, refusal]))

    begun = await try_anew(database, workspace_id, id_)
    await connect_all(context, workspace_id)
    trying = await see(database, workspace_id, id_)
    spoke = await speaks(context, workspace_id, id_, now=NOW)
    await connect_all(context, workspace_id, after_s=300)

    account, row = await see(database, workspace_id, id_), await row_of(database, workspace_id, id_)
    assert (begun.state, trying.state, spoke) == ("connecting", "connecting", True)
    assert begun.next_read_at == NOW
    assert (account.state, account.next_read_at) == ("connected", NOW)
    assert account.problem is not None
    assert account.problem.code == "network.grant_expired"
    assert (row.sealed_login, row.connect_at, row.tries) == (None, None, 0)
    assert row.sealed_grant is not None
    assert open_grant(KEYS, workspace_id, id_, row.sealed_grant) == FRESH
    assert (await told(database, workspace_id))[-3:] == [
        "account.reconnecting",
        "account.changed",
        "account.connection_failed",
    ]


async def test_mistyped_login_leaves_an_account_that_asks_for_action_there(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    refusal = Exchange(method="POST", path=CREATE, status=401, json_=REFUSED)
    context = make_context(settings, database, redis, ScriptedHttp([refusal]))
    await grant_expired(context, workspace_id, id_, GrantExpired("No."), now=NOW)

    await try_anew(database, workspace_id, id_)
    spoke = await speaks(context, workspace_id, id_, now=NOW)
    await connect_all(context, workspace_id)

    account = await see(database, workspace_id, id_)
    assert not spoke
    assert (account.state, account.next_read_at) == ("action_required", None)


async def test_grant_that_is_refused_while_a_login_is_tried_pauses_until_that_is_taken(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    refusal = Exchange(method="POST", path=CREATE, status=401, json_=REFUSED)
    context = make_context(settings, database, redis, ScriptedHttp([refusal]))

    await try_anew(database, workspace_id, id_)
    is_out = await grant_expired(context, workspace_id, id_, GrantExpired("No."), now=NOW)
    spoke = await speaks(context, workspace_id, id_, now=NOW)
    claimed = await connect_all(context, workspace_id)

    account = await see(database, workspace_id, id_)
    assert (is_out, spoke, claimed) == (True, False, 1)
    assert (account.state, account.next_read_at) == ("action_required", None)


async def test_check_renews_what_people_see_of_the_account(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    renamed = {**ANA_NOW, "displayName": "Ana of Ouchy"}
    http = ScriptedHttp([Exchange(method="GET", path=PROFILE, json_=renamed)])
    context = make_context(settings, database, redis, http)

    early = await check_all(context, workspace_id, timedelta(hours=23))
    late = await check_all(context, workspace_id, timedelta(hours=24))

    account = await see(database, workspace_id, id_)
    assert (early, late) == (0, 1)
    assert account.display_name == "Ana of Ouchy"
    assert account.next_check_at == NOW + timedelta(days=1)
    assert await told(database, workspace_id) == [
        "account.created",
        "account.connected",
        "account.changed",
    ]


async def test_check_that_is_refused_asks_for_action_and_trouble_does_not(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    http = ScriptedHttp(
        [
            Exchange(method="GET", path=PROFILE, status=502, text="bad gateway"),
            Exchange(method="GET", path=PROFILE, status=401, json_=REFUSED),
        ]
    )
    context = make_context(settings, database, redis, http)

    await check_all(context, workspace_id, timedelta(days=1))
    troubled = await see(database, workspace_id, id_)
    await check_all(context, workspace_id, timedelta(minutes=5))
    refused = await see(database, workspace_id, id_)

    assert (troubled.state, troubled.next_check_at) == ("connected", NOW + timedelta(minutes=5))
    assert (refused.state, refused.next_read_at) == ("action_required", None)
    assert (await told(database, workspace_id))[-1] == "account.action_required"


async def test_lock_out_that_passes_is_healed_by_the_daily_check(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH)
    http = ScriptedHttp([Exchange(method="GET", path=PROFILE, json_=ANA_NOW)])
    context = make_context(settings, database, redis, http)
    await grant_expired(context, workspace_id, id_, GrantExpired("No."), now=NOW)

    await check_all(context, workspace_id, timedelta(days=1))

    assert (await see(database, workspace_id, id_)).state == "connected"
    assert (await told(database, workspace_id))[-2:] == [
        "account.action_required",
        "account.connected",
    ]


async def test_identity_of_a_removed_account_may_come_again(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, FRESH, profile=Profile(DID, "bea.test"))
    async with database.transaction(workspace_id) as session:
        row = await session.merge(await row_of(database, workspace_id, id_))
        row.removed_at, row.state = NOW, "removed"
    again = await make_connecting(database, workspace_id)
    http = ScriptedHttp(CONNECTS)

    await connect_all(make_context(settings, database, redis, http), workspace_id)

    assert (await see(database, workspace_id, again)).state == "connected"


async def test_sandbox_is_found_where_the_settings_say(
    settings: Settings, database: Database, redis: ArqRedis, stage: Stage
) -> None:
    workspace_id = await make_workspace(database)
    player = await stage.account(text_maximum=200)
    login = {"handle": player.handle, "token": player.token}
    id_ = await make_connecting(database, workspace_id, network="sandbox", login=login)
    here = settings.model_copy(update={"sandbox_url": ROOT})
    context = make_context(here, database, redis, stage, clock=stage.clock)

    await connect_all(context, workspace_id, after_s=86_400 * 400)

    account = await see(database, workspace_id, id_)
    assert (account.state, account.problem) == ("connected", None)
    assert (account.server, account.handle) == (ROOT, player.handle)
    assert account.limits.text_max == 200
