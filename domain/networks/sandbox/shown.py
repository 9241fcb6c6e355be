"""Reads back posts as people see them; what the sandbox does not show is gone."""

from collections.abc import Sequence
from datetime import datetime

from domain.connector.alike import words
from domain.connector.heard import Heard
from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.sandbox.matching import text_of
from domain.networks.sandbox.wire import server_of


class _Post(Heard):
    id: str
    text: str
    alt_texts: tuple[str | None, ...]
    url: str
    edited_at: datetime | None


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    call = Call("GET", "/shown", query=tuple(("ids", ref.remote_id) for ref in refs))
    posts = {
        each.id: each for each in await server_of(http, access).repeat(call, tuple[_Post, ...])
    }
    return [_shown(ref, posts.get(ref.remote_id)) for ref in refs]


def told(draft: Draft, number: int) -> str:
    """As on the sandbox that the address of a quoted post names: there is one."""
    part = draft.parts[number]
    return text_of((part.quote_of or "").partition("/posts/")[0], part)


def alike(text: str) -> str:
    return words(text)


def _shown(ref: Ref, post: _Post | None) -> Shown:
    if post is None:
        return Shown(ref.remote_id, is_gone=True)
    return Shown(
        remote_id=ref.remote_id,
        text=post.text,
        alt_texts=tuple(each or "" for each in post.alt_texts),
        is_exact=True,
        url=post.url,
        edited_at=post.edited_at,
    )
