"""Accounts: commands in, views out. No shape ever carries a credential out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.accounts.rules import AccountState, InDoubt
from domain.connector.errors import ActingParty
from domain.connector.words import Measures
from domain.kernel.clock import Moment
from domain.kernel.coded import Coded
from domain.kernel.errors import NetworkUnknown
from domain.kernel.ids import AccountId, CommunityId, Own
from domain.kernel.shapes import Change, Command, View, may_change
from domain.kernel.words import Word
from domain.networks import all_connectors, find

NetworkKey = Annotated[
    str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$", examples=["mastodon"])
]


def known_network(key: str) -> str:
    """The key itself. Raises `NetworkUnknown` where no connector has it."""
    if find(key) is None:
        known = ", ".join(all_connectors())
        raise NetworkUnknown(f"There is no network {key}; there are {known}.")
    return key


def _known(key: str) -> str:
    try:
        return known_network(key)
    except NetworkUnknown as error:
        raise PydanticCustomError(error.code, "{message}", {"message": error.message}) from None


KnownNetwork = Annotated[NetworkKey, AfterValidator(_known)]
"""What things are narrowed by: who mistypes it is told so, and shown nothing that looks like all.

Of a network whose connector was taken away, what came from it is found by its accounts.
"""
LoginFields = Annotated[
    dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=4000)]],
    Field(max_length=20, examples=[{"server": "https://mastodon.social", "access_token": "ZA-Yj"}]),
]


def _canonical(locale: str) -> str:
    """As BCP 47 recommends: `fr-CH`, `zh-Hant-TW` (RFC 5646, 2.1.1, read 2026-11-26)."""
    first, *rest = locale.split("-")
    forms = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(forms.get(len(tag), str.lower)(tag) for tag in rest)])


Locale = Annotated[
    str,
    Field(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", examples=["fr-CH"]),
    AfterValidator(_canonical),
]
AudienceWord = Annotated[str, Field(min_length=1, max_length=60, examples=["professionals"])]
OF_IN_DOUBT = (
    "What becomes of a message of which the network cannot tell whether it arrived: `ask` leaves "
    "it to a person, `send_again` sends it once more, so that it may stand there twice."
)
LongestPoll = Annotated[int, Field(ge=30, le=86_400, examples=[300])]


class AccountProblem(Coded):
    """Why an account cannot work, and who can end it."""

    code: str = Field(description="Stable code of the trouble.")
    message: str = Field(description="What is wrong and what to do, for people.")
    said: str = Field(description="The network's own words, without secrets; may be empty.")
    acting_party: ActingParty = Field(description="Who can end it: user, operator or network.")
    is_retryable: bool = Field(description="Whether Parvis tries again by itself.")


class VersionNotice(Coded):
    """What the network says of the version of its api that Parvis speaks to it."""

    code: str = Field(description="`network.version_ending` or `network.version_gone`.")
    message: str = Field(description="What ends, and when, for people.")
    said: str = Field(description="The network's own words, without secrets; may be empty.")
    acting_party: ActingParty = Field(description="Who can end it: user, operator or network.")
    sunset_at: Moment | None = Field(description="When it ends; null: not told, or it has ended.")


class AccountLimits(View):
    """Limits the account's own server gives; null keeps the network's."""

    text_max: int | None = Field(description="Longest text, in the network's unit.")
    media_max: int | None = Field(description="Most files in one message.")
    url_length: int | None = Field(description="What every URL counts as.")
    image_max_bytes: int | None = Field(description="Largest image, in bytes.")
    video_max_bytes: int | None = Field(description="Largest video, in bytes.")
    image_max_pixels: int | None = Field(description="Largest image, width times height.")
    video_max_pixels: int | None = Field(description="Largest video, width times height.")
    alt_text_max: int | None = Field(description="Longest alternative text, in characters.")
    poll_options_max: int | None = Field(description="Most options of a poll.")
    poll_option_max: int | None = Field(description="Longest option of a poll, in characters.")
    poll_lasts_min_s: int | None = Field(description="Shortest time to vote, in seconds.")
    poll_lasts_max_s: int | None = Field(description="Longest time to vote, in seconds.")


class AccountView(View):
    id: AccountId = Field(description="The account's id.")
    community_id: CommunityId = Field(description="The community it speaks for.")
    network: str = Field(description="Key of its network.")
    state: AccountState = Field(description="Where its connection stands.")
    problem: AccountProblem | None = Field(description="What is wrong; null when nothing is.")
    version_notice: VersionNotice | None = Field(
        description="That the version of the network's api that is spoken ends, from 60 days "
        "before, or has ended; the account stays connected. Null: nothing is known of an end."
    )
    server: str | None = Field(description="Root of its server; null until first connected.")
    remote_id: str | None = Field(description="Its id on the network; null until connected.")
    handle: str | None = Field(description="Its handle; null until first connected.")
    display_name: str | None = Field(description="Its name for people; null when it has none.")
    url: str | None = Field(description="Where people see it; null when unknown.")
    avatar_url: str | None = Field(description="Its picture; null when it has none.")
    limits: AccountLimits = Field(description="Limits its own server gives.")
    locale: str | None = Field(description="The locale of its readers, BCP 47; null: not said.")
    segment: str | None = Field(description="Which readers it speaks to; null: not said.")
    tone: str | None = Field(description="How it speaks to them; null: not said.")
    poll_every_s: int = Field(
        description="Seconds between two readings as they stand: short after activity, "
        "doubling while it is quiet."
    )
    poll_longest_s: int | None = Field(
        description="Longest wait between two readings that was asked for; null: the platform's."
    )
    in_doubt: InDoubt = Field(description=OF_IN_DOUBT)
    last_read_at: Moment | None = Field(description="When its inbox was last read; null: never.")
    next_read_at: Moment | None = Field(description="When its inbox is read next; null: paused.")
    next_check_at: Moment | None = Field(
        description="When its health is checked next; null: not again."
    )
    version: int = Field(description="Counts changes; the ETag. Readings are no changes.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class ConnectAccount(Command):
    id: Own[AccountId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    community_id: CommunityId = Field(description="The community it shall speak for.")
    network: NetworkKey = Field(description="Key of the network.")
    login: LoginFields = Field(
        repr=False, description="What the network's manifest lists under `login`, by name."
    )


class ReconnectAccount(Command):
    login: LoginFields = Field(
        repr=False, description="What the network's manifest lists under `login`, by name."
    )


class Waiting(Word):
    """What becomes of the messages that wait for an account which is removed."""

    FAIL = "fail", "It fails at once: its post is kept, and the agenda asks what becomes of it."
    CANCEL = "cancel", "It is cancelled."


OF_WAITING = (
    "What becomes of messages that wait for it: they `fail` at once, so that their posts stand in "
    "the agenda, or are called off: `cancel`. Needed where any waits."
)


class RemoveAccount(Command):
    waiting: Waiting | None = Field(default=None, description=OF_WAITING)


class ChangeAccount(Change):
    """`locale`, `segment` and `tone` choose the adaptation of a post that it says."""

    locale: Locale | None = may_change("The locale of its readers, BCP 47; null: not said.")
    segment: AudienceWord | None = may_change("Which readers it speaks to; null: not said.")
    tone: AudienceWord | None = may_change("How it speaks to them; null: not said.")
    poll_longest_s: LongestPoll | None = may_change(
        "Longest wait between two readings, in seconds; null: the platform's."
    )
    in_doubt: InDoubt = may_change(OF_IN_DOUBT)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """A connected account as workers know it."""

    id: UUID
    workspace_id: UUID
    community_id: UUID
    network: str
    server: str
    remote_id: str
    handle: str
    measures: Measures
    in_doubt: InDoubt
    inbox_cursor: str | None
    last_read_at: datetime | None


def measures_of(kept: dict[str, Any]) -> Measures:
    """The limits in an account's row; what an older release kept and we no longer know is left."""
    known = {name: kept[name] for name in Measures.__dataclass_fields__ if name in kept}
    return Measures(**known)
