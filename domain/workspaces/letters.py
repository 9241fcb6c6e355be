"""Letters to who is asked in from outside, each with a link; the words are in `letters.toml`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.languages import Language, Words
from domain.kernel.sealing import KeyRing
from domain.mail.service import plan_mail
from domain.mail.shapes import Letter
from domain.mail.spans import span

WORDS = Words.read([Path(__file__).with_name("letters.toml")])


class LinkKind(StrEnum):
    """What a link is for, as the path of its page."""

    INVITATION = "invitations"
    EXPERT = "expert"
    REVIEW = "reviews"


@dataclass(frozen=True, slots=True, repr=False)
class Doors:
    """What links take: our address, the ring that seals mail, and what makes their secrets.

    A secret carries its workspace in clear; its form belongs to a higher floor.
    """

    root: str
    keys: KeyRing
    new_secret: Callable[[UUID, LinkKind], str]


@dataclass(frozen=True, slots=True, repr=False)
class Recipient:
    email: str
    language: Language
    user_id: UUID | None


async def send_link(
    session: AsyncSession,
    doors: Doors,
    kind: LinkKind,
    recipient: Recipient,
    secret: str,
    *,
    until: datetime,
    now: datetime,
    letter: str | None = None,
    **filled: str,
) -> None:
    """Plans the letter that carries a link, which counts `until` then; None: that of its kind."""
    name = letter or kind.name.lower()
    lasts = span(until - now, recipient.language)
    said = {**filled, "span": lasts, "url": f"{doors.root}/{kind}/{secret}"}
    written = Letter(
        kind=name,
        recipient=recipient.email,
        subject=WORDS.say(f"{name}.subject", recipient.language, **said),
        text=WORDS.say(f"{name}.text", recipient.language, **said),
    )
    await plan_mail(session, doors.keys, written, user_id=recipient.user_id, until=until, now=now)
