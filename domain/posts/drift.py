"""Content drift: how what a network shows of a delivery differs from what was sent. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from domain.connector.port import Shows
from domain.connector.words import Draft, Ref, Shown
from domain.posts.delivery_shapes import DriftCode, DriftView

LOOKS = (timedelta(seconds=15), timedelta(hours=1), timedelta(days=1))
"""How long after it was sent or edited a copy is looked at."""
FIRST_LOOK = LOOKS[0]
DOUBT = timedelta(minutes=2)
"""Networks may not show at once, and everywhere, what they took: so long a copy is not gone."""
MESSAGES: Mapping[DriftCode, str] = {
    DriftCode.GONE: "The network no longer shows it.",
    DriftCode.TRUNCATED: "The network shows only the beginning of the text.",
    DriftCode.TEXT_DIFFERS: "The network shows another text than was sent.",
    DriftCode.MEDIA_MISSING: "The network shows fewer pictures or videos than were sent.",
    DriftCode.MEDIA_ADDED: "The network shows more pictures or videos than were sent.",
    DriftCode.ALT_TEXT_MISSING: "A picture or video has lost its description.",
    DriftCode.ALT_TEXT_DIFFERS: "A picture or video has another description than was sent.",
    DriftCode.CONTENT_WARNING_DIFFERS: "The network shows another content warning, or none.",
    DriftCode.POLL_DIFFERS: "The network shows other options to vote for, or none.",
    DriftCode.LANGUAGE_DIFFERS: "The network says another language than was sent.",
}
_EXCERPT = 500
_BEFORE = 60
_ELLIPSIS = (" […]", "[…]", "[...]", "…", "...")


def next_look(looks: int, *, is_doubtful: bool, now: datetime) -> datetime | None:
    """When a copy that was looked at so often is looked at again; None: no more.

    Doubtful is one that was gone at the first look already.
    """
    if is_doubtful:
        return now + DOUBT
    return now + LOOKS[looks] - LOOKS[looks - 1] if looks < len(LOOKS) else None


def told_of(drift: Mapping[str, Any]) -> dict[str, Any]:
    """A stored difference as something that is wrong, for people."""
    code = DriftCode(drift["code"])
    return {"code": code.value, "message": MESSAGES[code], "acting_party": "user"}


def compare(
    shows: Shows, draft: Draft, refs: Sequence[Ref], shown: Mapping[str, Shown]
) -> list[DriftView] | None:
    """What differs, message by message; None where the network did not tell of all."""
    if any(ref.remote_id not in shown for ref in refs) or len(refs) != len(draft.parts):
        return None
    return [
        each
        for number, ref in enumerate(refs)
        for each in _of_message(shows, draft, number, shown[ref.remote_id])
    ]


def _of_message(shows: Shows, draft: Draft, number: int, shown: Shown) -> Iterator[DriftView]:
    told = shows.told(draft, number)
    if shown.is_gone:
        yield DriftView(code=DriftCode.GONE, part=number, sent=told[:_EXCERPT], shown=None)
        return
    sent, there = shows.alike(told), shows.alike(shown.text)
    if sent != there:
        is_cut = len(there) < len(sent) and sent.startswith(_uncut(shows, shown.text))
        code = DriftCode.TRUNCATED if is_cut else DriftCode.TEXT_DIFFERS
        yield _of_texts(code, number, told, shown.text)
    yield from _of_media(shows, draft, number, shown)
    yield from _beside(shows, draft, number, shown)


def _of_media(shows: Shows, draft: Draft, number: int, shown: Shown) -> Iterator[DriftView]:
    media, there = draft.parts[number].media, shown.alt_texts
    if len(there) < len(media):
        counts = {"sent": str(len(media)), "shown": str(len(there))}
        yield DriftView(code=DriftCode.MEDIA_MISSING, part=number, **counts)
    if len(there) > len(media) and shown.is_exact:
        counts = {"sent": str(len(media)), "shown": str(len(there))}
        yield DriftView(code=DriftCode.MEDIA_ADDED, part=number, **counts)
    if len(there) != len(media):
        return
    for medium, alt_text in zip(media, there, strict=True):
        if medium.alt_text and not alt_text.strip():
            lost = medium.alt_text[:_EXCERPT]
            yield DriftView(code=DriftCode.ALT_TEXT_MISSING, part=number, sent=lost, shown=None)
        elif medium.alt_text and shown.is_exact and not _same(shows, medium.alt_text, alt_text):
            yield _of_texts(DriftCode.ALT_TEXT_DIFFERS, number, medium.alt_text, alt_text)


def _beside(shows: Shows, draft: Draft, number: int, shown: Shown) -> Iterator[DriftView]:
    """What networks tell beside the words; what they do not tell is no difference."""
    part, warning = draft.parts[number], draft.content_warning or ""
    there = shown.content_warning
    # Mastodon makes a warning without words the words.
    if there is not None and part.text.strip() and not _same(shows, warning, there):
        yield _of_texts(DriftCode.CONTENT_WARNING_DIFFERS, number, warning, there)
    if part.poll is not None and shown.options is not None:
        asked, options = part.poll.options, shown.options
        is_same = len(asked) == len(options) and all(
            _same(shows, *pair) for pair in zip(asked, options, strict=True)
        )
        if not is_same:
            texts = "\n".join(asked), "\n".join(options)
            yield _of_texts(DriftCode.POLL_DIFFERS, number, *texts)
    sent, told = _primary(draft.language), _primary(shown.language)
    # `fra` and `fr` may be the same.
    if sent and told and len(sent) == len(told) and sent != told:
        languages = {"sent": draft.language or "", "shown": shown.language}
        yield DriftView(code=DriftCode.LANGUAGE_DIFFERS, part=number, **languages)


def _primary(language: str | None) -> str:
    """Servers keep what they know of a tag: `fr` of `fr-CH`."""
    return (language or "").partition("-")[0].lower()


def _same(shows: Shows, sent: str, shown: str) -> bool:
    """Also where a server wrote signs as HTML does."""
    return shows.alike(sent) == shows.alike(shown) or shows.alike(unescape(sent)) == shows.alike(
        unescape(shown)
    )


def _uncut(shows: Shows, text: str) -> str:
    """What stands there of a text that may be cut, without what says that it was."""
    text = text.rstrip()
    for mark in _ELLIPSIS:
        text = text.removesuffix(mark)
    return shows.alike(text)


def _of_texts(code: DriftCode, number: int, sent: str, shown: str) -> DriftView:
    unlike = (
        place for place, pair in enumerate(zip(sent, shown, strict=False)) if len({*pair}) > 1
    )
    start = max(next(unlike, min(len(sent), len(shown))) - _BEFORE, 0)
    cut = slice(start, start + _EXCERPT)
    return DriftView(code=code, part=number, sent=sent[cut], shown=shown[cut])
