"""A message in Matrix's words: plain, formatted, with whom it names and what it answers.

https://spec.matrix.org/latest/client-server-api/ (m.room.message, threading, rich replies, user
mentions), read 2026-11-26.
"""

import re
from dataclasses import dataclass
from html import escape

from pydantic import JsonValue

from domain.connector.links import spelled_out
from domain.connector.words import Part
from domain.networks.matrix.places import person_url

# User ids as the appendices of the specification have them, with the server's port.
_NAMED = re.compile(r"(?<![\w@/.])@[a-z0-9._=/+-]+:[a-zA-Z0-9.-]*[a-zA-Z0-9](?::[0-9]{1,5})?")
MARK = "parvis.delivery"
Body = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Place:
    """What a message stands under: the first of the thread, and the message right above."""

    above: str | None = None
    root: str | None = None
    author: str | None = None
    """Of the message above, who shall hear of the answer."""


def words_of(part: Part, author: str | None = None) -> Body:
    """The text as people read it; with a file it is the caption, which ends in the description."""
    text = spelled_out(part.text, part.link.url if part.link else None).strip()
    alt_text = part.media[0].alt_text if part.media else None
    body = "\n\n".join(each for each in (text, alt_text) if each)
    html = _paragraphs(text) + (f"<p><em>{escape(alt_text)}</em></p>" if alt_text else "")
    named = dict.fromkeys([*([author] if author else []), *_NAMED.findall(text)])
    return {
        "msgtype": "m.text",
        "body": body,
        "format": "org.matrix.custom.html",
        "formatted_body": html,
        "m.mentions": {"user_ids": list(named)} if named else {},
    }


def relation(place: Place) -> Body:
    """Nothing for a message that stands by itself."""
    if place.above is None:
        return {}
    answered: JsonValue = {"event_id": place.above}
    if place.root is None:
        return {"m.relates_to": {"m.in_reply_to": answered}}
    thread: Body = {"rel_type": "m.thread", "event_id": place.root}
    # Clients that know no threads show a thread's next message as an answer to the one above.
    return {"m.relates_to": {**thread, "is_falling_back": True, "m.in_reply_to": answered}}


def _paragraphs(text: str) -> str:
    pieces = [each.strip() for each in re.split(r"\n\s*\n", text) if each.strip()]
    return "".join(f"<p>{_linked(piece)}</p>" for piece in pieces)


def _linked(text: str) -> str:
    html, at = list[str](), 0
    for named in _NAMED.finditer(text):
        who = named[0]
        html += [escape(text[at : named.start()]), f'<a href="{escape(person_url(who))}">{who}</a>']
        at = named.end()
    return "".join((*html, escape(text[at:]))).replace("\n", "<br>")
