"""Mentions, authors, conversations and answers: commands in, views out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.connector.words import InboxKind, Visibility
from domain.kernel.clock import Moment
from domain.kernel.ids import (
    AccountId,
    AnswerId,
    AuthorId,
    CommunityId,
    ConversationId,
    DeliveryId,
    MediaId,
    MemberId,
    MentionId,
    Own,
    PostId,
)
from domain.kernel.shapes import Change, Command, View, may_change
from domain.kernel.words import Word
from domain.mentions.rules import MentionStatus
from domain.posts.delivery_shapes import ProblemView
from domain.posts.rules import DeliveryState

MOST_MARKED = 100
MOST_COUNTED = 1_000
"""Nobody reads a number above it; counting on would take longer with every mention."""
MentionIds = Annotated[list[MentionId], Field(min_length=1, max_length=MOST_MARKED)]
Text = Annotated[str, Field(min_length=1, max_length=70_000, examples=["Merci, à samedi !"])]
MediaIds = Annotated[list[MediaId], Field(max_length=20)]


class MentionSort(Word):
    """The order of the inbox."""

    SAID_DOWN = "-said_at", "The latest said first."
    SAID = "said_at", "The earliest said first."
    RECEIVED_DOWN = "-received_at", "The latest that came to us first."
    RECEIVED = "received_at", "The earliest that came to us first."


class MentionView(View):
    """PostgreSQL writes the same JSON, field by field: see `SHOWN` in the migration."""

    id: MentionId = Field(description="The mention's id.")
    community_id: CommunityId = Field(description="The community of the account it came to.")
    account_id: AccountId = Field(description="The account it came to.")
    network: str = Field(description="The network it was said on.")
    kind: InboxKind = Field(description="What it is.")
    status: MentionStatus = Field(description="How far we are with it.")
    remote_id: str = Field(description="Its id on the network.")
    about_remote_id: str | None = Field(
        description="The network's id of what it answers, quotes, likes or reposts; null: it "
        "is about none."
    )
    author_id: AuthorId = Field(description="Who said it.")
    author_handle: str = Field(description="The author's handle when it was said.")
    author_name: str | None = Field(
        description="The author's name when it was said; null: the network told none."
    )
    author_avatar_url: str | None = Field(
        description="The author's picture when it was said; null: the network told none."
    )
    conversation_id: ConversationId | None = Field(
        description="The thread it stands in; null for likes, reposts, follows and feed entries."
    )
    post_id: PostId | None = Field(description="The post of ours it is about; null: none known.")
    post_title: str | None = Field(
        description="That post's title when the mention came; null for one of another community."
    )
    title: str | None = Field(description="Its title; null: it has none.")
    text: str = Field(description="What was said, as plain text; empty for gestures.")
    language: str | None = Field(
        description="Its language, BCP 47, as the network says; null: it says none."
    )
    url: str | None = Field(description="Where people see it; null: the network tells no address.")
    said_at: Moment = Field(description="When it was said.")
    received_at: Moment = Field(description="When it reached us.")
    read_at: Moment | None = Field(description="When one of us read it; null: unread.")
    assigned_to: MemberId | None = Field(
        description="The member who takes care of it; null: nobody does."
    )
    edited_at: Moment | None = Field(
        description="When we saw its text changed over there; null: it was not."
    )
    deleted_at: Moment | None = Field(
        description="When we saw it gone over there; its text is gone here too; null: it is "
        "there, as far as we know."
    )
    version: int = Field(description="Counts changes; the ETag.")
    updated_at: Moment = Field(description="When it was last changed.")


class AuthorView(View):
    id: AuthorId = Field(description="The author's id.")
    network: str = Field(description="The network they are on.")
    remote_id: str = Field(description="Their id there.")
    handle: str = Field(description="Their handle.")
    display_name: str | None = Field(
        description="Their name for people; null: the network tells none."
    )
    url: str | None = Field(description="Their profile; null: the network tells no address.")
    avatar_url: str | None = Field(description="Their picture; null: the network tells none.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When they first spoke to us.")
    updated_at: Moment = Field(description="When their profile last changed.")


class ConversationView(View):
    id: ConversationId = Field(description="The conversation's id.")
    community_id: CommunityId = Field(description="The community of its account.")
    account_id: AccountId = Field(description="The account of ours that takes part.")
    network: str = Field(description="The network it is held on.")
    root_remote_id: str = Field(description="The network's id of its first message.")
    post_id: PostId | None = Field(description="The post of ours it grew from; null: none known.")
    mention_count: int = Field(description="How many mentions we received in it.")
    last_mention_at: Moment = Field(description="When the latest of them was said.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When its first mention reached us.")
    updated_at: Moment = Field(description="When it was last changed.")


class AnswerView(View):
    id: AnswerId = Field(description="The answer's id.")
    mention_id: MentionId = Field(description="The mention it answers.")
    delivery_id: DeliveryId = Field(description="The delivery that brings it out.")
    text: str = Field(description="What we say.")
    media_ids: list[MediaId] = Field(description="Its pictures and videos, in order.")
    state: DeliveryState = Field(description="How far its delivery is.")
    problem: ProblemView | None = Field(description="What went wrong last; null: nothing.")
    url: str | None = Field(
        description="Where people see it; null: nowhere yet, or the network tells no address."
    )
    published_at: Moment | None = Field(description="When it arrived; null: it has not.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was written.")


class ChangeMention(Change):
    status: MentionStatus = may_change("How far we are with it.")
    is_read: bool = may_change("Mark it read, or unread again.")
    assigned_to: MemberId | None = may_change("The member who takes care of it; null: nobody.")


class MarkMentions(Change):
    """The same change for many mentions at once."""

    mention_ids: MentionIds = Field(description="The mentions to mark.")
    status: MentionStatus = may_change("How far we are with them.")
    is_read: bool = may_change("Mark them read, or unread again.")
    assigned_to: MemberId | None = may_change("The member who takes care of them; null: nobody.")


class MarkedView(View):
    changed_ids: list[MentionId] = Field(description="Those that were not so before.")


class CreateAnswer(Command):
    id: Own[AnswerId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    text: Text = Field(description="What we say; counted as the network counts.")
    media_ids: MediaIds = Field(default=[], description="Its pictures and videos, in order.")
    language: str | None = Field(
        default=None,
        max_length=35,
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="Its language, BCP 47.",
        examples=["fr-CH"],
    )
    visibility: Visibility = Field(default=Visibility.PUBLIC, description="Who sees it.")
    is_repeat: bool = Field(
        default=False,
        description="Whether to say again what was said to this mention minutes ago.",
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose inbox was read. Until `connected_at`, a first reading finds old news."""

    account_id: UUID
    community_id: UUID
    network: str
    server: str
    remote_id: str
    connected_at: datetime
    is_first: bool


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a reading brought. `baseline_ids` are stored read and archived: nobody has to act."""

    new_ids: tuple[UUID, ...] = ()
    baseline_ids: tuple[UUID, ...] = ()
    changed_ids: tuple[UUID, ...] = ()
    deleted_ids: tuple[UUID, ...] = ()


class MentionCountView(View):
    """How many mentions there are, as far as a badge has to tell."""

    count: int = Field(description=f"How many; {MOST_COUNTED:,} where there are more.")
    is_more: bool = Field(description="Whether there are more than that.")


@dataclass(frozen=True, slots=True)
class MentionNarrowing:
    """Which mentions; an empty tuple and None let everything through."""

    statuses: tuple[MentionStatus, ...] = ()
    networks: tuple[str, ...] = ()
    kinds: tuple[InboxKind, ...] = ()
    community_ids: tuple[UUID, ...] = ()
    account_ids: tuple[UUID, ...] = ()
    conversation_ids: tuple[UUID, ...] = ()
    author_ids: tuple[UUID, ...] = ()
    post_ids: tuple[UUID, ...] = ()
    assigned_to: tuple[UUID, ...] = ()
    is_assigned: bool | None = None
    is_read: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MentionFilter(MentionNarrowing):
    """Which mentions, by words too, and in which order."""

    words: str | None = None
    sort: MentionSort = field(default=MentionSort.SAID_DOWN)


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """Which conversations; an empty tuple and None let everything through."""

    account_ids: tuple[UUID, ...] = ()
    community_ids: tuple[UUID, ...] = ()
    networks: tuple[str, ...] = ()
    post_ids: tuple[UUID, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
