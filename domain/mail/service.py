"""Changes of mails: planned with the change they tell of, claimed, recorded, forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.errors import NetworkError, OutcomeUnknown, Unavailable
from domain.kernel.ids import new_id
from domain.kernel.nudges import due_at
from domain.kernel.sealing import KeyRing, SealBroken, place_of
from domain.mail.rules import MailState, after_error
from domain.mail.shapes import Letter, Outgoing
from domain.mail.tables import Mail

TOO_LATE = "mail.too_late"


async def plan_mail(
    session: AsyncSession,
    keys: KeyRing,
    letter: Letter,
    *,
    user_id: UUID | None,
    until: datetime,
    now: datetime,
) -> UUID:
    """Sends a mail when this transaction commits, and tries until `until`."""
    id_ = new_id()
    session.add(
        Mail(
            id=id_,
            user_id=user_id,
            kind=letter.kind,
            recipient=letter.recipient,
            # A title or a name may have several lines, a header has one.
            subject=" ".join(letter.subject.splitlines()),
            sealed_text=keys.seal(letter.text.encode(), place=text_place(id_)),
            state=MailState.WAITING,
            # At once, also from a test workspace, whose clock may be ahead.
            act_at=func.least(now, func.now()),  # type: ignore[arg-type]  # SQL
            until=until,
            created_at=now,
        )
    )
    await session.flush()
    due_at(session, None, id_, now)
    return id_


async def claim_mails(
    session: AsyncSession, keys: KeyRing, *, now: datetime, lease: timedelta, batch: int
) -> list[Outgoing]:
    """The mails to send now; those that nobody needs any more fail, lost ones become unknown."""
    statement = (
        select(Mail)
        .where(col(Mail.act_at) <= now)
        .order_by(col(Mail.act_at))
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    rows = (await session.exec(statement)).all()
    return [mail for row in rows if (mail := _claim(row, keys, now, lease)) is not None]


def _claim(row: Mail, keys: KeyRing, now: datetime, lease: timedelta) -> Outgoing | None:
    if row.state == MailState.GOING:
        _judge(row, OutcomeUnknown("Its worker was lost.", code="mail.worker_lost"), now)
        return None
    if now >= row.until or row.sealed_text is None:
        _end(row, MailState.FAILED, now, problem=TOO_LATE)
        return None
    row.state, row.act_at, row.attempts = MailState.GOING, now + lease, row.attempts + 1
    try:
        text = keys.open(row.sealed_text, place=text_place(row.id)).decode()
    except SealBroken:
        # Its key may come back to the ring; meanwhile it keeps back no other.
        _judge(row, Unavailable("It cannot be opened.", code="mail.seal_broken"), now)
        return None
    return Outgoing(row.id, row.attempts, Letter(row.kind, row.recipient, row.subject, text))


async def record_sent(session: AsyncSession, mail: Outgoing, *, now: datetime) -> None:
    """A server has taken it: true whatever else was thought of the row meanwhile."""
    row = await session.get(Mail, mail.id, with_for_update=True)
    if row is not None:
        _end(row, MailState.DONE, now)
        row.sealed_text = None


async def record_kept(session: AsyncSession, mail: Outgoing, *, now: datetime) -> None:
    """No server is set: the mail can be read here."""
    row = await session.get(Mail, mail.id, with_for_update=True)
    if row is not None and row.state == MailState.GOING and row.attempts == mail.attempt:
        _end(row, MailState.KEPT, now)


async def record_trouble(
    session: AsyncSession, mail: Outgoing, error: NetworkError, *, now: datetime
) -> None:
    row = await session.get(Mail, mail.id, with_for_update=True)
    if row is not None and row.state == MailState.GOING and row.attempts == mail.attempt:
        _judge(row, error, now)


async def forget_mails(session: AsyncSession, *, before: datetime) -> None:
    """Deletes what was planned before that moment and is over."""
    await session.exec(
        delete(Mail).where(col(Mail.created_at) < before, col(Mail.act_at).is_(None))
    )


async def forget_mails_to(session: AsyncSession, user_id: UUID) -> None:
    """Deletes all mails to somebody who goes."""
    await session.exec(delete(Mail).where(col(Mail.user_id) == user_id))


def text_place(id_: UUID) -> str:
    return place_of("mails", "sealed_text", id_)


def _judge(row: Mail, error: NetworkError, now: datetime) -> None:
    row.doubts += isinstance(error, OutcomeUnknown)
    verdict = after_error(error, attempts=row.attempts, doubts=row.doubts, until=row.until, now=now)
    if verdict.act_at is None:
        _end(row, verdict.state, now, problem=error.code)
    else:
        row.state, row.act_at, row.problem = verdict.state, verdict.act_at, error.code


def _end(row: Mail, state: MailState, now: datetime, *, problem: str | None = None) -> None:
    row.state, row.act_at, row.ended_at, row.problem = state, None, now, problem
