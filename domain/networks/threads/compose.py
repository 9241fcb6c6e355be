"""What a container holds: a text with a link or a poll, a picture or video, or several of them.

https://developers.facebook.com/docs/threads/posts and …/threads/create-posts, read 2026-11-28.
"""

import json
import re
from string import ascii_lowercase

from domain.connector.dialects.graph import Form
from domain.connector.errors import Refused
from domain.connector.links import spelled_out
from domain.connector.words import Draft, Medium, Part, Poll
from domain.networks.threads.settings import told

_MOST_LINKS = 5
_LINK = re.compile(r"https?://[^\s<>\"]+|\bwww\.[^\s<>\"]+")


def text_of(part: Part) -> str:
    """The words; a link stands beside those of a message without media, as its card."""
    has_card = not part.media and part.poll is None
    return part.text if has_card or part.link is None else spelled_out(part.text, part.link.url)


def ensure_fits(part: Part) -> None:
    """Raises `Refused`, before anything is sent, for what Threads would not take or not reach."""
    links = set(_LINK.findall(part.text)) | ({part.link.url} if part.link else set())
    if len(links) > _MOST_LINKS:
        raise Refused(f"A message on Threads takes {_MOST_LINKS} links, this one has {len(links)}.")
    if any(medium.address is None for medium in part.media):
        message = "Threads fetches files by itself, and PUBLIC_URL is no address it reaches."
        raise Refused(message, code="network.media_not_reachable")


def child_form(medium: Medium) -> Form:
    """One of several pictures and videos."""
    return [*_medium(medium), ("is_carousel_item", "true")]


def container_form(draft: Draft, number: int, above: str | None, children: Form) -> Form:
    """A message; `children` are what stands for its pictures and videos where it has several."""
    part = draft.parts[number]
    form = [*_kind(part, children), *([("text", text)] if (text := text_of(part)) else [])]
    if part.link is not None and text_of(part) == part.text and not part.media:
        form.append(("link_attachment", part.link.url))
    if part.poll is not None:
        form.append(("poll_attachment", _poll(part.poll)))
    if above is not None:
        form.append(("reply_to_id", above))
    return [*form, *(told(draft) if number == 0 else ())]


def _kind(part: Part, children: Form) -> Form:
    if children:
        return [("media_type", "CAROUSEL"), *children]
    return _medium(part.media[0]) if part.media else [("media_type", "TEXT")]


def _medium(medium: Medium) -> Form:
    is_video = medium.content_type.startswith("video/")
    kind, name = ("VIDEO", "video_url") if is_video else ("IMAGE", "image_url")
    form = [("media_type", kind), (name, medium.address or "")]
    return [*form, *([("alt_text", medium.alt_text)] if medium.alt_text else [])]


def _poll(poll: Poll) -> str:
    """Polls last a day, and people choose one of two to four options."""
    options = zip(ascii_lowercase, poll.options, strict=False)
    told_as = {f"option_{letter}": option for letter, option in options}
    return json.dumps(told_as, ensure_ascii=False)
