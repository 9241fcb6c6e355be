"""Albums: commands in, views out."""

from typing import Annotated

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import AlbumId, MediaId, Own
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change
from domain.media.shapes import MediaView

Name = Annotated[
    str, Field(min_length=1, max_length=120, examples=["Fête des Vignerons 2026"]), Visible
]
Description = Annotated[str, Field(max_length=2000, examples=["Ce qui peut servir l’an prochain."])]
SomeMedia = Annotated[list[MediaId], Field(min_length=1, max_length=100)]


class AlbumView(View):
    id: AlbumId = Field(description="The album's id.")
    name: str = Field(description="Its name for people.")
    description: str = Field(description="What it is for.")
    cover_id: MediaId | None = Field(description="The file that stands for it; null: none.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it, or what is in it, was last changed.")


class AlbumItemView(View):
    """A file in its place in an album."""

    position: int = Field(description="Its place: grows along the album, with gaps.")
    added_at: Moment = Field(description="When it was put there.")
    media: MediaView = Field(description="The file.")


class CreateAlbum(Command):
    id: Own[AlbumId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    name: Name = Field(description="Its name for people.")
    description: Description = Field(default="", description="What it is for.")
    cover_id: MediaId | None = Field(default=None, description="The file that stands for it.")


class ChangeAlbum(Change):
    name: Name = may_change("Its name for people.")
    description: Description = may_change("What it is for.")
    cover_id: MediaId | None = may_change("The file that stands for it; null: none.")


class PlaceMedia(Command):
    """Puts files in, or elsewhere in the album: sent twice, it does nothing more."""

    media_ids: SomeMedia = Field(description="The files, in the order they shall have.")
    before_id: MediaId | None = Field(
        default=None, description="The file of the album they shall stand before; null: the end."
    )


class TakeOutMedia(Command):
    """Takes files out of the album; the files stay."""

    media_ids: SomeMedia = Field(description="The files; those that are not in it are passed over.")
