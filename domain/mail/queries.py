"""What an operator sees of mails: the development mailbox, and how sending goes."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.sealing import KeyRing
from domain.mail.rules import MailState
from domain.mail.service import text_place
from domain.mail.shapes import MailSeen
from domain.mail.tables import Mail


async def newest_mails(
    session: AsyncSession, keys: KeyRing, *, recipient: str | None, most: int
) -> list[MailSeen]:
    """The newest first; `recipient` narrows them to one address."""
    statement = select(Mail).order_by(col(Mail.created_at).desc(), col(Mail.id).desc()).limit(most)
    if recipient is not None:
        statement = statement.where(col(Mail.recipient) == recipient.lower())
    return [_seen(row, keys) for row in (await session.exec(statement)).all()]


def _seen(row: Mail, keys: KeyRing) -> MailSeen:
    sealed = row.sealed_text
    return MailSeen(
        id=row.id,
        kind=row.kind,
        recipient=row.recipient,
        subject=row.subject,
        text=None if sealed is None else keys.open(sealed, place=text_place(row.id)).decode(),
        state=MailState(row.state),
        problem=row.problem,
        created_at=row.created_at,
    )
