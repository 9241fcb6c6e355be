"""Reads back the source of posts, one by one; what a forum hides is gone for its readers.

Pictures and polls stand in the source too: what is left without them is the text.
"""

import re
from collections.abc import Sequence

from domain.connector.alike import words
from domain.connector.errors import Missing
from domain.connector.heard import Heard
from domain.connector.http import Http
from domain.connector.links import spelled_out
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.discourse.progress import url_of
from domain.networks.discourse.wire import Server, server_of

_PICTURE = re.compile(r"!\[([^\]|]*)[^\]]*\]\(upload://[^)]*\)")
_POLL = re.compile(r"\[poll[^\]]*\].*?\[/poll\]", re.DOTALL)


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
    return [await _shown(server, ref.remote_id) for ref in refs]


def told(draft: Draft, number: int) -> str:
    part = draft.parts[number]
    return _text(spelled_out(part.text, part.link.url if part.link else None))


def alike(text: str) -> str:
    return words(text)


async def _shown(server: Server, remote_id: str) -> Shown:
    try:
        post = await server.read(f"/posts/{remote_id}.json", _Post)
    except Missing:
        return Shown(remote_id, is_gone=True)
    if post.is_gone:
        return Shown(remote_id, is_gone=True)
    return Shown(
        remote_id=remote_id,
        text=_text(post.raw),
        alt_texts=tuple(_PICTURE.findall(post.raw)),
        url=url_of(server.root, post.topic_slug, post.topic_id, post.post_number),
    )


def _text(raw: str) -> str:
    return _POLL.sub("", _PICTURE.sub("", raw)).strip()
