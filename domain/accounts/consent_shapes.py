"""Consents: commands in, views out. The address to set out from is told once, to who began it."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.accounts.consenting import ConsentState
from domain.accounts.shapes import AccountProblem, NetworkKey
from domain.kernel.clock import Moment
from domain.kernel.ids import AccountId, CommunityId, ConsentId, Own
from domain.kernel.shapes import Command, View

WishFields = Annotated[
    dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=400)]],
    Field(max_length=20, examples=[{"server": "https://mastodon.social"}]),
]
ReturnUrl = Annotated[
    str,
    Field(
        max_length=2000,
        pattern=r"^https?://[^\s\\]+$",
        examples=["https://app.example/connected"],
    ),
]


class BeginConsent(Command):
    id: Own[ConsentId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    community_id: CommunityId = Field(description="The community the account shall speak for.")
    network: NetworkKey = Field(description="Key of the network.")
    fields: WishFields = Field(
        description="What the network's manifest lists under `consent`, by name."
    )
    account_id: AccountId | None = Field(
        default=None, description="The account to connect again; its history and queue stay."
    )
    return_url: ReturnUrl | None = Field(
        default=None,
        description="Where the person goes in the end, with `consent=<id>`; its origin must be "
        "one that may call the api. Left out: a page of ours says that it is done.",
    )


class ChoosePlace(Command):
    place_id: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="The id of one of the consent's `places`.", examples=["104000000000001"]
    )


class PlaceView(View):
    """One place that the network let us into, such as a Page."""

    id: str = Field(description="Its id over there.")
    name: str = Field(description="What people call it.")


class ConsentView(View):
    id: ConsentId = Field(description="The consent's id.")
    community_id: CommunityId = Field(description="The community the account shall speak for.")
    network: str = Field(description="Key of its network.")
    state: ConsentState = Field(description="How far it is.")
    account_id: AccountId | None = Field(
        description="The account that is connected again, or that came of it; null before."
    )
    start_url: str | None = Field(
        description="The address a person sets out from, in their own browser. Told only in the "
        "answer to who began it; null ever after."
    )
    places: tuple[PlaceView, ...] = Field(
        description="Pages and the like that the person lets us into, where one of several is to "
        "be chosen; else empty."
    )
    problem: AccountProblem | None = Field(description="Why it failed; null when it did not.")
    expires_at: Moment = Field(description="Until when the person may come back, or choose.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was begun.")
    updated_at: Moment = Field(description="When it was last changed.")


@dataclass(frozen=True, slots=True)
class Installation:
    """Where this Parvis stands, and the origins a person may be sent back to."""

    public_url: str
    origins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser brought back from the network's page."""

    code: str | None
    error: str
    issuer: str | None


@dataclass(frozen=True, slots=True)
class StepDue:
    """A step of a consent that a worker is to take."""

    id: UUID
    network: str
    state: ConsentState
