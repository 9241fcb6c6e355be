"""Consents as callers and browsers meet them: begun, set out, come back, cancelled, read."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.accounts.consent_seals import Intent, open_begun, open_intent, seal_code, seal_intent
from domain.accounts.consent_shapes import (
    BeginConsent,
    ChoosePlace,
    ConsentView,
    Installation,
    PlaceView,
    Returned,
)
from domain.accounts.consenting import GOOD_FOR, NEXT, ConsentState, may_become
from domain.accounts.logins import check_fields, check_reach, keyed_digest
from domain.accounts.queries import find_account
from domain.accounts.shapes import AccountProblem
from domain.accounts.tables import Consent
from domain.connector.errors import ActingParty
from domain.connector.troubles import party_of
from domain.events.service import record
from domain.identity.bearer import BearerKind, make_bearer
from domain.kernel.caller import Caller, Scope, worker
from domain.kernel.changes import apply, find, find_for_change, resent
from domain.kernel.errors import (
    AbilityMissing,
    ConsentLinkInvalid,
    Fault,
    Misfit,
    NotAllowedNow,
    NotFound,
)
from domain.kernel.ids import new_id
from domain.kernel.nudges import due_at
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.sealing import KeyRing, fingerprint
from domain.kernel.shapes import Page
from domain.networks import find as find_network

NEWEST_FIRST = Sort(
    "-consents.created_at", (col(Consent.created_at), col(Consent.id)), (datetime, UUID)
)
DENIED = "consent.denied"
ISSUER_DIFFERS = "consent.issuer_differs"


def visible(caller: Caller) -> SelectOfScalar[Consent]:
    return select(Consent).where(col(Consent.workspace_id) == caller.workspace_id)


async def begin_consent(
    session: AsyncSession,
    caller: Caller,
    command: BeginConsent,
    *,
    keys: KeyRing,
    installation: Installation,
    now: datetime,
) -> ConsentView:
    """A consent whose page a worker asks the network for at once.

    Raises `Misfit`, `AbilityMissing`, `NotFound`.
    """
    caller.need(Scope.ACCOUNTS_WRITE)
    caller.need_community(command.community_id)
    made_from = keyed_digest(keys, command.model_dump_json())
    before = await resent(session, caller, Consent, command.id, made_from)
    if before is not None:
        return view_of(before, start_url=_start_url(installation, open_intent(keys, before).link))
    _check(command, installation.origins)
    check_reach(caller, command.network)
    if command.account_id is not None:
        await _check_account(session, caller, command, command.account_id)
    intent = _intent(caller, command)
    row = _begun(caller, command, intent, keys, made_from, now)
    session.add(row)
    try:
        await session.flush()
    except IntegrityError:
        raise NotFound("community", [command.community_id]) from None
    about = {"network": row.network}
    record(session, caller, "consent.begun", ("consent", row.id), now=now, data=about)
    due_at(session, row.workspace_id, row.id, now)
    return view_of(row, start_url=_start_url(installation, intent.link))


async def get_consent(session: AsyncSession, caller: Caller, id_: UUID) -> ConsentView:
    caller.need(Scope.ACCOUNTS_READ)
    return view_of(
        await find(session, visible(caller).where(col(Consent.id) == id_), what="consent")
    )


async def consents_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, ConsentView]:
    caller.need(Scope.ACCOUNTS_READ)
    rows = (await session.exec(visible(caller).where(col(Consent.id).in_(ids)))).all()
    return {row.id: view_of(row) for row in rows}


async def list_consents(
    session: AsyncSession, caller: Caller, request: PageRequest
) -> Page[ConsentView]:
    """The newest first."""
    caller.need(Scope.ACCOUNTS_READ)
    return await NEWEST_FIRST.page(session, visible(caller), request, view=view_of)


async def cancel_consent(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Ends it: whoever is on the way comes back in vain. One that has ended stays as it is."""
    caller.need(Scope.ACCOUNTS_WRITE)
    statement = visible(caller).where(col(Consent.id) == id_)
    row = await find_for_change(
        session, statement, what="consent", expected_version=expected_version
    )
    become(row, ConsentState.CANCELLED, {"act_at": None}, now=now)
    record(session, caller, "consent.cancelled", ("consent", id_), now=now)


