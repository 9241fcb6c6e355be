"""People to test with."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher

from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.languages import Language
from domain.kernel.sealing import KeyRing
from domain.mail.queries import newest_mails
from domain.mail.shapes import MailSeen
from domain.people.passwords import Passwords
from domain.people.service import create_user
from tests.browsing import Tab
from tests.conftest import KEY

PASSWORD = "violet anchovy parade 48"
PASSWORDS = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
"""Hashed in a moment: weighed as they are elsewhere, they would take a third of some tests."""
KEYS = KeyRing.parse(KEY)
LINK = re.compile(r"http://[^/\s]+(/link\?token=pv_link_[0-9a-f]{48})\n")


@dataclass(frozen=True)
class Person:
    id: UUID
    email: str


def give_quick_hashes(app: FastAPI) -> None:
    """Has a running api hash passwords as this file does."""
    app.state.parvis = replace(app.state.parvis, passwords=PASSWORDS)


async def make_person(
    database: Database, *, password: str | None = PASSWORD, is_email_verified: bool = True
) -> Person:
    """Somebody with an address of their own."""
    email = f"aline-{new_id().hex[-12:]}@example.ch"
    hashed = None if password is None else await PASSWORDS.hash(password, own_words=[])
    async with database.transaction(None) as session:
        made = await create_user(
            session,
            email=email,
            name="Aline Favre",
            language=Language.FRENCH,
            password_hash=hashed,
            is_email_verified=is_email_verified,
            now=datetime.now(UTC),
        )
    return Person(made.id, email)


async def sign_in(tab: Tab, person: Person, *, password: str = PASSWORD, to: str = "") -> None:
    """Through the form, as the person does."""
    await tab.open(f"/sign-in?next={to}")
    await tab.send("/sign-in", email=person.email, password=password)


async def letters_to(database: Database, email: str) -> list[MailSeen]:
    """What was written to an address, the newest first."""
    async with database.transaction(None) as session:
        return await newest_mails(session, KEYS, recipient=email, most=20)


async def link_to(database: Database, email: str) -> str:
    """The path of the link in the newest letter to an address."""
    [newest, *_] = await letters_to(database, email)
    found = LINK.search(newest.text or "")
    assert found is not None, newest.subject
    return found[1]
