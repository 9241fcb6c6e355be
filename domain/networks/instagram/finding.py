"""Finds what may stand there of ours: no answer told its id.

A post that its container says was published is sought among the account's newest, by its words, its
kind and its moment; a comment among those below what it answers, by its words and who wrote it.
Captions may come without their `@`:
https://developers.facebook.com/docs/instagram-platform/reference/instagram-media, read 2026-11-28.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from pydantic import JsonValue

from domain.connector.alike import words
from domain.connector.dialects.graph import Form, Graph, Listed
from domain.connector.dialects.moments import CLOCKS_DIFFER
from domain.connector.errors import OutcomeUnknown
from domain.connector.heard import understood
from domain.connector.words import Access, Draft
from domain.networks.instagram.answers import Comment, Post
from domain.networks.instagram.compose import kind_of, text_of
from domain.networks.instagram.places import comment_name, is_mention, is_post, top_of

PAGE = 50
_PAGES = 5
_POST = "id,caption,timestamp,permalink,media_type"
_COMMENT = "id,text,timestamp,username"


def alike(text: str) -> str:
    """What of a text Instagram leaves as it was."""
    return words(text.replace("@", ""))


async def find_post(graph: Graph, access: Access, draft: Draft, *, since: datetime) -> Post | None:
    """Raises `OutcomeUnknown` where several could be it."""
    begun = since - CLOCKS_DIFFER
    query = [("fields", _POST), ("since", str(int(begun.timestamp()))), ("limit", str(PAGE))]
    found = list[Post]()
    async for data in _pages(graph, f"/{access.remote_id}/media", query):
        page = [
            each for each in understood(data, Post) if each.timestamp and each.timestamp >= begun
        ]
        found += [each for each in page if _is_same(each, draft)]
        if not page:
            break
    if len(found) > 1:
        raise OutcomeUnknown("Several posts say the same: look at the account.")
    return found[0] if found else None


async def find_comment(
    graph: Graph, access: Access, draft: Draft, above: str, text: str, *, since: datetime
) -> Comment | None:
    """Raises `OutcomeUnknown` below posts of others, whose comments are not told."""
    if is_mention(above):
        raise OutcomeUnknown("Instagram does not show comments below posts of others.")
    begun = since - CLOCKS_DIFFER
    path = f"/{above}/comments" if is_post(above) else f"/{top_of(above)}/replies"
    async for data in _pages(graph, path, [("fields", _COMMENT), ("limit", str(PAGE))]):
        for each in understood(data, Comment):
            is_new = each.timestamp >= begun and comment_name(above, each.id) not in draft.others
            is_ours = each.username.lower() == access.handle.lower()
            if is_new and is_ours and alike(each.text) == alike(text):
                return each
    return None


async def _pages(graph: Graph, path: str, query: Form) -> AsyncIterator[tuple[JsonValue, ...]]:
    onward: Form = ()
    for _ in range(_PAGES):
        listed = await graph.read(path, Listed, [*query, *onward])
        yield listed.data
        after = after_of(listed)
        if after is None:
            return
        onward = [("after", after)]


def after_of(listed: Listed) -> str | None:
    """Where a list goes on; some of Instagram's say no `next`: those that are full may."""
    is_full = len(listed.data) >= PAGE
    return listed.paging.cursors.after if is_full or listed.paging.next else None


def _is_same(post: Post, draft: Draft) -> bool:
    is_alike = alike(post.caption or "") == alike(text_of(draft, 0))
    return is_alike and post.media_type == kind_of(draft) and post.id not in draft.others
