"""Uploads: commands in, views out. The bytes travel beside them."""

from typing import Annotated

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import MediaId, Own, UploadId
from domain.kernel.shapes import Command, View
from domain.media.shapes import AltText
from domain.uploads.rules import UploadState, UploadWay

FileName = Annotated[str, Field(min_length=1, max_length=300, examples=["lavaux.mp4"])]
Weight = Annotated[int, Field(ge=1, le=10**12)]


class OpenUpload(Command):
    """What is known of a file before its first byte."""

    file_name: FileName = Field(description="Its name, made harmless once it is there.")
    alt_text: AltText | None = Field(
        default=None, description="What it shows, for those who cannot see it."
    )
    size_bytes: Weight = Field(description="Its weight, in bytes.")


class PrepareUpload(OpenUpload):
    id: Own[UploadId] | None = Field(default=None, description="A UUIDv7 of the caller's own.")


class UploadView(View):
    id: UploadId = Field(description="The upload's id.")
    way: UploadWay = Field(description="How its bytes travel.")
    state: UploadState = Field(description="How far it is.")
    file_name: str = Field(description="The file's name as it was sent.")
    alt_text: str | None = Field(
        description="What it shows, for those who cannot see it; null: nobody has said it."
    )
    size_bytes: int = Field(description="Its weight, in bytes, as it was announced.")
    offset_bytes: int = Field(
        description="How many bytes are kept for good; of a direct upload 0 until it is complete."
    )
    media_id: MediaId | None = Field(
        description="The picture or video that it became; null: none yet, or it was removed."
    )
    problem_code: str | None = Field(description="Why it was not taken in; null: nothing is amiss.")
    problem: str | None = Field(description="The same, for people; null: nothing is.")
    expires_at: Moment = Field(description="When it is given up, unless bytes come before.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was begun.")
    updated_at: Moment = Field(description="When it last went on.")


class HeaderView(View):
    """A header that a request must carry."""

    name: str = Field(description="Its name.")
    value: str = Field(description="Its value.")


class PreparedUploadView(UploadView):
    method: str = Field(description="The method that sends the file, as the body.")
    url: str = Field(description="Where to: the house's object store. Whoever has it may send.")
    header_fields: list[HeaderView] = Field(description="What that request must carry.")
    url_expires_at: Moment = Field(description="Until when it counts.")
