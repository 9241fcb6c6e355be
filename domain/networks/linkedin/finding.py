"""Finds a post or a comment of ours that may have gone out, by its author, time and words.

https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api, "Find posts by
authors", read 2026-11-28. A person's posts are listed where LinkedIn granted r_member_social alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from domain.connector.alike import words
from domain.connector.checkpoints import Sent
from domain.connector.dialects.moments import CLOCKS_DIFFER
from domain.connector.errors import OutcomeUnknown
from domain.connector.heard import understood
from domain.connector.words import Access, Draft
from domain.networks.linkedin.answers import Comment, Listed, Post
from domain.networks.linkedin.compose import comment_text, text_of
from domain.networks.linkedin.little import escaped, plain
from domain.networks.linkedin.places import Place
from domain.networks.linkedin.urns import url_of
from domain.networks.linkedin.wire import REST, Server

T = TypeVar("T")

_PAGE = 50
_PAGES = 5


@dataclass(frozen=True, slots=True)
class Sought:
    """What we remember of what may stand there."""

    author: str
    text: str
    media_count: int
    since: datetime
    others: frozenset[str]
    """URNs of what is known to be something else."""

    def is_post(self, post: Post) -> bool:
        return (
            post.id not in self.others
            and post.author == self.author
            and post.out_at >= self.since
            and len(post.content.files) == self.media_count
            and words(plain(post.commentary)) == words(self.text)
        )

    def is_comment(self, comment: Comment) -> bool:
        return (
            comment.name not in self.others
            and comment.actor == self.author
            and comment.said_at >= self.since
            and words(comment.message.text) == words(self.text)
        )


def sought(
    access: Access, draft: Draft, number: int, place: Place | None, *, since: datetime
) -> Sought:
    part = draft.parts[number]
    text = comment_text(part) if place else plain(escaped(text_of(part)))
    count = 0 if place else len(part.media)
    return Sought(access.remote_id, text, count, since - CLOCKS_DIFFER, draft.others)


async def find(server: Server, sought: Sought, place: Place | None) -> Sent | None:
    """Raises `NotPermitted`, and `OutcomeUnknown` where more was said than is looked through."""
    return await (_post(server, sought) if place is None else _comment(server, sought, place))


def sent_of(urn: str, at: datetime | None = None) -> Sent:
    return Sent(id=urn, url=url_of(urn), at=at)


async def _post(server: Server, sought: Sought) -> Sent | None:
    query = [("q", "author"), ("author", sought.author), ("sortBy", "CREATED")]
    for number in range(_PAGES):
        posts, is_last = await _page(server, f"{REST}/posts", query, number, Post)
        found = next(filter(sought.is_post, posts), None)
        if found is not None:
            return sent_of(found.id, found.out_at)
        if is_last or (posts and posts[-1].out_at < sought.since):
            return None
    raise OutcomeUnknown("Too much was said since: look at the account's posts.")


async def _comment(server: Server, sought: Sought, place: Place) -> Sent | None:
    for number in range(_PAGES):
        comments, is_last = await _page(server, place.path, [], number, Comment)
        found = next(filter(sought.is_comment, comments), None)
        if found is not None:
            return sent_of(found.name, found.said_at)
        if is_last:
            return None
    raise OutcomeUnknown("There are too many comments: look at the post.")


async def _page(
    server: Server, path: str, query: Sequence[tuple[str, str]], number: int, shape: type[T]
) -> tuple[list[T], bool]:
    """What of a page is understood, and whether it is the last: odd ones count as the others do."""
    paging = [("count", str(_PAGE)), ("start", str(number * _PAGE))]
    elements = (await server.read(path, Listed, [*query, *paging])).elements
    return understood(elements, shape), len(elements) < _PAGE
