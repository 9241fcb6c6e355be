"""Outside providers: commands in, views out, and what workers and browsers pass on."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import Own, ProviderId
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change

Name = Annotated[str, Field(min_length=1, max_length=60, examples=["Acme"]), Visible]
Issuer = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$",
        examples=["https://login.example.org"],
    ),
]
ClientId = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[!-~]+$")]
ClientSecret = Annotated[str, Field(min_length=1, max_length=2000)]


class SignInProviderView(View):
    id: ProviderId = Field(description="The provider's id.")
    name: str = Field(description="What people read on its button.")
    issuer: str = Field(description="Its issuer: `/.well-known/openid-configuration` is below it.")
    client_id: str = Field(description="The client that it knows this workspace as.")
    has_secret: bool = Field(description="Whether a client secret is kept; it is never shown.")
    is_on: bool = Field(description="Whether people may sign in with it now.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was added.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateSignInProvider(Command):
    id: Own[ProviderId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    name: Name = Field(description="What people read on its button.")
    issuer: Issuer = Field(
        description="Its issuer. Register `PUBLIC_URL/sign-in/with/return` there as redirect URI."
    )
    client_id: ClientId = Field(description="The client that it knows this workspace as.")
    client_secret: ClientSecret | None = Field(
        default=None,
        repr=False,
        description="The client's secret; without one it is a public client.",
    )


class ChangeSignInProvider(Change):
    name: Name = may_change("What people read on its button.")
    client_id: ClientId = may_change("The client that it knows this workspace as.")
    client_secret: ClientSecret | None = may_change("The client's secret; null takes it away.")
    is_on: bool = may_change("Whether people may sign in with it now.")


@dataclass(frozen=True, slots=True)
class Offer:
    """A button that a workspace's people are shown before they are anybody's."""

    workspace_id: UUID
    provider_id: UUID
    name: str


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """Whom a worker asks, and as whom."""

    issuer: str
    client_id: str
    client_secret: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Intent:
    """What goes out with the question: `state` and `nonce` come back, `verifier` proves the code.

    `page` is the provider's page once it is known, `code` what it gave the browser.
    """

    state: str
    nonce: str
    verifier: str
    page: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a provider is spoken to."""

    token_endpoint: str
    jwks_uri: str
    auth_method: str
    """How it wants our secret: `client_secret_basic`, `client_secret_post` or `none`."""
    says_issuer: bool
    """Whether it names itself when it sends a browser back (RFC 9207)."""


@dataclass(frozen=True, slots=True, repr=False)
class Planned:
    """A step that a worker is to take; `addresses` are known for the second one."""

    id: UUID
    client: Client
    intent: Intent
    addresses: Addresses | None


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """Who a provider says somebody is."""

    subject: str
    email: str


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """An attempt as its browser sees it."""

    id: UUID
    provider_id: UUID
    provider_name: str
    state: str
    page: str
    next_path: str
    subject: Subject | None
    problem: str | None
