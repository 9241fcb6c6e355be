"""Changes of people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.errors import AlreadyExists
from domain.kernel.ids import new_id
from domain.kernel.languages import Language
from domain.mail.service import forget_mails_to
from domain.people.letters import Kind
from domain.people.links import void_links
from domain.people.queries import view_of
from domain.people.reaching import tell
from domain.people.rules import same_email
from domain.people.shapes import ChangeProfile, Mailing, SignedIn, UserView
from domain.people.sign_ins import end_sign_ins
from domain.people.tables import User


async def create_user(
    session: AsyncSession,
    *,
    email: str,
    name: str,
    language: Language,
    password_hash: str | None,
    is_email_verified: bool,
    now: datetime,
) -> UserView:
    """Raises `AlreadyExists` when the address is somebody's."""
    row = User(
        id=new_id(),
        email=same_email(email),
        email_verified_at=now if is_email_verified else None,
        name=name,
        language=language,
        password_hash=password_hash,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError:
        raise AlreadyExists("Somebody with this e-mail address exists already.") from None
    return view_of(row)


async def change_profile(
    session: AsyncSession, user_id: UUID, command: ChangeProfile, *, now: datetime
) -> UserView:
    row = await session.get_one(User, user_id, with_for_update=True)
    row.name, row.language, row.updated_at = command.name, command.language, now
    return view_of(row)


async def change_password(
    session: AsyncSession,
    mailing: Mailing,
    signed_in: SignedIn,
    password_hash: str,
    *,
    now: datetime,
) -> None:
    """Every other browser is signed out, and the person is told by mail."""
    row = await session.get_one(User, signed_in.user_id, with_for_update=True)
    row.password_hash, row.updated_at = password_hash, now
    await end_sign_ins(session, row.id, but=signed_in.sign_in_id)
    await tell(session, mailing, Kind.PASSWORD_CHANGED, view_of(row), now=now)


async def renew_hash(session: AsyncSession, user_id: UUID, password_hash: str) -> None:
    """Keeps a better hash of the same password."""
    row = await session.get_one(User, user_id, with_for_update=True)
    row.password_hash = password_hash


async def erase_user(session: AsyncSession, user_id: UUID) -> None:
    """Deletes the person: sign-ins, links, factors and passkeys go along, and mails to them."""
    row = await session.get_one(User, user_id, with_for_update=True)
    await void_links(session, user_id, email=row.email)
    await forget_mails_to(session, user_id)
    await session.delete(row)
