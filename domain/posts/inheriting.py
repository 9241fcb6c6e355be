"""What a target says: its own words, else those adapted for whom it speaks to, else the post's.

    target ─▶ adaptations that suit its audience, the most specific first ─▶ master

Pure. Each field is looked for by itself, but a text and its language stay together: nobody's words
are called German because somebody else's are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from domain.kernel.languages import looked_up
from domain.kernel.words import Word

KEYS = ("network", "locale", "segment", "tone")
"""What an adaptation is for; which one comes first is more specific, where as many are named."""
WORDS = (
    "parts",
    "language",
    "media_ids",
    "link_url",
    "content_warning",
    "poll",
    "quote_of",
    "first_comment",
)


class Audience(NamedTuple):
    """Whom a target speaks to, and where; a locale as BCP 47 writes it."""

    network: str
    locale: str | None = None
    segment: str | None = None
    tone: str | None = None


class Master(Protocol):
    """What a post says for all its targets."""

    @property
    def text(self) -> str: ...
    @property
    def media_ids(self) -> Sequence[UUID]: ...
    @property
    def link_url(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def poll(self) -> Mapping[str, Any] | None: ...
    @property
    def quote_of(self) -> str | None: ...
    @property
    def first_comment(self) -> str | None: ...


class OwnWords(Protocol):
    """What somebody says instead; None inherits, and so does an empty list of parts."""

    @property
    def parts(self) -> Sequence[str] | None: ...
    @property
    def media_ids(self) -> Sequence[UUID] | None: ...
    @property
    def link_url(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def content_warning(self) -> str | None: ...
    @property
    def poll(self) -> Mapping[str, Any] | None: ...
    @property
    def quote_of(self) -> str | None: ...
    @property
    def first_comment(self) -> str | None: ...


class Adapted(OwnWords, Protocol):
    """Words for all targets of an audience; None of its keys suits any."""

    @property
    def id(self) -> UUID: ...
    @property
    def network(self) -> str | None: ...
    @property
    def locale(self) -> str | None: ...
    @property
    def segment(self) -> str | None: ...
    @property
    def tone(self) -> str | None: ...


class Layer(Word):
    """Who says a field of what an account will say."""

    MASTER = "master", "What the post says by itself."
    ADAPTATION = "adaptation", "What is said for a network, locale, segment or tone."
    TARGET = "target", "What one account says."


class Origin(NamedTuple):
    """Who a field comes from; the id is of an adaptation."""

    layer: Layer
    adaptation_id: UUID | None = None


FROM_MASTER = Origin(Layer.MASTER)
FROM_TARGET = Origin(Layer.TARGET)


@dataclass(frozen=True, slots=True)
class Inherited:
    """What is said in the end, and who each field of `WORDS` comes from."""

    parts: tuple[str, ...]
    media_ids: tuple[UUID, ...]
    link_url: str | None
    language: str | None
    content_warning: str | None
    poll: Mapping[str, Any] | None
    quote_of: str | None
    first_comment: str | None
    origins: Mapping[str, Origin]


class _Speaker(NamedTuple):
    words: OwnWords
    origin: Origin
    locale: str | None


def inherited(
    post: Master, own: OwnWords | None, audience: Audience, adaptations: Iterable[Adapted]
) -> Inherited:
    """What a target says; without words of its own, what it would inherit."""
    speakers = [] if own is None else [_Speaker(own, FROM_TARGET, audience.locale)]
    speakers += [
        _Speaker(each, Origin(Layer.ADAPTATION, each.id), each.locale)
        for each in suited(adaptations, audience)
    ]
    found = {name: _first(speakers, name) for name in WORDS}
    found["language"] = _language(speakers, found["parts"])
    parts, media, link = (found[name] for name in ("parts", "media_ids", "link_url"))
    tongue, warning = found["language"], found["content_warning"]
    poll, quote, comment = (found[name] for name in ("poll", "quote_of", "first_comment"))
    asked = poll.words.poll if poll else post.poll
    return Inherited(
        parts=tuple((parts and parts.words.parts) or [post.text]),
        media_ids=tuple(post.media_ids if media is None else media.words.media_ids or ()),
        link_url=link.words.link_url if link else post.link_url,
        language=(tongue.words.language or tongue.locale) if tongue else post.language,
        content_warning=(warning.words.content_warning or None) if warning else None,
        poll=asked if asked and asked["options"] else None,
        quote_of=(quote.words.quote_of if quote else post.quote_of) or None,
        first_comment=(comment.words.first_comment if comment else post.first_comment) or None,
        origins={name: each.origin if each else FROM_MASTER for name, each in found.items()},
    )


def suited(adaptations: Iterable[Adapted], audience: Audience) -> list[Adapted]:
    """Those for an audience, the most specific first: no two of a post stand alike."""
    found = [each for each in adaptations if _suits(each, audience)]
    return sorted(found, key=_specificity, reverse=True)


def _suits(adaptation: Adapted, audience: Audience) -> bool:
    return (
        adaptation.network in (None, audience.network)
        and adaptation.segment in (None, audience.segment)
        and adaptation.tone in (None, audience.tone)
        and (adaptation.locale is None or adaptation.locale in looked_up(audience.locale))
    )


def _specificity(adaptation: Adapted) -> tuple[int, ...]:
    """As many keys as it names; of as many, the network before the locale, and so on."""
    named = [getattr(adaptation, name) is not None for name in KEYS]
    depth = len(adaptation.locale.split("-")) if adaptation.locale else 0
    return (sum(named), named[0], depth, *named[2:])


def _first(speakers: Sequence[_Speaker], name: str) -> _Speaker | None:
    return next((each for each in speakers if _says(each.words, name)), None)


def _says(words: OwnWords, name: str) -> bool:
    value = getattr(words, name)
    return bool(value) if name == "parts" else value is not None


def _language(speakers: Sequence[_Speaker], author: _Speaker | None) -> _Speaker | None:
    """Whose language it is: nobody's behind the author of the text, whose locale says it last."""
    end = len(speakers) if author is None else speakers.index(author) + 1
    found = _first(speakers[:end], "language")
    return found or (author if author is not None and author.locale else None)
