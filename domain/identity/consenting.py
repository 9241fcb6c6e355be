"""A member lets an application in: the grant, and the authorisation that begins with it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.events.service import record
from domain.identity.bearer import BearerKind, make_bearer
from domain.identity.parties import Client, Consent
from domain.identity.queries import grant_view
from domain.identity.shapes import GrantView
from domain.identity.tables import Authorisation, Grant
from domain.kernel.caller import Caller
from domain.kernel.changes import LOCK_ID
from domain.kernel.ids import new_id, show
from domain.kernel.sealing import fingerprint


async def grant_to(session: AsyncSession, client: Client, member_id: UUID) -> GrantView | None:
    """What a member of the transaction's workspace allows the client; None: nothing yet."""
    row = (await session.exec(_living(client, member_id))).one_or_none()
    return None if row is None else grant_view(row)


async def give_code(
    session: AsyncSession,
    workspace_id: UUID,
    consent: Consent,
    *,
    redirect_uri: str,
    challenge: str,
    nonce: str | None,
    lasts: timedelta,
    now: datetime,
) -> str:
    """A code for the client, good for one use by who knows the verifier of the challenge."""
    code = make_bearer(workspace_id, BearerKind.CODE)
    row = await _authorise(session, workspace_id, consent, now=now)
    row.code_fingerprint, row.code_expires_at = fingerprint(code), now + lasts
    row.redirect_uri, row.challenge, row.nonce = redirect_uri, challenge, nonce
    await session.flush()
    return code


async def authorise_device(
    session: AsyncSession, workspace_id: UUID, consent: Consent, *, now: datetime
) -> UUID:
    """The authorisation that a waiting device may take up."""
    row = await _authorise(session, workspace_id, consent, now=now)
    await session.flush()
    return row.id


async def _authorise(
    session: AsyncSession, workspace_id: UUID, consent: Consent, *, now: datetime
) -> Authorisation:
    grant = await _grant(session, workspace_id, consent, now=now)
    row = Authorisation(
        workspace_id=workspace_id,
        id=new_id(),
        grant_id=grant.id,
        scopes=sorted(consent.scopes),
        communities=_listed(consent),
        authenticated_at=consent.authenticated_at,
        methods=sorted(consent.methods),
        created_at=now,
    )
    session.add(row)
    return row


async def _grant(
    session: AsyncSession, workspace_id: UUID, consent: Consent, *, now: datetime
) -> Grant:
    """The member's living grant to the client as of now; all that the client holds follows it.

    What they were not asked about this time stays as it was.
    """
    client = consent.client
    name = f"{client.client_id}/{consent.member_id}"
    await session.exec(LOCK_ID, params={"id": name})  # type: ignore[call-overload]  # SQLModel types no text()
    row = (await session.exec(_living(client, consent.member_id))).one_or_none()
    scopes = sorted(consent.scopes.union(row.scopes if row else ()) - consent.refused)
    is_new = row is None or (row.scopes, row.communities) != (scopes, _listed(consent))
    if row is None:
        row = Grant(
            workspace_id=workspace_id,
            id=new_id(),
            member_id=consent.member_id,
            application_workspace_id=client.workspace_id,
            application_id=client.id,
            application_name=client.name,
            scopes=[],
            created_at=now,
            updated_at=now,
        )
        session.add(row)
    row.application_name, row.scopes, row.communities = client.name, scopes, _listed(consent)
    row.updated_at = now
    await session.flush()
    if is_new:
        _tell(session, row, consent, now=now)
    return row


def _tell(session: AsyncSession, row: Grant, consent: Consent, *, now: datetime) -> None:
    about = {
        "client_id": consent.client.client_id,
        "name": consent.client.name,
        "scopes": row.scopes,
        "communities": None
        if row.communities is None
        else [show("com", each) for each in row.communities],
    }
    caller = member_by(consent.client, row.workspace_id, row.member_id)
    record(session, caller, "grant.given", ("grant", row.id), now=now, data=about)


def member_by(client: Client, workspace_id: UUID, member_id: UUID) -> Caller:
    """Who the event log says did it: the member, by way of the application."""
    return Caller(
        workspace_id,
        f"member:{show('mem', member_id)}",
        frozenset(),
        member_id=member_id,
        application=client.client_id,
    )


def _listed(consent: Consent) -> list[UUID] | None:
    return None if consent.communities is None else sorted(consent.communities)


def _living(client: Client, member_id: UUID) -> SelectOfScalar[Grant]:
    return select(Grant).where(
        col(Grant.member_id) == member_id,
        col(Grant.application_workspace_id) == client.workspace_id,
        col(Grant.application_id) == client.id,
        col(Grant.revoked_at).is_(None),
    )
