"""Media: commands in, views out. The bytes travel beside them."""

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.kernel.clock import Moment
from domain.kernel.ids import MediaConsentId, MediaId, Own
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change
from domain.kernel.words import Word
from domain.media.rules import ConsentKind, MediaState

AltText = Annotated[
    str, Field(max_length=4000, examples=["A steamboat leaves the pier of Ouchy at dawn."])
]

Language = Annotated[
    str, Field(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$", examples=["de-CH"])
]
Credit = Annotated[str, Field(max_length=300, examples=["Photo: Aline Favre / RTS"])]
Origin = Annotated[str, Field(max_length=500, examples=["Keystone, no 582134"])]
Licence = Annotated[str, Field(max_length=4000, examples=["CC BY-SA 4.0"])]
Network = Annotated[
    str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$", examples=["mastodon"])
]
Networks = Annotated[list[Network], Field(max_length=30)]
Territories = Annotated[str, Field(max_length=500, examples=["Switzerland, France"])]
Person = Annotated[str, Field(min_length=1, max_length=200, examples=["Aline Favre"]), Visible]


class MediaKind(Word):
    """What a file shows."""

    IMAGE = "image", "A still or moving image."
    VIDEO = "video", "A video."


class AltTextIn(Command):
    """An alternative text in another language than the default."""

    language: Language = Field(description="Its language, BCP 47.")
    text: AltText = Field(description="What the file shows.")


class AltTextView(View):
    """An alternative text in another language than the default."""

    language: str = Field(description="Its language, BCP 47.")
    text: str = Field(description="What the file shows.")


def _one_per_language(texts: list[AltTextIn]) -> list[AltTextIn]:
    languages = [each.language.lower() for each in texts]
    if len(set(languages)) != len(languages):
        raise ValueError("Each language has one text.")
    return texts


AltTexts = Annotated[list[AltTextIn], Field(max_length=40), AfterValidator(_one_per_language)]


class MediaFactsView(View):
    """What a file holds."""

    duration_s: float | None = Field(
        description="How long a video lasts, in seconds; null: it is none, or does not say."
    )
    frame_rate: float | None = Field(
        description="Frames of a video in one second, on average; null: it is none, or does not "
        "say."
    )
    video_codec: str | None = Field(
        description="How its pictures are coded, such as `h264`; null: it is no video."
    )
    audio_codec: str | None = Field(description="How its sound is coded; null: it has none.")
    rotation: int = Field(description="Degrees it is turned clockwise when it is shown.")
    is_animated: bool = Field(description="Whether it moves.")
    colour: str = Field(description="How its colours are coded, such as `RGB` or `yuv420p`.")
    has_location: bool = Field(description="Whether it tells where it was taken.")


class MediaView(View):
    id: MediaId = Field(description="The file's id.")
    kind: MediaKind = Field(description="Whether it is an image or a video.")
    file_name: str = Field(description="Its name as it was sent, made harmless.")
    content_type: str = Field(description="What it is, found by reading it.")
    size_bytes: int = Field(description="Its weight, in bytes.")
    sha256: str = Field(description="SHA-256 of its bytes, hexadecimal.")
    width: int | None = Field(description="Width in pixels; null where it could not be read.")
    height: int | None = Field(description="Height in pixels; null where it could not be read.")
    state: MediaState = Field(description="Whether a worker has looked into it yet.")
    facts: MediaFactsView | None = Field(description="What it holds; null until it is probed.")
    alt_text: str | None = Field(
        description="What it shows, for those who cannot see it; null: nobody has said it."
    )
    alt_texts: list[AltTextView] = Field(
        description="The same in other languages; a post shows the one of its own language: fr-CH, "
        "else fr, else `alt_text`."
    )
    credit: str | None = Field(description="Whom to name beside it; null: nobody.")
    source: str | None = Field(description="Where the house has it from; null: not said.")
    licence: str | None = Field(
        description="What the house may do with it, in words; null: not said."
    )
    rights_until: Moment | None = Field(description="When the right to use it ends; null: never.")
    rights_networks: list[str] = Field(
        description="Keys of the only networks it may be published to; empty: all."
    )
    rights_territories: str | None = Field(
        description="Where the right holds, in words; null: not said."
    )
    rights_end_at: Moment | None = Field(
        description="From when on it is not published: the first end of its right and of the "
        "consents of those it shows; null: nothing ends."
    )
    rendition_of: MediaId | None = Field(
        description="The file it was made of, for the limits of a network; null: it was sent."
    )
    rendition_for: str | None = Field(description="Key of that network; null: it was sent.")
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
    alt_texts: AltTexts = may_change("The same in other languages; replaces those before.")
    credit: Credit | None = may_change("Whom to name beside it.")
    source: Origin | None = may_change("Where the house has it from.")
    licence: Licence | None = may_change("What the house may do with it, in words.")
    rights_until: Moment | None = may_change("When the right to use it ends; null: never.")
    rights_networks: Networks = may_change(
        "Keys of the only networks it may be published to; empty: all."
    )
    rights_territories: Territories | None = may_change("Where the right holds, in words.")


class MediaConsentView(View):
    id: MediaConsentId = Field(description="The consent's id.")
    media_id: MediaId = Field(description="The file that shows the person.")
    person: str = Field(description="The person's name, or what the house calls them.")
    kind: ConsentKind = Field(description="What they agree to have shown.")
    granted_at: Moment = Field(description="When they, or who speaks for them, agreed.")
    valid_until: Moment | None = Field(description="When it ends; null: it does not.")
    revoked_at: Moment | None = Field(description="When it was taken back; null: it was not.")
    document_id: MediaId | None = Field(description="A picture of the signed paper; null: none.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was noted.")
    updated_at: Moment = Field(description="When it was last changed.")


class AddMediaConsent(Command):
    id: Own[MediaConsentId] | None = Field(default=None, description="A UUIDv7 of your own.")
    person: Person = Field(description="The person's name, or what the house calls them.")
    kind: ConsentKind = Field(
        default=ConsentKind.LIKENESS, description="What they agree to have shown."
    )
    granted_at: Moment = Field(description="When they, or who speaks for them, agreed.")
    valid_until: Moment | None = Field(default=None, description="When it ends.")
    document_id: MediaId | None = Field(
        default=None, description="A picture of the signed paper, among the media."
    )


class ChangeMediaConsent(Change):
    granted_at: Moment = may_change("When they, or who speaks for them, agreed.")
    valid_until: Moment | None = may_change("When it ends; null: it does not.")
    revoked_at: Moment | None = may_change("When it was taken back; null: it was not.")
    document_id: MediaId | None = may_change("A picture of the signed paper; null: none.")
