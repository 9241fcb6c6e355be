"""Connects accounts, and sees once a day, and after trouble, whether we still have access."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.accounts import connections
from domain.accounts.connections import Connecting
from domain.accounts.credentials import open_login
from domain.accounts.due import DueKind, claim_due
from domain.accounts.endings import ending
from domain.accounts.shapes import VersionNotice
from domain.connector.errors import Barred, GrantExpired, NetworkError, Unavailable
from domain.connector.heard import without_secrets
from domain.connector.port import Connector
from domain.connector.words import Connected, Login, Profile
from domain.kernel.caller import worker
from domain.kernel.errors import AccountDisconnected
from domain.kernel.sealing import SealBroken
from domain.kernel.traces import span
from domain.networks import find
from domain.posts.recording import resume_account
from workers.context import Context
from workers.deliveries import resume
from workers.endings import Listening
from workers.leases import in_time
from workers.outward import grant_expired, open_line
from workers.ways import Purpose, spoken_by, way_out

BATCH = 100
SANDBOX = "sandbox"


async def connect_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        plans = await connections.claim_connections(
            session,
            workspace_id,
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for plan in plans:
        context.slots.start(connect(context, workspace_id, plan))
    return len(plans)


async def connect(context: Context, workspace_id: UUID, plan: Connecting) -> None:
    """Tries a login once, and records what came of it."""
    with span("connect", network=plan.network):
        try:
            connected = await _connect(context, workspace_id, plan)
        except NetworkError as error:
            await _record_trouble(context, workspace_id, plan, error)
            return
        now = context.clock()
        async with context.database.transaction(workspace_id) as session:
            # In one: what falls due now goes out behind what was held.
            await resume_account(session, worker(workspace_id), plan.id, now=now)
            await connections.record_connected(
                session,
                workspace_id,
                plan.id,
                connected,
                sealed_login=plan.sealed_login,
                keys=context.keys,
                now=now,
            )
    await resume(context, workspace_id, plan.id)


async def check_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        rows = await claim_due(
            session,
            workspace_id,
            DueKind.CHECK,
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for row in rows:
        context.slots.start(check(context, workspace_id, row.id))
    return len(rows)


async def check(context: Context, workspace_id: UUID, account_id: UUID) -> None:
    """Asks the network for the account's own profile, and records what came of it."""
    began_at = context.clock()
    with span("check"):
        try:
            profile, notice = await _profile(context, workspace_id, account_id, began_at)
        except AccountDisconnected:
            return
        except GrantExpired as error:
            if await grant_expired(context, workspace_id, account_id, error, now=began_at):
                return
            await _check_again(context, workspace_id, account_id, error)
        except NetworkError as error:
            await _check_again(context, workspace_id, account_id, error)
        else:
            async with context.database.transaction(workspace_id) as session:
                is_back = await connections.record_checked(
                    session, workspace_id, account_id, profile, notice, now=context.clock()
                )
            if is_back:
                await resume(context, workspace_id, account_id)


async def _connect(context: Context, workspace_id: UUID, plan: Connecting) -> Connected:
    connector = find(plan.network)
    if connector is None or connector.connect is None:
        raise Barred("This Parvis cannot connect to the network.")
    now = context.clock()
    versions = spoken_by(context, connector, now=now)
    login = replace(_login(context, workspace_id, plan), versions=versions)
    http = way_out(context, connector, plan.id, Purpose.CHECK)
    try:
        async with in_time(context, Unavailable):
            return await connector.connect.connect(http, login, now=now)
    except NetworkError as error:
        error.said = without_secrets(error.said, _secrets(connector, login))
        raise


def _login(context: Context, workspace_id: UUID, plan: Connecting) -> Login:
    try:
        login = open_login(context.keys, workspace_id, plan.id, plan.sealed_login)
    except SealBroken as error:
        message = "The login can no longer be opened; send it again."
        raise GrantExpired(message, code="account.seal_broken") from error
    if plan.network == SANDBOX and not login.fields.get("server", "").strip():
        return Login({**login.fields, "server": context.settings.sandbox_root})
    return login


def _secrets(connector: Connector, login: Login) -> list[str]:
    names = {field.name for field in connector.manifest.login if field.is_secret}
    return [value.strip() for name, value in login.fields.items() if name in names]


async def _record_trouble(
    context: Context, workspace_id: UUID, plan: Connecting, error: NetworkError
) -> None:
    async with context.database.transaction(workspace_id) as session:
        await connections.record_connect_trouble(
            session,
            workspace_id,
            plan.id,
            error,
            sealed_login=plan.sealed_login,
            now=context.clock(),
        )


async def _profile(
    context: Context, workspace_id: UUID, account_id: UUID, now: datetime
) -> tuple[Profile, VersionNotice | None]:
    """The account as it is shown, and what is to be told of the versions it was asked in."""
    line = await open_line(context, workspace_id, account_id, purpose=Purpose.CHECK, now=now)
    if line.connector.connect is None:
        raise AccountDisconnected
    http = Listening(line.http, context.clock)
    async with in_time(context, Unavailable):
        profile = await line.connector.connect.check(http, line.access)
    manifest, spoken = line.connector.manifest, line.access.versions
    return profile, ending(manifest, spoken, http.told, now=context.clock())


async def _check_again(
    context: Context, workspace_id: UUID, account_id: UUID, error: NetworkError
) -> None:
    async with context.database.transaction(workspace_id) as session:
        await connections.record_check_trouble(
            session, workspace_id, account_id, error, now=context.clock()
        )
