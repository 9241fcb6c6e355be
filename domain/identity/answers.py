"""Answers kept under an Idempotency-Key: found again for a resend, refused for another request.

Bodies rest sealed: some show a secret, once. Nobody is given what another was answered.
"""

import json
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.identity.tables import KeptAnswer
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.errors import KeyBusy, KeyReused
from domain.kernel.sealing import KeyRing, place_of

# A resend waits here for the first request to end; the second wait is short, then it is told.
LOCK_KEY = """
SELECT set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(hashtextextended($1, 1)),
       set_config('lock_timeout', '0', true)
"""
KEPT = """
SELECT request, status, headers, sealed_body FROM kept_answers
 WHERE workspace_id = $1 AND actor = $2 AND key = $3
"""

KEEP = """
INSERT INTO kept_answers (workspace_id, actor, key, request, status, headers, sealed_body, kept_at)
VALUES ($1, $2, $3, $4, $5, CAST($6::text AS jsonb), $7, $8)
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


async def kept_answer(
    session: AsyncSession, caller: Caller, key: str, request: bytes, *, keys: KeyRing
) -> Answer | None:
    """What this request was answered before; None when it is the first.

    `request` is a digest of method, path and body. Raises `KeyReused` for another request and
    `KeyBusy` while the first is still running.
    """
    name = f"{caller.workspace_id}/{_holder(caller)}/{key}"
    raw = await driver_of(session)
    try:
        await raw.execute(LOCK_KEY, name)
    except asyncpg.LockNotAvailableError as error:
        raise KeyBusy from error
    row = await raw.fetchrow(KEPT, caller.workspace_id, _holder(caller), key)
    if row is None:
        return None
    if row["request"] != request:
        raise KeyReused
    body = keys.open(row["sealed_body"], place=_body_place(caller, key))
    return Answer(row["status"], row["headers"], body)


async def keep_answer(
    session: AsyncSession,
    caller: Caller,
    key: str,
    request: bytes,
    answer: Answer,
    *,
    keys: KeyRing,
    now: datetime,
) -> None:
    raw = await driver_of(session)
    await raw.execute(
        KEEP,
        caller.workspace_id,
        _holder(caller),
        key,
        request,
        answer.status,
        json.dumps(answer.headers),
        keys.seal(answer.body, place=_body_place(caller, key)),
        now,
    )


async def forget_answers(session: AsyncSession, caller: Caller, *, before: datetime) -> None:
    """Deletes answers older than their keys are honoured."""
    await session.exec(
        delete(KeptAnswer).where(
            col(KeptAnswer.workspace_id) == caller.workspace_id, col(KeptAnswer.kept_at) < before
        )
    )


async def replace_answer(
    session: AsyncSession, caller: Caller, key: str, answer: Answer, *, keys: KeyRing
) -> None:
    """Keeps what was answered in the end, for a request that went on after its first commit."""
    row = await session.get_one(KeptAnswer, (caller.workspace_id, _holder(caller), key))
    row.status, row.headers = answer.status, answer.headers
    row.sealed_body = keys.seal(answer.body, place=_body_place(caller, key))


def _holder(caller: Caller) -> str:
    """Whose answers they are: of what acts for one member, each application and key has its own.

    Renewed tokens of an application go on with what it was answered before.
    """
    if caller.member_id is None:
        return caller.actor
    return f"{caller.actor} by {caller.application or caller.token_id}"


def _body_place(caller: Caller, key: str) -> str:
    return place_of("kept_answers", "sealed_body", caller.workspace_id, _holder(caller), key)
