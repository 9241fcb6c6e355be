"""Media: commands in, views out. The bytes travel beside them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import MediaId
from domain.kernel.shapes import Change, Command, View, may_change

AltText = Annotated[
    str, Field(max_length=4000, examples=["A steamboat leaves the pier of Ouchy at dawn."])
]


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"


class MediaView(View):
    id: MediaId = Field(description="The file's id.")
    kind: MediaKind = Field(description="Whether it is an image or a video.")
    file_name: str = Field(description="Its name as it was sent, made harmless.")
    content_type: str = Field(description="What it is, found by reading it.")
    size_bytes: int = Field(description="Its weight, in bytes.")
    sha256: str = Field(description="SHA-256 of its bytes, hexadecimal.")
    width: int | None = Field(description="Width in pixels; null where it could not be read.")
    height: int | None = Field(description="Height in pixels; null where it could not be read.")
    alt_text: str | None = Field(description="What it shows, for those who cannot see it.")
    content_url: str = Field(description="Where its bytes are, below this api's root.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was sent.")
    updated_at: Moment = Field(description="When it was last changed.")


class AddMedia(Command):
    """What is known of a file beside its bytes."""

    id: MediaId | None = Field(description="A UUIDv7 of the caller's own.")
    file_name: str = Field(description="Its name, made harmless.")
    alt_text: AltText | None = Field(description="What it shows, for those who cannot see it.")
    sha256: str = Field(description="SHA-256 of its bytes; found, never sent.")


class ChangeMedia(Change):
    alt_text: AltText | None = may_change("What it shows, for those who cannot see it.")
