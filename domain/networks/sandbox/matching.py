"""Finds a message of ours over there, as the account's idempotency class allows."""

import unicodedata
from datetime import datetime

from domain.connector.dialects.moments import CLOCKS_DIFFER
from domain.connector.errors import OutcomeUnknown
from domain.connector.http import Call
from domain.connector.links import spelled_out
from domain.connector.manifest import IdempotencyClass
from domain.connector.words import Draft, Part
from domain.networks.sandbox.answers import Container, Post
from domain.networks.sandbox.progress import Progress
from domain.networks.sandbox.quoting import quoted
from domain.networks.sandbox.wire import Server

_PAGE = 100
_PAGES = 10


async def find(
    server: Server, kind: IdempotencyClass, draft: Draft, progress: Progress, *, since: datetime
) -> Post | None:
    """The message under way, if it stands there. Raises `OutcomeUnknown` in class E."""
    if kind == IdempotencyClass.NONE:
        raise OutcomeUnknown(
            "Accounts of class E cannot tell what they published: look at its page."
        )
    if kind == IdempotencyClass.HANDLE:
        return await _by_container(server, progress.container)
    if kind == IdempotencyClass.LOOK_UP_KEY:
        return await _by_external_id(server, key_of(draft, progress))
    return await _by_listing(server, draft, progress, since - CLOCKS_DIFFER)


def key_of(draft: Draft, progress: Progress) -> str:
    """The key of the message under way, the same at every attempt."""
    return f"{draft.key}-{len(progress.sent)}"


def text_of(root: str, part: Part) -> str:
    """The text with what is not shown otherwise written out: a link, what cannot be quoted."""
    text = spelled_out(part.text, part.link.url if part.link else None)
    return text if quoted(root, part.quote_of) else spelled_out(text, part.quote_of)


async def _by_container(server: Server, container_id: str | None) -> Post | None:
    if container_id is None:
        return None
    found = await server.repeat(Call("GET", f"/containers/{container_id}"), Container)
    return found.post


async def _by_external_id(server: Server, external_id: str) -> Post | None:
    call = Call("GET", "/posts", query=(("external_id", external_id),))
    found = await server.repeat(call, tuple[Post, ...])
    return found[0] if found else None


async def _by_listing(
    server: Server, draft: Draft, progress: Progress, since: datetime
) -> Post | None:
    part, above = draft.parts[len(progress.sent)], progress.above(draft)
    known = {each.id for each in progress.sent} | draft.others
    for _ in range(_PAGES):
        query = (("since", since.isoformat()), ("limit", str(_PAGE)))
        page = await server.repeat(Call("GET", "/me/posts", query=query), tuple[Post, ...])
        for post in page:
            if (
                post.id not in known
                and post.reply_to == above
                and _is_same(post, part, server.root)
            ):
                return post
        if len(page) < _PAGE or page[-1].created_at <= since:
            return None
        since = page[-1].created_at
    raise OutcomeUnknown("Too much was said since: look at the account's posts.")


def _is_same(post: Post, part: Part, root: str) -> bool:
    options = post.poll.options if post.poll else ()
    return (
        len(post.media) == len(part.media)
        and post.quoted == quoted(root, part.quote_of)
        and options == (part.poll.options if part.poll else ())
        and _words(post.text) == _words(text_of(root, part))
    )


def _words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
