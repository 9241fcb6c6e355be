"""Content drift: how what a network shows of a delivery differs from what was sent. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
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
    DriftCode.ALT_TEXT_MISSING: "A picture or video has lost its description.",
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
    yield from _of_media(draft, number, shown)


def _of_media(draft: Draft, number: int, shown: Shown) -> Iterator[DriftView]:
    media, there = draft.parts[number].media, shown.alt_texts
    if len(there) < len(media):
        counts = {"sent": str(len(media)), "shown": str(len(there))}
        yield DriftView(code=DriftCode.MEDIA_MISSING, part=number, **counts)
    if len(there) != len(media):
        return
    for medium, alt_text in zip(media, there, strict=True):
        if medium.alt_text and not alt_text.strip():
            lost = medium.alt_text[:_EXCERPT]
            yield DriftView(code=DriftCode.ALT_TEXT_MISSING, part=number, sent=lost, shown=None)


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
