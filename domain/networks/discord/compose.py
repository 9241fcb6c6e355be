"""One message of a draft as Discord wants it: text, files with their descriptions, a poll."""

import json
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from math import ceil

from pydantic import JsonValue

from domain.connector.http import Call, FilePart
from domain.connector.links import spelled_out
from domain.connector.words import Draft, Medium, Part, Poll
from domain.networks.discord.settings import told

_QUESTION = 300
_NONCE = 24
_HOUR = timedelta(hours=1)


def body_of(draft: Draft, number: int) -> dict[str, JsonValue]:
    """What is said, without files, under a key that is the same at every attempt."""
    part = draft.parts[number]
    body: dict[str, JsonValue] = {
        **told(draft),
        "nonce": sha256(f"{draft.key}-{number}".encode()).hexdigest()[:_NONCE],
        "enforce_nonce": True,
    }
    if content_of(part):
        body["content"] = content_of(part)
    if part.poll is not None:
        body["poll"] = _poll(part, part.poll)
    return body


def content_of(part: Part) -> str:
    """The text; empty where it is a poll's question."""
    text = text_of(part)
    return "" if part.poll is not None and len(text) <= _QUESTION else text


def question_of(part: Part) -> str | None:
    """A question takes 300 characters: a longer text stands above the poll."""
    if part.poll is None:
        return None
    text = text_of(part)
    return text if len(text) <= _QUESTION else text.partition("\n")[0][:_QUESTION]


def text_of(part: Part) -> str:
    return spelled_out(part.text, part.link.url if part.link else None)


def with_files(method: str, path: str, body: dict[str, JsonValue], media: Sequence[Medium]) -> Call:
    if not media:
        return Call(method, path, json=body)
    attachments: list[JsonValue] = [
        {"id": number, "filename": medium.file_name, "description": medium.alt_text or ""}
        for number, medium in enumerate(media)
    ]
    payload = json.dumps({**body, "attachments": attachments}, ensure_ascii=False)
    files = tuple(
        FilePart(f"files[{number}]", medium.file_name, medium.content_type, medium.content)
        for number, medium in enumerate(media)
    )
    return Call(method, path, form=(("payload_json", payload),), files=files)


def _poll(part: Part, poll: Poll) -> JsonValue:
    """Polls last whole hours."""
    return {
        "question": {"text": question_of(part)},
        "answers": [{"poll_media": {"text": option}} for option in poll.options],
        "duration": ceil(poll.duration / _HOUR),
        "allow_multiselect": poll.is_multiple,
    }
