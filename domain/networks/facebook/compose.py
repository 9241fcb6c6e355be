"""What a post or a comment says: its text, a link, and what was sent up for it.

https://developers.facebook.com/docs/graph-api/reference/page/photos and …/page/feed,
…/object/comments, read 2026-11-28.
"""

import json
from collections.abc import Sequence

from domain.connector.dialects.graph import Graph, Made, post
from domain.connector.errors import Refused
from domain.connector.http import Call, FilePart
from domain.connector.links import spelled_out
from domain.connector.words import Draft, Medium, Part


def is_comment(draft: Draft, number: int) -> bool:
    """Whatever answers is one, and what follows a post at once."""
    return number > 0 or draft.reply_to is not None


def text_of(draft: Draft, number: int) -> str:
    """The words; a link stands beside those of a post without media, as its card."""
    part = draft.parts[number]
    has_card = not is_comment(draft, number) and not part.media
    return part.text if has_card or part.link is None else spelled_out(part.text, part.link.url)


def film_of(part: Part) -> Medium | None:
    return next((each for each in part.media if each.content_type.startswith("video/")), None)


async def send_up(page: Graph, page_id: str, medium: Medium) -> str:
    """Sends a photo up that nobody sees yet; one that is lost stays so."""
    form = [("published", "false")]
    if medium.alt_text:
        form.append(("alt_text_custom", medium.alt_text))
    file = FilePart("source", medium.file_name, medium.content_type, medium.content)
    return (await page.repeat(post(f"/{page_id}/photos", form, (file,)), Made)).id


def post_call(page_id: str, draft: Draft, photos: Sequence[str]) -> Call:
    part, text = draft.parts[0], text_of(draft, 0)
    form = [("message", text)] if text else []
    if part.link is not None and not part.media:
        form.append(("link", part.link.url))
    for number, photo in enumerate(photos):
        form.append((f"attached_media[{number}]", json.dumps({"media_fbid": photo})))
    return post(f"/{page_id}/feed", form)


def comment_call(above: str, text: str, photos: Sequence[str]) -> Call:
    form = [("message", text)] if text else []
    form += [("attachment_id", photo) for photo in photos]
    return post(f"/{above}/comments", form)


def ensure_fits_comment(part: Part) -> None:
    if film_of(part) is not None or len(part.media) > 1:
        raise Refused("A comment on Facebook shows one picture, and no video.")
