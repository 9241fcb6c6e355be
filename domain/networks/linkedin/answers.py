"""The parts of LinkedIn's answers that we read.

https://learn.microsoft.com/linkedin/marketing/community-management/, read 2026-11-28.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from domain.connector import heard


class Heard(heard.Heard):
    """Names are in camel case over there."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


_LATEST_MS = 253_402_300_799_000
Epoch = Annotated[int, Field(ge=0, lt=4_102_444_800_000)]
"""A moment in ms that an inbox is read on from: one past 2100 would end the reading for good."""


def moment_of(epoch_ms: int) -> datetime:
    """A moment as LinkedIn tells it, kept within what a calendar has."""
    return datetime.fromtimestamp(min(max(epoch_ms, 0), _LATEST_MS) / 1000, UTC)


class InputError(Heard):
    code: str = ""
    description: str = ""


class ErrorDetails(Heard):
    input_errors: tuple[InputError, ...] = ()


class Failure(Heard):
    status: int | None = None
    code: str = ""
    service_error_code: int | None = None
    message: str = ""
    error_details: ErrorDetails | None = None


class UserInfo(Heard):
    """Of OpenID Connect."""

    sub: str
    name: str = ""
    picture: str | None = None


class Organization(Heard):
    id: str
    localized_name: str = ""
    vanity_name: str | None = None


class Described(Heard):
    id: str = ""
    alt_text: str | None = None


class MultiImage(Heard):
    images: tuple[Described, ...] = ()


class Content(Heard):
    """Of a post: files, or what has none of ours."""

    media: Described | None = None
    multi_image: MultiImage | None = None

    @property
    def files(self) -> tuple[Described, ...]:
        if self.multi_image is not None:
            return self.multi_image.images
        return () if self.media is None else (self.media,)


class LifecycleInfo(Heard):
    is_edited_by_author: bool = False


class Post(Heard):
    id: str
    author: str = ""
    commentary: str = ""
    content: Content = Content()
    lifecycle_state: str = ""
    lifecycle_state_info: LifecycleInfo = LifecycleInfo()
    created_at: int = 0
    published_at: int | None = None
    last_modified_at: int = 0

    @property
    def out_at(self) -> datetime:
        return moment_of(self.published_at or self.created_at)


class Stamp(Heard):
    time: Epoch = 0


class Message(Heard):
    text: str = ""


class CommentsSummary(Heard):
    total_first_level_comments: int = 0


class Comment(Heard):
    id: str = ""
    comment_urn: str | None = None
    urn: str | None = Field(default=None, alias="$URN")
    actor: str = ""
    object: str = ""
    message: Message = Message()
    parent_comment: str | None = None
    created: Stamp = Stamp()
    comments_summary: CommentsSummary = CommentsSummary()

    @property
    def name(self) -> str:
        """Its URN."""
        return self.comment_urn or self.urn or f"urn:li:comment:({self.object},{self.id})"

    @property
    def said_at(self) -> datetime:
        return moment_of(self.created.time)


class Listed(Heard):
    """A page of a collection, whose entries are read one by one; without them it says nothing."""

    elements: tuple[JsonValue, ...]