async def choose_place(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChoosePlace,
    *,
    keys: KeyRing,
    now: datetime,
) -> ConsentView:
    """A worker connects that one at once. Raises `Misfit` for what is none of the places."""
    caller.need(Scope.ACCOUNTS_WRITE)
    statement = visible(caller).where(col(Consent.id) == id_)
    row = await find_for_change(session, statement, what="consent", expected_version=None)
    if row.state != ConsentState.CHOOSING or row.expires_at <= now:
        raise NotAllowedNow("There is nothing to be chosen, or no longer.")
    if command.place_id not in {place["id"] for place in row.places or ()}:
        fault = Fault("/place_id", "place.unknown", "It is none of the consent's places.")
        raise Misfit(faults=(fault,))
    _go_on(session, row, seal_code(keys, row, command.place_id), now=now)
    record(session, caller, "consent.chosen", ("consent", row.id), now=now)
    return view_of(row)


async def set_out(
    session: AsyncSession,
    workspace_id: UUID,
    link: str,
    browser: str,
    *,
    keys: KeyRing,
    now: datetime,
) -> str | None:
    """The network's page, for the browser that holds the secret `browser` from now on.

    None while a worker still asks for it. Raises `ConsentLinkInvalid`.
    """
    row = await _of_link(session, workspace_id, link)
    if row.expires_at <= now or row.state not in {ConsentState.PREPARING, ConsentState.OPEN}:
        raise ConsentLinkInvalid
    if row.state == ConsentState.PREPARING:
        return None
    row.browser_fingerprint = fingerprint(browser)
    return open_begun(keys, row).url


async def come_back(
    session: AsyncSession,
    workspace_id: UUID,
    state: str,
    browser: str | None,
    returned: Returned,
    *,
    keys: KeyRing,
    now: datetime,
) -> tuple[ConsentView, str | None]:
    """Keeps what a browser brought, for a worker; and where the person goes next.

    Only the browser that set out may come back, once. Raises `ConsentLinkInvalid`.
    """
    statement = select(Consent).where(
        col(Consent.workspace_id) == workspace_id,
        col(Consent.state_fingerprint) == fingerprint(state),
    )
    row = (await session.exec(statement.with_for_update())).one_or_none()
    if row is None or row.state != ConsentState.OPEN or row.expires_at <= now:
        raise ConsentLinkInvalid
    kept, sent = row.browser_fingerprint or b"", fingerprint(browser or "")
    if browser is None or not hmac.compare_digest(kept, sent):
        raise ConsentLinkInvalid("Come back in the browser you set out from.")
    issuer = open_begun(keys, row).issuer
    if returned.code is None:
        said = returned.error[:200]
        fail(session, row, DENIED, "The network gave no consent.", said=said, now=now)
    elif issuer is not None and returned.issuer != issuer:
        message = "The answer came from another server than it was asked of."
        fail(session, row, ISSUER_DIFFERS, message, said="", now=now)
    else:
        _go_on(session, row, seal_code(keys, row, returned.code), now=now)
        record(session, worker(workspace_id), "consent.returned", ("consent", row.id), now=now)
    return view_of(row), row.return_url


def become(row: Consent, state: ConsentState, values: dict[str, Any], *, now: datetime) -> None:
    """Takes a step of the drawing. Raises `NotAllowedNow` for any other."""
    if not may_become(ConsentState(row.state), state):
        raise NotAllowedNow(f"A consent that is {row.state} cannot become {state}.")
    ended = {"sealed_begun": None, "places": None} if not NEXT[state] else {}
    apply(row, {**values, **ended, "state": state}, now=now)


