"""Adaptations of a post: commands in, views out."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from domain.accounts.shapes import AudienceWord, Locale, NetworkKey
from domain.kernel.ids import AdaptationId, MediaId, Own, PostId
from domain.kernel.shapes import Change, Command, View, may_change
from domain.posts.fields import (
    OWN_COMMENT,
    OWN_QUOTE,
    Comment,
    Language,
    Link,
    MediaIds,
    Parts,
    Quoted,
    WarningText,
)
from domain.posts.poll_shapes import OWN_POLL, PollInput, PollView

MOST_ADAPTATIONS = 50
OWN_PARTS = "Its own text, one entry per message of a thread; null: inherited."
OWN_WARNING = "What it warns of; empty: nothing; null: inherited."
FOR_NETWORK = "The network it is for; null: all."
FOR_LOCALE = "The locale it is for, BCP 47: `fr` serves `fr-CH` too; null: all."
FOR_SEGMENT = "The segment it is for; null: all."
FOR_TONE = "The tone it is in; null: any."


class KeptView(View):
    """As a version or a template keeps it: what is older than a field says nothing of it."""

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, kept: Any) -> Any:  # noqa: ANN401 - JSON, or a row
        return {**dict.fromkeys(cls.model_fields), **kept} if isinstance(kept, dict) else kept


class AdaptedView(KeptView):
    """Words for all accounts of a network, locale, segment or tone."""

    network: str | None = Field(description=FOR_NETWORK)
    locale: str | None = Field(description=FOR_LOCALE)
    segment: str | None = Field(description=FOR_SEGMENT)
    tone: str | None = Field(description=FOR_TONE)
    parts: list[str] | None = Field(description=OWN_PARTS)
    language: str | None = Field(
        description="Its own language; null: with parts its locale, else inherited."
    )
    media_ids: list[MediaId] | None = Field(description="Its own media; null: inherited.")
    link_url: str | None = Field(description="Its own link; null: inherited.")
    content_warning: str | None = Field(description=OWN_WARNING)
    poll: PollView | None = Field(description=OWN_POLL)
    quote_of: str | None = Field(description=OWN_QUOTE)
    first_comment: str | None = Field(description=OWN_COMMENT)


class AdaptationView(AdaptedView):
    """An adaptation of a post: part of it, as its variants are."""

    id: AdaptationId = Field(description="The adaptation's id.")
    post_id: PostId = Field(description="The post it adapts.")


class AdaptationDetail(AdaptationView):
    """With what guards its changes; the faces show it where versions stand there."""

    post_version: int = Field(description="The version of its post: the ETag.")


class AdaptationInput(Command):
    """Words for all accounts of a network, locale, segment or tone: at least one of them."""

    network: NetworkKey | None = Field(default=None, description=FOR_NETWORK)
    locale: Locale | None = Field(default=None, description=FOR_LOCALE)
    segment: AudienceWord | None = Field(default=None, description=FOR_SEGMENT)
    tone: AudienceWord | None = Field(default=None, description=FOR_TONE)
    parts: Parts | None = Field(default=None, description=OWN_PARTS)
    language: Language | None = Field(default=None, description="Its own language.")
    media_ids: MediaIds | None = Field(default=None, description="Its own media.")
    link_url: Link | None = Field(default=None, description="Its own link.")
    content_warning: WarningText | None = Field(default=None, description=OWN_WARNING)
    poll: PollInput | None = Field(default=None, description=OWN_POLL)
    quote_of: Quoted | None = Field(default=None, description=OWN_QUOTE)
    first_comment: Comment | None = Field(default=None, description=OWN_COMMENT)

    @property
    def key(self) -> tuple[str | None, ...]:
        """Whom it is for."""
        return self.network, self.locale, self.segment, self.tone

    @model_validator(mode="after")
    def _is_for_somebody(self) -> "AdaptationInput":
        if not any(self.key):
            raise ValueError("Say whom it is for: network, locale, segment or tone.")
        return self


class AddAdaptation(AdaptationInput):
    id: Own[AdaptationId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )


class ChangeAdaptation(Change):
    """Other words; whom it is for stays."""

    parts: Parts | None = may_change(OWN_PARTS)
    language: Language | None = may_change("Its own language; null: inherited.")
    media_ids: MediaIds | None = may_change("Its own media; null: inherited.")
    link_url: Link | None = may_change("Its own link; null: inherited.")
    content_warning: WarningText | None = may_change(OWN_WARNING)
    poll: PollInput | None = may_change(OWN_POLL)
    quote_of: Quoted | None = may_change(OWN_QUOTE)
    first_comment: Comment | None = may_change(OWN_COMMENT)


def _one_per_audience(adaptations: list[AdaptationInput]) -> list[AdaptationInput]:
    if len({each.key for each in adaptations}) != len(adaptations):
        raise ValueError("For each network, locale, segment and tone there is one.")
    return adaptations


Adaptations = Annotated[
    list[AdaptationInput],
    Field(max_length=MOST_ADAPTATIONS),
    AfterValidator(_one_per_audience),
]
