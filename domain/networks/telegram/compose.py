"""One message of a draft as the call that sends it: a text, a photo or video, an album, a poll.

Texts go out as they are, without marks to escape: `parse_mode` is never set.
"""

import json
from dataclasses import dataclass

from pydantic import JsonValue

from domain.connector.http import Call, FilePart
from domain.connector.links import spelled_out
from domain.connector.words import Draft, Medium, Part, Poll
from domain.networks.telegram.settings import preview, told

_QUESTION = 300
_UNIT = "utf-16-le"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes, and what it answers there."""

    chat_id: str
    answers: int | None


def call_of(draft: Draft, number: int, place: Place) -> Call:
    part = draft.parts[number]
    body: dict[str, JsonValue] = {"chat_id": place.chat_id, **told(draft)}
    if place.answers is not None:
        body["reply_parameters"] = {"message_id": place.answers}
    if part.poll is not None:
        return Call("POST", "sendPoll", json={**body, **_poll(part.text, part.poll)})
    if not part.media:
        return Call("POST", "sendMessage", json={**body, "text": text_of(part), **preview(draft)})
    if len(part.media) == 1:
        return _single(part, body)
    return _album(part, body)


def text_of(part: Part) -> str:
    return spelled_out(part.text, part.link.url if part.link else None)


def _single(part: Part, body: dict[str, JsonValue]) -> Call:
    (medium,) = part.media
    kind = _kind(medium)
    body = {**body, "caption": text_of(part)}
    if kind == "video":
        body["supports_streaming"] = True
    files = (_file(kind, medium),)
    return Call("POST", f"send{kind.capitalize()}", form=_form(body), files=files)


def _album(part: Part, body: dict[str, JsonValue]) -> Call:
    media: list[JsonValue] = []
    for number, medium in enumerate(part.media):
        item: dict[str, JsonValue] = {"type": _kind(medium), "media": f"attach://file{number}"}
        media.append(item if number else {**item, "caption": text_of(part)})
    files = tuple(_file(f"file{number}", each) for number, each in enumerate(part.media))
    return Call("POST", "sendMediaGroup", form=_form({**body, "media": media}), files=files)


def _poll(text: str, poll: Poll) -> dict[str, JsonValue]:
    """A question takes 300 characters; a longer text stands below its first line."""
    is_short = len(text.encode(_UNIT)) // 2 <= _QUESTION
    first = text.partition("\n")[0].encode(_UNIT)[: _QUESTION * 2].decode(_UNIT, "ignore")
    return {
        "question": text if is_short else first,
        **({} if is_short else {"description": text}),
        "options": [{"text": option} for option in poll.options],
        "open_period": int(poll.duration.total_seconds()),
        "allows_multiple_answers": poll.is_multiple,
        "hide_results_until_closes": poll.hides_totals,
    }


def _kind(medium: Medium) -> str:
    return "video" if medium.content_type.startswith("video/") else "photo"


def _file(name: str, medium: Medium) -> FilePart:
    return FilePart(name, medium.file_name, medium.content_type, medium.content)


def _form(body: dict[str, JsonValue]) -> tuple[tuple[str, str], ...]:
    """Fields beside files: what is no text is written as JSON."""
    return tuple(
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in body.items()
    )
