"""Tokens, keys, applications and grants: commands in, views out."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.identity.rules import network_fault, origin_fault
from domain.identity.scopes import OPENID_SCOPES, described
from domain.kernel.caller import SET_ASIDE, Scope
from domain.kernel.clock import Moment
from domain.kernel.errors import AddressUnfit, OriginUnfit
from domain.kernel.ids import (
    ApiKeyId,
    ApplicationId,
    ApplicationSecretId,
    CommunityId,
    GrantId,
    MemberId,
    Own,
    TokenId,
)
from domain.kernel.languages import Language
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change
from domain.kernel.words import TOLD, Word


def _origin(text: str) -> str:
    if fault := origin_fault(text):
        raise PydanticCustomError(OriginUnfit.code, "{message}", {"message": fault})
    return text


def _network(text: str) -> str:
    if fault := network_fault(text):
        raise PydanticCustomError(AddressUnfit.code, "{message}", {"message": fault})
    return text


def _scope(text: str) -> str:
    if text not in ASKABLE:
        raise PydanticCustomError("enum", "This is no scope.")
    return text


def _may(scope: str) -> str:
    return Scope(scope).told if scope in SET_ASIDE else f"May {described(scope, Language.ENGLISH)}."


ASKABLE = frozenset({*Scope, *OPENID_SCOPES})
Name = Annotated[str, Field(min_length=1, max_length=120), Visible]
Address = Annotated[str, Field(max_length=2000)]
Addresses = Annotated[list[Address], Field(max_length=20)]
Origins = Annotated[
    list[Annotated[str, Field(max_length=300), AfterValidator(_origin)]], Field(max_length=20)
]
Networks = Annotated[
    list[Annotated[str, Field(max_length=50), AfterValidator(_network)]],
    Field(min_length=1, max_length=50),
]
Communities = Annotated[list[CommunityId], Field(min_length=1, max_length=500)]
Askable = Annotated[
    str,
    Field(
        examples=["mentions:read"],
        json_schema_extra={
            "enum": sorted(ASKABLE),
            TOLD: [_may(each) for each in sorted(ASKABLE)],
        },
    ),
    AfterValidator(_scope),
]
AskableScopes = Annotated[list[Askable], Field(max_length=len(ASKABLE))]
Homepage = Annotated[str, Field(max_length=2000, pattern=r"^https://[^\s\"<>\\]+$")]


class TokenKind(Word):
    """What a bearer value of ours is."""

    OPERATOR = "operator", "Made on the command line."
    ACCESS = "access", "Given to an application that somebody let in."
    KEY = "key", "An API key."


class ApplicationKind(Word):
    """A test application is let in by members of its own workspace alone."""

    LIVE = "live", "Any member may let it in."
    TEST = "test", "Only members of its own workspace may let it in."


class GrantType(Word):
    """How an application may come by tokens."""

    CODE = "authorization_code", "A person lets it in on our page."
    REFRESH = "refresh_token", "It renews what it was given."
    CLIENT = "client_credentials", "It acts for itself."
    DEVICE = (
        "urn:ietf:params:oauth:grant-type:device_code",
        "A person lets it in on another device.",
    )


class SigningAlgorithm(Word):
    """How id_tokens are signed."""

    RS256 = "RS256", "RSA with SHA-256."
    ES256 = "ES256", "ECDSA on P-256 with SHA-256."


GrantTypes = Annotated[list[GrantType], Field(min_length=1, max_length=len(GrantType))]


class NewToken(View):
    id: TokenId = Field(description="The token's id.")
    token: str = Field(description="The bearer value; shown only now.")
    name: str = Field(description="What it is for.")
    scopes: list[Scope] = Field(description="What it may do.")
    expires_at: Moment | None = Field(description="When it runs out; null: never.")


class TokenView(View):
    id: TokenId = Field(description="The token's id.")
    kind: TokenKind = Field(description="`operator` from the command line, `access` by OAuth.")
    name: str = Field(description="What it is for, or the application that holds it.")
    hint: str = Field(description="Its last characters.")
    scopes: list[str] = Field(description="What it was given; its member's role may allow less.")
    communities: list[CommunityId] | None = Field(
        description="The only communities it sees; null: those of its member."
    )
    member_id: MemberId | None = Field(description="The member it acts for; null: none.")
    grant_id: GrantId | None = Field(description="The grant it came of; null: none.")
    created_at: Moment = Field(description="When it was made.")
    expires_at: Moment | None = Field(description="When it runs out; null: never.")
    last_used_at: Moment | None = Field(
        description="When it was last used, to the minute; null: never."
    )


class ApiKeyView(View):
    id: ApiKeyId = Field(description="The key's id.")
    name: str = Field(description="What it is for.")
    hint: str = Field(description="Its last characters.")
    member_id: MemberId = Field(description="The member it acts for.")
    scopes: list[Scope] = Field(description="What it may do; its member's role may allow less.")
    communities: list[CommunityId] | None = Field(
        description="The only communities it sees; null: those of its member."
    )
    addresses: list[str] | None = Field(description="Where it may be used from; null: anywhere.")
    grant_id: GrantId | None = Field(
        description="The grant of the application that made it, and with which it ends; null: none."
    )
    created_at: Moment = Field(description="When it was made.")
    expires_at: Moment | None = Field(description="When it runs out; null: never.")
    last_used_at: Moment | None = Field(
        description="When it was last used, to the minute; null: never."
    )


class NewApiKey(ApiKeyView):
    """A key and its value, which is shown only once."""

    key: str = Field(description="The bearer value; shown only now.")


class CreateApiKey(Command):
    name: Name = Field(description="What it is for.", examples=["Nightly report"])
    scopes: list[Scope] = Field(
        min_length=1,
        max_length=len(Scope),
        description="What it may do: no more than the token that makes it.",
    )
    communities: Communities | None = Field(
        default=None, description="The only communities it shall see; null: those of the token."
    )
    addresses: Networks | None = Field(
        default=None,
        description="Addresses and ranges (CIDR) it may be used from; null: anywhere.",
        examples=[["192.0.2.0/24"]],
    )
    expires_at: Moment | None = Field(
        default=None, description="When it shall run out; null: never."
    )


class SecretView(View):
    """A client secret without its value."""

    id: ApplicationSecretId = Field(description="The secret's id.")
    hint: str = Field(description="Its last characters.")
    created_at: Moment = Field(description="When it was made.")
    expires_at: Moment | None = Field(
        description="When it ends or ended; null: it works until a newer one is made."
    )


class NewSecret(SecretView):
    """A secret and its value, which is shown only once."""

    application_id: ApplicationId = Field(description="Whose it is.")
    secret: str = Field(description="The client secret; shown only now.")


class CreateSecret(Command):
    overlap_h: int = Field(
        default=24,
        ge=0,
        le=720,
        description="How long the older secrets go on working beside the new one, in hours.",
    )


class ApplicationView(View):
    id: ApplicationId = Field(description="The application's id.")
    client_id: str = Field(description="What it calls itself in OAuth.")
    name: str = Field(description="Its name, as people see it when they are asked.")
    description: str = Field(description="What it is for.")
    homepage_url: str | None = Field(description="Where people read about it; null: nowhere.")
    kind: ApplicationKind = Field(description="`test`: for members of its own workspace alone.")
    is_confidential: bool = Field(description="Whether it can keep a secret: runs on a server.")
    redirect_uris: list[str] = Field(description="Where people may be sent back, to the letter.")
    post_logout_uris: list[str] = Field(description="Where people may be sent after signing out.")
    origins: list[str] = Field(description="Origins from which browsers may call with its tokens.")
    grant_types: list[GrantType] = Field(description="How it may come by tokens.")
    scopes: list[str] = Field(description="The most it may ask for.")
    id_token_algorithm: SigningAlgorithm = Field(description="How its id_tokens are signed.")
    secrets: list[SecretView] = Field(
        description="Its secrets, oldest first; ended ones until the next is made."
    )
    suspended_at: Moment | None = Field(
        description="When it was suspended, and its tokens with it; null while it works."
    )
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was registered.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateApplication(Command):
    id: Own[ApplicationId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    name: Name = Field(description="Its name for people.", examples=["Village Desk"])
    description: str = Field(default="", max_length=2000, description="What it is for.")
    homepage_url: Homepage | None = Field(default=None, description="Where people read about it.")
    kind: ApplicationKind = Field(description="`test`: for members of its own workspace alone.")
    is_confidential: bool = Field(description="Whether it can keep a secret: runs on a server.")
    redirect_uris: Addresses = Field(
        default=[],
        description="Where people may be sent back, to the letter; of loopback addresses any port.",
        examples=[["https://desk.example.ch/callback"]],
    )
    post_logout_uris: Addresses = Field(
        default=[], description="Where people may be sent after signing out."
    )
    origins: Origins = Field(
        default=[],
        description="Origins from which browsers may call with its tokens.",
        examples=[["https://desk.example.ch"]],
    )
    grant_types: GrantTypes = Field(
        default=[GrantType.CODE, GrantType.REFRESH], description="How it may come by tokens."
    )
    scopes: AskableScopes = Field(description="The most it may ask for.")
    id_token_algorithm: SigningAlgorithm = Field(
        default=SigningAlgorithm.RS256, description="How its id_tokens shall be signed."
    )


class ChangeApplication(Change):
    name: Name = may_change("Its name for people.")
    description: Annotated[str, Field(max_length=2000)] = may_change("What it is for.")
    homepage_url: Homepage | None = may_change("Where people read about it.")
    redirect_uris: Addresses = may_change("Where people may be sent back, to the letter.")
    post_logout_uris: Addresses = may_change("Where people may be sent after signing out.")
    origins: Origins = may_change("Origins from which browsers may call with its tokens.")
    grant_types: GrantTypes = may_change("How it may come by tokens.")
    scopes: AskableScopes = may_change("The most it may ask for; what it holds shrinks with it.")
    id_token_algorithm: SigningAlgorithm = may_change("How its id_tokens shall be signed.")
    is_suspended: bool = may_change("Suspend it, tokens and all, or let it work again.")


class GrantView(View):
    id: GrantId = Field(description="The grant's id.")
    member_id: MemberId = Field(description="The member who let the application in.")
    client_id: str = Field(description="The application's client id.")
    application_name: str = Field(description="Its name when it was let in.")
    scopes: list[str] = Field(description="What it may do; the member's role may allow less.")
    communities: list[CommunityId] | None = Field(
        description="The only communities it sees; null: those of the member."
    )
    created_at: Moment = Field(description="When it was first let in.")
    updated_at: Moment = Field(description="When the member was last asked.")
    last_used_at: Moment | None = Field(
        description="When it was last used, to the minute; null: never."
    )
