"""Reads back the source of posts, one by one; what a forum hides is gone for its readers.

Pictures and polls stand in the source too: what is left without them is the text. Whoever
writes may have put pictures of the forum into the text: more of them than were sent tell nothing.
"""

import re
from collections.abc import Sequence

from domain.connector.alike import words
from domain.connector.dialects.one_by_one import one_by_one
from domain.connector.errors import Missing
from domain.connector.heard import Heard
from domain.connector.http import Http
from domain.connector.links import spelled_out
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.discourse.progress import url_of
from domain.networks.discourse.wire import Server, server_of

_PICTURE = re.compile(r"!\[([^\[\]|]*+)(?:\|[^\[\]]*+)?\]\(upload://[^()]*+\)")
_POLL, _CLOSED = "[poll", "[/poll]"
_OPTION = re.compile(r"^\* (.*)$", re.MULTILINE)


class _Post(Heard):
    topic_id: int
    topic_slug: str = ""
    post_number: int
    raw: str = ""
    deleted_at: str | None = None
    user_deleted: bool = False
    hidden: bool = False

    @property
    def is_gone(self) -> bool:
        return self.deleted_at is not None or self.user_deleted or self.hidden


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    server = server_of(http, access)
    return await one_by_one(refs, lambda ref: _shown(server, ref))


def told(draft: Draft, number: int) -> str:
    part = draft.parts[number]
    return _text(spelled_out(part.text, part.link.url if part.link else None))


def alike(text: str) -> str:
    return words(text)


async def _shown(server: Server, ref: Ref) -> Shown:
    post = await server.read(f"/posts/{ref.remote_id}.json", _Post)
    if post.is_gone:
        raise Missing("Readers do not see the post.")
    return Shown(
        remote_id=ref.remote_id,
        text=_text(post.raw),
        alt_texts=tuple(_PICTURE.findall(post.raw)),
        options=_options(post.raw),
        url=url_of(server.root, post.topic_slug, post.topic_id, post.post_number),
    )


def _options(raw: str) -> tuple[str, ...] | None:
    """None where several polls stand there: which of them is ours the source does not tell."""
    _, polls = _parted(raw)
    if len(polls) > 1:
        return None
    return tuple(_OPTION.findall(polls[0])) if polls else ()


def _text(raw: str) -> str:
    text, _ = _parted(_PICTURE.sub("", raw))
    return text.strip()


def _parted(raw: str) -> tuple[str, list[str]]:
    """The source without its polls, and what stands in each."""
    *closed, rest = raw.split(_CLOSED)
    text, polls = list[str](), list[str]()
    for piece in closed:
        before, opens, poll = piece.partition(_POLL)
        text += [before] if opens else [piece, _CLOSED]
        polls += [poll.partition("]")[2]] if opens else []
    return "".join((*text, rest)), polls
