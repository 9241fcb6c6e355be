"""Attempts as browsers make them: asked for, sent out, come back, and in the end somebody."""

import hmac
import secrets
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.identity.bearer import BearerKind, make_bearer
from domain.kernel.errors import ProviderRefused
from domain.kernel.ids import new_id
from domain.kernel.nudges import due_at
from domain.kernel.sealing import KeyRing, fingerprint
from domain.providers.rules import GOOD_FOR, AttemptState, may_become
from domain.providers.seals import open_intent, seal_intent
from domain.providers.shapes import Intent, Seen, Subject
from domain.providers.tables import ProviderAttempt, ProviderPerson, SignInProvider

DENIED, WRONG_ANSWER = "provider.denied", "provider.answer_unfit"


async def begin_attempt(
    session: AsyncSession,
    keys: KeyRing,
    workspace_id: UUID,
    provider_id: UUID,
    *,
    next_path: str,
    now: datetime,
) -> str:
    """The secret for the browser's cookie; a worker asks for the provider's page at once.

    Raises `ProviderRefused` when the provider is gone or turned off.
    """
    provider = await session.get(SignInProvider, (workspace_id, provider_id))
    if provider is None or not provider.is_on:
        raise ProviderRefused
    id_, cookie = new_id(), make_bearer(workspace_id, BearerKind.ENTRY)
    intent = Intent(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
    )
    session.add(
        ProviderAttempt(
            workspace_id=workspace_id,
            id=id_,
            provider_id=provider_id,
            fingerprint=fingerprint(cookie),
            state=AttemptState.ASKED,
            sealed_intent=seal_intent(keys, workspace_id, id_, intent),
            found={},
            next_path=next_path,
            act_at=now,
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    await session.flush()
    due_at(session, workspace_id, id_, now)
    return cookie


async def see_attempt(
    session: AsyncSession, keys: KeyRing, workspace_id: UUID, cookie: str, *, now: datetime
) -> Seen:
    """How far this browser's attempt is. Raises `ProviderRefused` for none, or one too old."""
    row = await _of_browser(session, cookie, now)
    provider = await session.get_one(SignInProvider, (workspace_id, row.provider_id))
    subject = Subject(row.found["subject"], row.found["email"]) if "subject" in row.found else None
    return Seen(
        id=row.id,
        provider_id=row.provider_id,
        provider_name=provider.name,
        state=row.state,
        page=open_intent(keys, row).page,
        next_path=row.next_path,
        subject=subject,
        problem=row.problem,
    )


async def record_return(
    session: AsyncSession,
    keys: KeyRing,
    cookie: str,
    *,
    state: str,
    code: str | None,
    issuer: str | None,
    now: datetime,
) -> None:
    """Keeps the code, sealed, for a worker; an answer that does not belong here ends the attempt.

    Raises `ProviderRefused` for a browser that is on no such way: nothing has changed then.
    """
    row = await _of_browser(session, cookie, now)
    intent = open_intent(keys, row)
    if row.state != AttemptState.OPEN or not hmac.compare_digest(
        intent.state.encode(), state.encode()
    ):
        raise ProviderRefused
    provider = await session.get_one(SignInProvider, (row.workspace_id, row.provider_id))
    if issuer != provider.issuer and (issuer is not None or row.found.get("says_issuer")):
        end(row, AttemptState.FAILED, problem=WRONG_ANSWER)
        return
    if code is None:
        end(row, AttemptState.FAILED, problem=DENIED)
        return
    come_to(row, AttemptState.RETURNED)
    kept = replace(intent, code=code)
    row.sealed_intent = seal_intent(keys, row.workspace_id, row.id, kept)
    row.act_at = now
    due_at(session, row.workspace_id, row.id, now)


async def known_person(session: AsyncSession, workspace_id: UUID, seen: Seen) -> UUID | None:
    """Whose account this is, if they said so before."""
    if seen.subject is None:
        return None
    key = (workspace_id, seen.provider_id, seen.subject.subject)
    row = await session.get(ProviderPerson, key)
    return None if row is None else row.user_id


async def connect_person(
    session: AsyncSession, workspace_id: UUID, seen: Seen, user_id: UUID, *, now: datetime
) -> None:
    """From now on, whoever the provider says this is comes in as this user.

    Raises `ProviderRefused` when it is somebody else's already.
    """
    known = await known_person(session, workspace_id, seen)
    if seen.subject is None or known not in {None, user_id}:
        raise ProviderRefused
    if known is None:
        session.add(
            ProviderPerson(
                workspace_id=workspace_id,
                provider_id=seen.provider_id,
                subject=seen.subject.subject,
                user_id=user_id,
                created_at=now,
            )
        )
        await session.flush()


async def use_attempt(session: AsyncSession, cookie: str, *, now: datetime) -> None:
    """Uses the attempt up: of two who come at once, one is refused (`ProviderRefused`)."""
    row = await _of_browser(session, cookie, now)
    if row.state != AttemptState.DONE:
        raise ProviderRefused
    end(row, AttemptState.USED)


async def forget_attempts(session: AsyncSession, workspace_id: UUID, *, now: datetime) -> None:
    """Deletes those whose time is over."""
    await session.exec(
        delete(ProviderAttempt).where(
            col(ProviderAttempt.workspace_id) == workspace_id,
            col(ProviderAttempt.expires_at) <= now,
        )
    )


async def forget_person(session: AsyncSession, workspace_id: UUID, user_id: UUID) -> None:
    """No outside sign-in of this workspace leads to this user any more."""
    await session.exec(
        delete(ProviderPerson).where(
            col(ProviderPerson.workspace_id) == workspace_id,
            col(ProviderPerson.user_id) == user_id,
        )
    )


def come_to(row: ProviderAttempt, state: AttemptState) -> None:
    if not may_become(AttemptState(row.state), state):
        raise ProviderRefused
    row.state = state


def end(row: ProviderAttempt, state: AttemptState, *, problem: str | None = None) -> None:
    come_to(row, state)
    row.act_at, row.problem = None, problem


async def _of_browser(session: AsyncSession, cookie: str, now: datetime) -> ProviderAttempt:
    statement = select(ProviderAttempt).where(
        col(ProviderAttempt.fingerprint) == fingerprint(cookie)
    )
    row = (await session.exec(statement.with_for_update())).one_or_none()
    if row is None or row.expires_at <= now:
        raise ProviderRefused
    return row
