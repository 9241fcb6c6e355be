"""What workers record of accounts: connected, locked out, renewed, in trouble."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts import rules
from domain.accounts.credentials import seal_grant
from domain.accounts.due import PAUSED, DueKind, claim_due
from domain.accounts.endings import gone, note
from domain.accounts.renewing import goes_on_refusing, owner_needed
from domain.accounts.rules import AccountState, works
from domain.accounts.service import become
from domain.accounts.shapes import AccountProblem, VersionNotice
from domain.accounts.tables import Account
from domain.connector.errors import ActingParty, NetworkError, VersionGone
from domain.connector.links import of_the_web
from domain.connector.words import Connected, Profile
from domain.events.service import record
from domain.kernel.caller import worker
from domain.kernel.changes import apply
from domain.kernel.sealing import KeyRing
from domain.networks import find


@dataclass(frozen=True, slots=True)
class Connecting:
    """An account whose login a worker is to try."""

    id: UUID
    network: str
    sealed_login: bytes


async def claim_connections(
    session: AsyncSession, workspace_id: UUID, *, now: datetime, lease: timedelta, batch: int
) -> list[Connecting]:
    rows = await claim_due(
        session, workspace_id, DueKind.CONNECT, now=now, lease=lease, batch=batch
    )
    return [
        Connecting(row.id, row.network, row.sealed_login)
        for row in rows
        if row.sealed_login is not None
    ]


async def record_connected(
    session: AsyncSession,
    workspace_id: UUID,
    account_id: UUID,
    connected: Connected,
    *,
    sealed_login: bytes | None,
    keys: KeyRing,
    now: datetime,
) -> None:
    """The account is connected, unless its identity is another or has an account already.

    `sealed_login` is the login that was used: when it was replaced meanwhile nothing is kept.
    """
    row = await _living(session, workspace_id, account_id)
    if row is None or row.sealed_login != sealed_login:
        return
    if row.remote_id is not None and not _is_same(row, connected):
        _fail(session, row, _DIFFERS, now=now)
        return
    values = {
        **_granted(connected, now),
        **_working(row, now),
        "sealed_grant": seal_grant(keys, workspace_id, account_id, connected.grant),
    }
    try:
        async with session.begin_nested():
            become(row, AccountState.CONNECTED, values, now=now)
            await session.flush()
    except IntegrityError:
        await session.refresh(row)
        _fail(session, row, _TAKEN, now=now)
        return
    _tell(session, row, "account.connected", now=now)


async def record_connect_trouble(
    session: AsyncSession,
    workspace_id: UUID,
    account_id: UUID,
    error: NetworkError,
    *,
    sealed_login: bytes,
    now: datetime,
) -> None:
    """Tries again later, or gives up and says why."""
    row = await _living(session, workspace_id, account_id)
    if row is None or row.sealed_login != sealed_login:
        return
    tries = row.tries + 1
    again_at = rules.connect_again_at(error, tries, now=now)
    problem = _problem(error, error.message, is_retryable=again_at is not None)
    if again_at is None:
        _fail(session, row, problem, now=now)
        return
    values = {"tries": tries, "connect_at": again_at, "problem": problem.kept()}
    is_news = (row.problem or {}).get("code") != problem.code
    apply(row, values, now=now)
    if is_news:
        _tell(session, row, "account.changed", now=now, changed=["problem"])


async def record_checked(
    session: AsyncSession,
    workspace_id: UUID,
    account_id: UUID,
    profile: Profile,
    notice: VersionNotice | None,
    *,
    now: datetime,
) -> bool:
    """We have access: an account that was locked out is connected again, and then gives True."""
    row = await _living(session, workspace_id, account_id)
    if row is None or row.check_at is None:
        return False
    was_locked_out = row.state == AccountState.ACTION_REQUIRED
    row.tries, row.check_at = 0, now + rules.CHECK_EVERY
    note(session, row, notice, now=now)
    changed = apply(row, {**_profile(profile), **_mended(row)}, now=now)
    if was_locked_out:
        become(row, AccountState.CONNECTED, _working(row, now), now=now)
        _tell(session, row, "account.connected", now=now)
    elif changed:
        _tell(session, row, "account.changed", now=now, changed=sorted(changed))
    return was_locked_out


async def record_check_trouble(
    session: AsyncSession,
    workspace_id: UUID,
    account_id: UUID,
    error: NetworkError,
    *,
    now: datetime,
) -> None:
    """Checks again soon; trouble that is no lasting refusal of the grant disconnects nobody."""
    row = await _living(session, workspace_id, account_id)
    if row is None or row.check_at is None:
        return
    row.tries += 1
    if goes_on_refusing(error, row.tries):
        await lock_out(session, workspace_id, account_id, owner_needed(error), now=now)
    if row.check_at is not None:
        row.check_at = rules.check_again_at(error, row.tries, now=now)
    if isinstance(error, VersionGone):
        note(session, row, gone(error), now=now)


async def lock_out(
    session: AsyncSession,
    workspace_id: UUID,
    account_id: UUID,
    error: NetworkError,
    *,
    now: datetime,
) -> bool:
    """Pauses the account until its owner connects it again; whether it is paused now.

    `now` is when the refused work began: a grant stored since then is not the refused one.
    """
    row = await _living(session, workspace_id, account_id)
    if row is None:
        return True
    is_working = works(row.state, row.check_at)
    if is_working and row.granted_at is not None and row.granted_at > now:
        return False
    if is_working and row.state == AccountState.CONNECTING:
        # What comes of the login that is tried is told by its record.
        apply(row, {**PAUSED, "connect_at": row.connect_at}, now=now)
    if row.state == AccountState.ACTION_REQUIRED and row.check_at is not None:
        row.check_at = now + rules.CHECK_EVERY
    if row.state != AccountState.CONNECTED:
        return True
    remedy = rules.INSTEAD.get(error.code, rules.CONNECT_AGAIN)
    problem = _problem(error, f"{error.message} {remedy}", is_retryable=False)
    values = {
        **PAUSED,
        "problem": problem.kept(),
        "check_at": now + rules.CHECK_EVERY,
    }
    become(row, AccountState.ACTION_REQUIRED, values, now=now)
    _tell(session, row, "account.action_required", now=now, code=problem.code)
    return True


def _granted(connected: Connected, now: datetime) -> dict[str, Any]:
    """Who it is and what it may; the login has served and is forgotten."""
    return {
        **_profile(connected.profile),
        "server": connected.server,
        "remote_id": connected.profile.remote_id,
        "measures": asdict(connected.measures),
        "grant_expires_at": connected.grant.expires_at,
        "granted_at": now,
        "sealed_login": None,
        "connect_at": None,
        "renewing_until": None,
    }


def _mended(row: Account) -> dict[str, Any]:
    """What was wrong with a login that was tried in vain is over where the kept grant serves."""
    return {"problem": None} if row.state == AccountState.CONNECTED else {}


def _working(row: Account, now: datetime) -> dict[str, Any]:
    connector = find(row.network)
    return {
        "problem": None,
        "tries": 0,
        "read_at": now if connector is not None and connector.inbox else None,
        "measure_at": now if connector is not None and connector.metrics else None,
        "check_at": now + rules.CHECK_EVERY,
    }


def _fail(session: AsyncSession, row: Account, problem: AccountProblem, *, now: datetime) -> None:
    """Forgets the login. A grant that is kept from before may still work: a check will tell."""
    has_grant = row.sealed_grant is not None
    state = AccountState.ACTION_REQUIRED if has_grant else AccountState.FAILED
    paused = PAUSED
    if works(row.state, row.check_at):
        state, paused = AccountState.CONNECTED, {}
    values = {
        **paused,
        "problem": problem.kept(),
        "sealed_login": None,
        "connect_at": None,
        "tries": 0,
        "check_at": now + rules.CHECK_WAITS[0] if has_grant else None,
    }
    become(row, state, values, now=now)
    _tell(session, row, "account.connection_failed", now=now, code=problem.code, state=state)


def _problem(error: NetworkError, message: str, *, is_retryable: bool) -> AccountProblem:
    return AccountProblem(
        code=error.code,
        message=message,
        said=error.said,
        acting_party=error.acting_party,
        is_retryable=is_retryable,
    )


def _own_problem(code: str, message: str) -> AccountProblem:
    party = ActingParty.USER
    return AccountProblem(
        code=code, message=message, said="", acting_party=party, is_retryable=False
    )


_DIFFERS = _own_problem(
    rules.IDENTITY_DIFFERS,
    "This login belongs to somebody else. Connect that one as an account of its own.",
)
_TAKEN = _own_problem(
    rules.ALREADY_CONNECTED, "Another account of this workspace is connected to this identity."
)


def _is_same(row: Account, connected: Connected) -> bool:
    """Ids may repeat between servers, and an identity may move to another server."""
    profile = connected.profile
    is_in_place = row.server == connected.server or row.handle == profile.handle
    return row.remote_id == profile.remote_id and is_in_place


def _profile(profile: Profile) -> dict[str, Any]:
    return {
        "handle": profile.handle,
        "display_name": profile.display_name,
        "url": of_the_web(profile.url),
        "avatar_url": of_the_web(profile.avatar_url),
    }


def _tell(session: AsyncSession, row: Account, kind: str, *, now: datetime, **more: Any) -> None:  # noqa: ANN401 - JSON
    about = {"network": row.network, "handle": row.handle, **more}
    record(session, worker(row.workspace_id), kind, ("account", row.id), now=now, data=about)


async def _living(session: AsyncSession, workspace_id: UUID, account_id: UUID) -> Account | None:
    statement = select(Account).where(
        col(Account.workspace_id) == workspace_id,
        col(Account.id) == account_id,
        col(Account.removed_at).is_(None),
    )
    return (await session.exec(statement.with_for_update())).one_or_none()
