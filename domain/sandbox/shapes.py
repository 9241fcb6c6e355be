"""The sandbox network's words: what it is sent and what it answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from domain.connector.manifest import IdempotencyClass
from domain.connector.words import Visibility
from domain.kernel.shapes import Command, View
from domain.sandbox.rules import Act, FaultKind, NoticeKind

Handle = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,30}$", examples=["demo"])]


def _storable(text: str) -> str:
    """PostgreSQL keeps any text but NUL, and nothing that is not Unicode."""
    if "\x00" in text or (not text.isprintable() and any("\ud800" <= c <= "\udfff" for c in text)):
        raise ValueError("the text has characters that are not text")
    return text


Line = Annotated[str, AfterValidator(_storable)]
Text = Annotated[Line, Field(max_length=10_000)]


class CreateAccount(Command):
    handle: Handle = Field(description="The name of the account; small letters, digits and _.")
    display_name: Line = Field(default="", max_length=100, description="The name people see.")
    idempotency: IdempotencyClass = Field(
        default=IdempotencyClass.LISTING,
        description="A: Idempotency-Key is honoured. B: containers, published by id. C: posts "
        "are found by external_id. D: own posts can be listed. E: none of these.",
    )
    is_lively: bool = Field(
        default=False, description="Whether people like, answer and repost by themselves."
    )
    session_lifetime_s: int | None = Field(
        default=None,
        ge=1,
        le=31_536_000,
        description="How long an access token lives, in seconds; null: for ever.",
    )
    media_delay_s: float = Field(
        default=0, ge=0, le=3600, description="How long uploaded media are processed, in seconds."
    )
    rate_limit: int = Field(default=60_000, ge=1, le=10_000_000, description="Calls in one window.")
    rate_window_s: int = Field(
        default=300, ge=1, le=86_400, description="Length of that window, in seconds."
    )
    text_maximum: int = Field(
        default=500, ge=1, le=10_000, description="Longest text of a post, in characters."
    )
    version_ends_at: AwareDatetime | None = Field(
        default=None,
        description="When v1 of the api ends for it: answers announce it (`Deprecation`, "
        "`Sunset`), and from then on are 426. v2 goes on; null: v1 does, too.",
    )


class AccountView(View):
    id: UUID = Field(description="The account's id.")
    handle: str = Field(description="Its name.")
    display_name: str = Field(description="The name people see.")
    idempotency: IdempotencyClass = Field(description="The idempotency class it plays.")
    text_maximum: int = Field(description="Longest text of a post, in characters.")
    followers: int = Field(description="How many people follow it.")
    posts: int = Field(description="How many posts of its own are public.")
    created_at: datetime = Field(description="When it was made.")


class NewAccountView(View):
    account: AccountView = Field(description="The account.")
    token: str = Field(description="Opens sessions and plays people; shown this once.")


class RenewToken(Command):
    keeps_sessions: bool = Field(
        default=False,
        description="Whether sessions that the token before opened go on; otherwise whoever uses "
        "them must log in anew.",
    )


class OpenSession(Command):
    handle: Handle = Field(description="The account's name.")
    token: str = Field(max_length=200, description="The account's latest token.")


class RefreshSession(Command):
    refresh_token: str = Field(max_length=200, description="The latest one; it is spent by this.")


class SessionView(View):
    access_token: str = Field(description="Sent as `Authorization: Bearer`.")
    refresh_token: str = Field(description="Buys the next pair, once.")
    expires_at: datetime | None = Field(description="When the access token runs out; null: never.")
    account: AccountView = Field(description="Whose session it is.")


class Answering(StrEnum):
    EVERYBODY = "everybody"
    NOBODY = "nobody"


class WritePoll(Command):
    options: Annotated[
        tuple[Annotated[Line, Field(min_length=1, max_length=50)], ...],
        Field(min_length=2, max_length=4),
    ] = Field(description="What people may vote for.")
    duration_s: int = Field(ge=300, le=2_592_000, description="How long, in seconds.")
    is_multiple: bool = Field(default=False, description="Whether people may choose several.")
    hides_totals: bool = Field(default=False, description="Whether votes show at the end only.")


class PollView(View):
    options: tuple[str, ...] = Field(description="What people may vote for.")
    duration_s: int = Field(description="How long it lasts, in seconds.")
    is_multiple: bool = Field(description="Whether people may choose several.")
    hides_totals: bool = Field(description="Whether votes show at the end only.")


class WritePost(Command):
    text: Text = Field(default="", description="The text; may be empty beside media.")
    media: tuple[UUID, ...] = Field(default=(), max_length=4, description="Ids of uploaded media.")
    poll: WritePoll | None = Field(default=None, description="A poll; the text is its question.")
    answers_from: Answering = Field(
        default=Answering.EVERYBODY, description="Who of the people may answer it."
    )
    quoted: UUID | None = Field(default=None, description="The post this quotes.")
    reply_to: UUID | None = Field(default=None, description="The post this answers.")
    language: Line | None = Field(default=None, max_length=35, description="BCP 47 language.")
    visibility: Visibility = Field(default=Visibility.PUBLIC, description="Who sees it.")
    content_warning: Line | None = Field(
        default=None, max_length=200, description="Shown in place of the post until opened."
    )
    external_id: Line | None = Field(
        default=None, max_length=200, description="Class C: an id of your own, to find it by."
    )


class EditPost(Command):
    text: Text = Field(description="The new text.")
    content_warning: Line | None = Field(
        default=None, max_length=200, description="The new warning; null: none."
    )


class PostView(View):
    id: UUID = Field(description="The post's id.")
    handle: str = Field(description="Who wrote it: an account's name, or a person's.")
    is_own: bool = Field(description="Whether the account wrote it, not a person.")
    text: str = Field(description="Its text.")
    media: tuple[UUID, ...] = Field(description="Its media.")
    poll: PollView | None = Field(description="Its poll, where it has one.")
    answers_from: Answering = Field(description="Who of the people may answer it.")
    language: str | None = Field(description="Its language, where told.")
    visibility: Visibility = Field(description="Who sees it.")
    content_warning: str | None = Field(description="Its warning, where it has one.")
    quoted: UUID | None = Field(description="The post it quotes.")
    reply_to: UUID | None = Field(description="The post it answers.")
    root_id: UUID | None = Field(description="The first post of its thread; null: it is itself.")
    external_id: str | None = Field(description="The writer's own id for it.")
    likes: int = Field(description="How many people like it.")
    reposts: int = Field(description="How often it was reposted.")
    replies: int = Field(description="How many answers people gave.")
    quotes: int = Field(description="How often people quoted it.")
    url: str = Field(description="Where people see it.")
    created_at: datetime = Field(description="When it was published.")
    edited_at: datetime | None = Field(description="When it was last edited.")
    deleted_at: datetime | None = Field(description="When it was deleted.")


class ShownView(View):
    id: UUID = Field(description="The post's id.")
    text: str = Field(description="The text that people read.")
    alt_texts: list[str | None] = Field(
        description="What its media show, in their order; null: nobody says."
    )
    url: str = Field(description="Where people see it.")
    edited_at: datetime | None = Field(description="When it was last edited.")


class MeddlePost(Command):
    """What somebody else over there makes of a post; what is left out stays."""

    text: Text | None = Field(default=None, description="The text it says now.")
    drops_media: bool = Field(default=False, description="Whether its media are taken out.")
    drops_alt_texts: bool = Field(
        default=False, description="Whether nobody says any more what its media show."
    )


class ContainerView(View):
    id: UUID = Field(description="The container's id.")
    post: PostView | None = Field(description="What it became; null: it is not published.")


class MediaView(View):
    id: UUID = Field(description="The medium's id.")
    content_type: str = Field(description="Its media type.")
    size_bytes: int = Field(description="Its size, in bytes.")
    alt_text: str | None = Field(description="Its alternative text.")
    is_ready: bool = Field(description="Whether posts may carry it.")
    ready_at: datetime = Field(description="When it is, or was, ready.")


class PlayPerson(Command):
    person: Handle = Field(description="Who acts; any name will do.")
    kind: NoticeKind = Field(description="What the person does.")
    post_id: UUID | None = Field(
        default=None, description="What is answered, quoted, liked or reposted."
    )
    text: Text = Field(default="", description="What the person says.")


class NoticeView(View):
    number: int = Field(description="Its place in the account's order.")
    kind: NoticeKind = Field(description="What was done.")
    person: str = Field(description="Who did it.")
    about: UUID | None = Field(description="The post that was answered, quoted, liked, reposted.")
    post: PostView | None = Field(description="What was said; null for wordless acts.")
    is_deleted: bool = Field(description="Whether this tells that what was said is gone.")
    created_at: datetime = Field(description="When it was done.")


class NoticePage(View):
    data: list[NoticeView] = Field(description="Oldest first.")
    next: int = Field(description="Ask again with `since` of this number.")
    has_more: bool = Field(description="Whether more is there already.")


class SetFault(Command):
    on: Act = Field(description="Which calls go wrong.")
    kind: FaultKind = Field(description="How they go wrong.")
    times: int = Field(default=1, ge=1, le=1000, description="How many calls, the next ones.")
    seconds: float = Field(
        default=30, ge=0, le=3600, description="How long: of a time-out, a wait, a processing."
    )


class FaultView(View):
    on: Act = Field(description="Which calls go wrong.")
    kind: FaultKind = Field(description="How they go wrong.")
    times: int = Field(description="How many calls are left.")
    seconds: float = Field(description="How long.")


class StateView(View):
    """All of an account's world, whatever its class: for those who play with the sandbox."""

    account: AccountView = Field(description="The account.")
    posts: list[PostView] = Field(description="Everything ever published, oldest first.")
    faults: list[FaultView] = Field(description="What is still to go wrong.")
    containers: int = Field(description="Containers ever made.")
    media: int = Field(description="Files ever uploaded.")
    most_calls: int = Field(
        description="Most calls in one window of its rate, refused ones too, since the network "
        "was started."
    )
