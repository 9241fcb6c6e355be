"""Reads of people."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.errors import NotFound
from domain.kernel.languages import Language
from domain.people.rules import same_email
from domain.people.shapes import Credentials, UserView
from domain.people.tables import User


async def user_view(session: AsyncSession, user_id: UUID) -> UserView:
    """Raises `NotFound`."""
    row = await session.get(User, user_id)
    if row is None:
        raise NotFound("user")
    return view_of(row)


async def user_by_email(session: AsyncSession, email: str) -> UserView | None:
    row = await _by_email(session, email)
    return None if row is None else view_of(row)


async def credentials_of(session: AsyncSession, email: str) -> Credentials | None:
    """What a sign-in with this address is held against; None when nobody has it."""
    row = await _by_email(session, email)
    return None if row is None else Credentials(row.id, row.password_hash)


async def _by_email(session: AsyncSession, email: str) -> User | None:
    statement = select(User).where(col(User.email) == same_email(email))
    return (await session.exec(statement)).one_or_none()


def view_of(row: User) -> UserView:
    return UserView(
        id=row.id,
        name=row.name,
        email=row.email,
        is_email_verified=row.email_verified_at is not None,
        has_password=row.password_hash is not None,
        language=Language(row.language),
    )
