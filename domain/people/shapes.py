"""People as others see them, and how they prove who they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from domain.kernel.clock import Moment
from domain.kernel.ids import PasskeyId, SignInId, UserId
from domain.kernel.languages import Language
from domain.kernel.names import Visible
from domain.kernel.sealing import KeyRing
from domain.kernel.shapes import Command, View
from domain.people.rules import email_of

Name = Annotated[str, Field(min_length=1, max_length=120), Visible]
Email = Annotated[str, AfterValidator(email_of)]


class Method(StrEnum):
    """How somebody proved who they are: `amr` of RFC 8176; the last three are our own."""

    PASSWORD = "pwd"  # noqa: S105 - a name
    CODE = "otp"
    PASSKEY = "pop"
    SEVERAL = "mfa"
    LINK = "link"
    RECOVERY = "recovery"
    OUTSIDE = "outside"


class Purpose(StrEnum):
    """What a one-time link is for, and nothing else."""

    SIGN_IN = "sign_in"
    SIGN_UP = "sign_up"
    VERIFY = "verify"
    CHANGE_EMAIL = "change_email"
    RESET = "reset"


class UserView(View):
    id: UserId = Field(description="The person's id.")
    name: str = Field(description="What the person is called.")
    email: str = Field(description="Where the person is reached.")
    is_email_verified: bool = Field(description="Whether the address was proved to be theirs.")
    has_password: bool = Field(description="Whether the person signs in with a password.")
    language: Language = Field(description="The language the person is spoken to in.")


class PasskeyView(View):
    id: PasskeyId = Field(description="The passkey's id.")
    name: str = Field(description="What its owner calls it.")
    created_at: Moment = Field(description="When it was made.")
    used_at: Moment | None = Field(description="When it was last used; null: never.")


class SignInView(View):
    id: SignInId = Field(description="The sign-in's id.")
    agent: str = Field(description="The browser, as it calls itself.")
    address: str = Field(description="Where it signed in from.")
    created_at: Moment = Field(description="When it signed in.")
    seen_at: Moment = Field(description="When it was last seen, to the minute.")


class ChangeProfile(Command):
    name: Name = Field(description="What the person is called.")
    language: Language = Field(description="The language the person is spoken to in.")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who uses a browser; `authenticated_at` is their last proof, `methods` what it was.

    `workspace_id` is the only workspace this opens, None: any. Who runs a workspace also runs its
    outside provider, and could come in as its people: there, and nowhere else.
    """

    user_id: UUID
    sign_in_id: UUID
    authenticated_at: datetime
    methods: frozenset[str]
    workspace_id: UUID | None


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser shows of itself: an address and the name of its program."""

    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a sign-in lasts: unused, and at the longest."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What a person's password is held against; None: they have none."""

    user_id: UUID
    password_hash: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """A one-time link that counts: whom it was sent to, and where it leads afterwards."""

    purpose: Purpose
    email: str
    user_id: UUID | None
    next_path: str


@dataclass(frozen=True, slots=True, repr=False)
class Mailing:
    """What writing to people takes: the ring that seals, our address, how long links count."""

    keys: KeyRing
    root: str
    lasts: timedelta