def fail(
    session: AsyncSession, row: Consent, code: str, message: str, *, said: str, now: datetime
) -> None:
    """Ends it in failure; nothing of the account it was to renew has changed."""
    # Nobody but a person begins again; nor can they before the operator lets them.
    party = ActingParty.OPERATOR if party_of(code) is ActingParty.OPERATOR else ActingParty.USER
    problem = AccountProblem(
        code=code, message=message, said=said, acting_party=party, is_retryable=False
    )
    values = {"problem": problem.kept(), "act_at": None, "sealed_code": None}
    become(row, ConsentState.FAILED, values, now=now)
    about = {"code": code}
    caller = worker(row.workspace_id)
    record(session, caller, "consent.failed", ("consent", row.id), now=now, data=about)


def view_of(row: Consent, *, start_url: str | None = None) -> ConsentView:
    problem = None if row.problem is None else AccountProblem.model_validate(row.problem)
    return ConsentView(
        id=row.id,
        community_id=row.community_id,
        network=row.network,
        state=ConsentState(row.state),
        account_id=row.account_id,
        start_url=start_url,
        places=tuple(PlaceView.model_validate(place) for place in row.places or ()),
        problem=problem,
        expires_at=row.expires_at,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _go_on(session: AsyncSession, row: Consent, code: bytes, *, now: datetime) -> None:
    """Hands what was brought or chosen, sealed, to a worker."""
    values = {"sealed_code": code, "places": None, "act_at": now, "tries": 0}
    become(row, ConsentState.RETURNED, values, now=now)
    due_at(session, row.workspace_id, row.id, now)


def _check(command: BeginConsent, origins: frozenset[str]) -> None:
    connector = find_network(command.network)
    asked = None if connector is None or connector.consent is None else connector.manifest.consent
    if connector is not None and asked is None:
        message = "Accounts of this network are not connected at a page of its own."
        raise AbilityMissing(message, at="/network")
    check_fields(command.network, asked or (), command.fields, place="fields")
    if command.return_url is not None and _origin(command.return_url) not in origins:
        message = "Its origin is none of those that may call the api."
        raise Misfit(faults=(Fault("/return_url", "return_url.origin_unknown", message),))


async def _check_account(
    session: AsyncSession, caller: Caller, command: BeginConsent, account_id: UUID
) -> None:
    account = await find_account(session, caller, account_id)
    if (account.network, account.community_id) != (command.network, command.community_id):
        fault = Fault("/account_id", "account.elsewhere", "It is of another network or house.")
        raise Misfit(faults=(fault,))


def _intent(caller: Caller, command: BeginConsent) -> Intent:
    return Intent(
        dict(command.fields),
        make_bearer(caller.workspace_id, BearerKind.CONSENT_LINK),
        make_bearer(caller.workspace_id, BearerKind.CONSENT_STATE),
    )


def _begun(
    caller: Caller,
    command: BeginConsent,
    intent: Intent,
    keys: KeyRing,
    made_from: bytes,
    now: datetime,
) -> Consent:
    id_ = command.id or new_id()
    return Consent(
        workspace_id=caller.workspace_id,
        id=id_,
        made_from=made_from,
        created_at=now,
        updated_at=now,
        community_id=command.community_id,
        account_id=command.account_id,
        network=command.network,
        state=ConsentState.PREPARING,
        return_url=command.return_url,
        sealed_wish=seal_intent(keys, caller.workspace_id, id_, intent),
        link_fingerprint=fingerprint(intent.link),
        state_fingerprint=fingerprint(intent.state),
        expires_at=now + GOOD_FOR,
        act_at=now,
    )


async def _of_link(session: AsyncSession, workspace_id: UUID, link: str) -> Consent:
    statement = select(Consent).where(
        col(Consent.workspace_id) == workspace_id,
        col(Consent.link_fingerprint) == fingerprint(link),
    )
    row = (await session.exec(statement.with_for_update())).one_or_none()
    if row is None:
        raise ConsentLinkInvalid
    return row


def _start_url(installation: Installation, link: str) -> str:
    return f"{installation.public_url}/connect/{link}"


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0].partition('#')[0]}"
