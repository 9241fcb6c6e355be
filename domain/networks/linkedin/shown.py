"""Reads back posts and comments, one by one; what a token may not read is left out.

Compared are words: LinkedIn hands hashtags out in a form of its own, and mentions by their names.
"""

from collections.abc import Sequence

from domain.connector import alike as by
from domain.connector.errors import Missing
from domain.connector.http import Http
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.linkedin.answers import Comment, Post, moment_of
from domain.networks.linkedin.compose import comment_text, text_of
from domain.networks.linkedin.little import escaped, plain
from domain.networks.linkedin.places import path_of
from domain.networks.linkedin.refusals import NotPermitted
from domain.networks.linkedin.urns import comment_of, url_of
from domain.networks.linkedin.wire import Server, server_of


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    server, found = server_of(http, access), list[Shown]()
    for ref in refs:
        read = _post if comment_of(ref.remote_id) is None else _comment
        try:
            found.append(await read(server, ref.remote_id))
        except Missing:
            found.append(Shown(ref.remote_id, is_gone=True))
        except NotPermitted:
            continue
    return found


def told(draft: Draft, number: int) -> str:
    """What follows a post, or answers anything, is a comment."""
    part = draft.parts[number]
    is_comment = number > 0 or draft.reply_to is not None
    return comment_text(part) if is_comment else plain(escaped(text_of(part)))


def alike(text: str) -> str:
    return by.words(text)


async def _post(server: Server, urn: str) -> Shown:
    post = await server.read(path_of(urn), Post)
    is_edited = post.lifecycle_state_info.is_edited_by_author
    return Shown(
        remote_id=urn,
        text=plain(post.commentary),
        alt_texts=tuple(each.alt_text or "" for each in post.content.files),
        is_exact=True,
        url=url_of(urn),
        edited_at=moment_of(post.last_modified_at) if is_edited else None,
    )


async def _comment(server: Server, urn: str) -> Shown:
    comment = await server.read(path_of(urn), Comment)
    return Shown(remote_id=urn, text=comment.message.text, url=url_of(urn))
