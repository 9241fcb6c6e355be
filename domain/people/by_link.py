"""What the links in mails do, each once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.errors import AlreadyExists, LinkInvalid
from domain.kernel.languages import Language
from domain.people.letters import Kind
from domain.people.links import use_link, void_links
from domain.people.queries import view_of
from domain.people.reaching import tell
from domain.people.service import create_user
from domain.people.shapes import Link, Mailing, Purpose, UserView
from domain.people.sign_ins import end_sign_ins
from domain.people.tables import User


async def sign_in_by_link(session: AsyncSession, token: str, *, now: datetime) -> tuple[UUID, str]:
    """Who comes in, and where they go. Raises `LinkInvalid`, as all here do."""
    link = await _use(session, token, Purpose.SIGN_IN, now)
    return (await _user_of(session, link)).id, link.next_path


async def verify_by_link(session: AsyncSession, token: str, *, now: datetime) -> None:
    """The address is theirs, if it is still the one they have."""
    link = await _use(session, token, Purpose.VERIFY, now)
    row = await _user_of(session, link)
    if row.email != link.email:
        raise LinkInvalid
    row.email_verified_at = row.updated_at = now


async def change_email_by_link(
    session: AsyncSession, mailing: Mailing, token: str, *, now: datetime
) -> None:
    """The person has a new address, and is told so at the one before."""
    link = await _use(session, token, Purpose.CHANGE_EMAIL, now)
    row = await _user_of(session, link)
    before = view_of(row)
    row.email, row.email_verified_at, row.updated_at = link.email, now, now
    try:
        await session.flush()
    except IntegrityError:
        raise LinkInvalid from None
    await void_links(session, row.id, email=before.email)
    await tell(session, mailing, Kind.EMAIL_CHANGED, before, now=now, email=link.email)


async def reset_by_link(
    session: AsyncSession, mailing: Mailing, token: str, *, password_hash: str, now: datetime
) -> tuple[UUID, str]:
    """A new password; every browser is signed out. Gives who it is and where they go."""
    link = await _use(session, token, Purpose.RESET, now)
    row = await _user_of(session, link)
    if row.email != link.email:
        raise LinkInvalid
    row.password_hash, row.updated_at = password_hash, now
    row.email_verified_at = row.email_verified_at or now
    await end_sign_ins(session, row.id)
    await tell(session, mailing, Kind.PASSWORD_CHANGED, view_of(row), now=now)
    return row.id, link.next_path


async def sign_up_by_link(
    session: AsyncSession,
    token: str,
    *,
    name: str,
    language: Language,
    password_hash: str,
    now: datetime,
) -> tuple[UserView, str]:
    """The new person and where they go."""
    link = await _use(session, token, Purpose.SIGN_UP, now)
    try:
        made = await create_user(
            session,
            email=link.email,
            name=name,
            language=language,
            password_hash=password_hash,
            is_email_verified=True,
            now=now,
        )
    except AlreadyExists:
        raise LinkInvalid from None
    return made, link.next_path


async def _use(session: AsyncSession, token: str, purpose: Purpose, now: datetime) -> Link:
    link = await use_link(session, token, now=now)
    if link.purpose is not purpose:
        raise LinkInvalid
    return link


async def _user_of(session: AsyncSession, link: Link) -> User:
    row = (
        None
        if link.user_id is None
        else await session.get(User, link.user_id, with_for_update=True)
    )
    if row is None:
        raise LinkInvalid
    return row
