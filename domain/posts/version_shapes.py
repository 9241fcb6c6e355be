"""What posts said: versions, what differs between two, and both sides of a change too late."""

from typing import Any

from pydantic import Field

from domain.kernel.clock import Moment, WallTime
from domain.kernel.ids import MediaId, PostId, PostVersionId
from domain.kernel.shapes import View
from domain.posts.adaptation_shapes import AdaptedView, KeptView
from domain.posts.comparing import PieceKind
from domain.posts.fields import MASTER_COMMENT, MASTER_POLL, MASTER_QUOTE, MASTER_SETTINGS
from domain.posts.poll_shapes import PollView
from domain.posts.rules import PostState
from domain.posts.shapes import OwnWordsView


class SaidView(OwnWordsView, KeptView):
    """What one account says."""


class PostVersionView(View):
    """What a post said from one of its versions on."""

    id: PostVersionId = Field(description="The version's id.")
    post_id: PostId = Field(description="The post it is of.")
    number: int = Field(description="The post's version from which on it said this: its ETag.")
    actor: str = Field(description="Who wrote it, as the event log calls them.")
    created_at: Moment = Field(description="When it was written.")
    title: str = Field(description="Its name in the house.")
    text: str = Field(description="The master text.")
    language: str | None = Field(description="Its language, BCP 47; null: not said.")
    labels: list[str] = Field(description="Words of the house to find it by.")
    link_url: str | None = Field(description="The page it leads to; null: none.")
    media_ids: list[MediaId] = Field(description="Its pictures and videos, in order.")
    poll: PollView | None = Field(description=MASTER_POLL)
    quote_of: str | None = Field(description=MASTER_QUOTE)
    first_comment: str | None = Field(description=MASTER_COMMENT)
    settings: dict[str, Any] = Field(description=MASTER_SETTINGS)
    adaptations: list[AdaptedView] = Field(
        description="What it says for a network, locale, segment or tone."
    )
    variants: list[SaidView] = Field(description="The accounts that say it, and how.")


class PieceView(View):
    """One stretch of a text that is compared with another."""

    kind: PieceKind = Field(description="Whether both have it, or which one.")
    text: str = Field(description="The words, spaces and marks of the piece.")


class DifferenceView(View):
    """One place in which two versions differ."""

    pointer: str = Field(description="JSON pointer into the version, such as `/text`.")
    before: str | None = Field(description="What stood there; null: nothing. Lists as JSON.")
    after: str | None = Field(description="What stands there; null: nothing. Lists as JSON.")
    pieces: list[PieceView] = Field(description="A text word by word; empty for all else.")


class ComparisonView(View):
    """What changed between two versions of a post."""

    before: PostVersionView = Field(description="The earlier of the two.")
    after: PostVersionView = Field(description="The later of the two.")
    differences: list[DifferenceView] = Field(description="Every difference; empty: none.")


class ConflictView(View):
    """Both sides of a change that came too late."""

    base: PostVersionView = Field(description="What the post said at the version you sent.")
    current: PostVersionView = Field(description="What it says now.")
    version: int = Field(description="The post's version now: its ETag, for the next try.")
    state: PostState = Field(description="How far the post is now.")
    wall_time: WallTime | None = Field(
        description="When it is planned now, on its zone's clock; null: it is not."
    )
    time_zone: str = Field(description="The IANA zone of its wall time.")
    publish_at: Moment | None = Field(
        description="The moment it is planned for now, in UTC; null: it is not planned."
    )
