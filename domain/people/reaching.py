"""Reaching people by mail: who asks for a link is told the same, whoever the address belongs to."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.languages import Language
from domain.mail.service import plan_mail
from domain.mail.spans import span
from domain.people.letters import Kind, write
from domain.people.link_urls import new_token, url_of
from domain.people.links import make_link
from domain.people.queries import user_by_email, user_view
from domain.people.rules import same_email
from domain.people.shapes import Mailing, Purpose, UserView

Letters = Mapping[tuple[Purpose, bool], tuple[Kind, Purpose]]
"""What was asked for, and whether the address is somebody's: the letter, and its link."""
FOR_ALL: Letters = {
    (Purpose.RESET, True): (Kind.RESET, Purpose.RESET),
    (Purpose.RESET, False): (Kind.NOBODY, Purpose.SIGN_UP),
    (Purpose.SIGN_UP, False): (Kind.SIGN_UP, Purpose.SIGN_UP),
    (Purpose.SIGN_UP, True): (Kind.KNOWN, Purpose.RESET),
}
FOR_INVITED: Letters = {**FOR_ALL, (Purpose.RESET, False): (Kind.STRANGER, Purpose.SIGN_UP)}
"""Where accounts are for invited people alone: a stranger's letter tells no link."""


async def write_to_address(
    session: AsyncSession,
    mailing: Mailing,
    letters: Letters,
    wanted: Purpose,
    *,
    email: str,
    language: Language,
    next_path: str,
    now: datetime,
) -> None:
    """One letter and one link in either case: neither the answer nor its time tells which."""
    address = same_email(email)
    user = await user_by_email(session, address)
    kind, purpose = letters[wanted, user is not None]
    await _send_link(
        session,
        mailing,
        (kind, purpose),
        email=address,
        user=user,
        language=user.language if user else language,
        next_path=next_path,
        now=now,
    )


async def ask_to_sign_in(
    session: AsyncSession, mailing: Mailing, user_id: UUID, *, next_path: str, now: datetime
) -> None:
    """For people who have nothing else to prove who they are."""
    user = await user_view(session, user_id)
    await _send_link(
        session,
        mailing,
        (Kind.SIGN_IN, Purpose.SIGN_IN),
        email=user.email,
        user=user,
        language=user.language,
        next_path=next_path,
        now=now,
    )


async def ask_to_verify(
    session: AsyncSession, mailing: Mailing, user_id: UUID, *, now: datetime
) -> None:
    """Writes to the person's own address, which was not proved to be theirs yet."""
    user = await user_view(session, user_id)
    await _send_link(
        session,
        mailing,
        (Kind.VERIFY, Purpose.VERIFY),
        email=user.email,
        user=user,
        language=user.language,
        next_path="",
        now=now,
    )


async def ask_to_change(
    session: AsyncSession, mailing: Mailing, user_id: UUID, *, email: str, now: datetime
) -> None:
    """Writes to the new address; where it is somebody's already, they are told instead."""
    user, address = await user_view(session, user_id), same_email(email)
    is_taken = await user_by_email(session, address) is not None
    kind = Kind.EMAIL_TAKEN if is_taken else Kind.CHANGE_EMAIL
    await _send_link(
        session,
        mailing,
        (kind, Purpose.CHANGE_EMAIL),
        email=address,
        user=user,
        language=user.language,
        next_path="",
        now=now,
    )


async def tell(
    session: AsyncSession,
    mailing: Mailing,
    kind: Kind,
    user: UserView,
    *,
    now: datetime,
    **filled: str,
) -> None:
    """Writes what was done with an account, to where its owner would hear of a stranger."""
    letter = write(kind, user.language, user.email, **filled)
    await plan_mail(
        session, mailing.keys, letter, user_id=user.id, until=now + mailing.lasts, now=now
    )


async def _send_link(
    session: AsyncSession,
    mailing: Mailing,
    about: tuple[Kind, Purpose],
    *,
    email: str,
    user: UserView | None,
    language: Language,
    next_path: str,
    now: datetime,
) -> None:
    (kind, purpose), token = about, new_token()
    user_id = None if user is None else user.id
    await make_link(
        session,
        purpose,
        email=email,
        user_id=user_id,
        token=token,
        lasts=mailing.lasts,
        next_path=next_path,
        now=now,
    )
    letter = write(
        kind,
        language,
        email,
        url=url_of(mailing.root, token),
        span=span(mailing.lasts, language),
    )
    await plan_mail(
        session, mailing.keys, letter, user_id=user_id, until=now + mailing.lasts, now=now
    )
