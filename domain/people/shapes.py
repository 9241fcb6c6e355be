"""People as others see them, and how they prove who they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.kernel.ids import UserId
from domain.kernel.languages import Language
from domain.kernel.shapes import View


class Method(StrEnum):
    """How somebody proved who they are: `amr` of RFC 8176, and `mail` for a link of ours."""

    PASSWORD = "pwd"  # noqa: S105 - a name
    CODE = "otp"
    PASSKEY = "pop"
    SEVERAL = "mfa"
    MAIL = "mail"


class UserView(View):
    id: UserId = Field(description="The person's id.")
    name: str = Field(description="What the person is called.")
    email: str = Field(description="Where the person is reached.")
    is_email_verified: bool = Field(description="Whether the address was proved to be theirs.")
    language: Language = Field(description="The language the person is spoken to in.")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who uses a browser; `authenticated_at` is their last proof, `methods` what it was."""

    user_id: UUID
    sign_in_id: UUID
    authenticated_at: datetime
    methods: frozenset[str]


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
