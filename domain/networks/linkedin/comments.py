"""Comments on an account's newest posts, and what answers them.

https://learn.microsoft.com/linkedin/marketing/community-management/shares/comments-api, read
2026-11-28. LinkedIn lists them post by post: only the ten newest are asked for.
"""

from collections.abc import Sequence

from domain.connector.heard import understood
from domain.connector.words import InboxItem, InboxKind
from domain.networks.linkedin.answers import Comment, Listed, Post
from domain.networks.linkedin.cursor import Told
from domain.networks.linkedin.people import profile_named
from domain.networks.linkedin.places import Place
from domain.networks.linkedin.urns import url_of
from domain.networks.linkedin.wire import REST, Server

_POSTS = 10
_PAGE = 50
_PAGES = 5


async def told_since(server: Server, author: str, since: int) -> list[Told]:
    """Raises `NotPermitted` where LinkedIn granted no reading."""
    query = [("q", "author"), ("author", author), ("sortBy", "CREATED"), ("count", str(_POSTS))]
    listed = await server.read(f"{REST}/posts", Listed, query)
    found = list[Told]()
    for post in understood(listed.elements, Post):
        for comment in await _below(server, Place(post.id)):
            found.append(_told(comment, post.id))
            if comment.comments_summary.total_first_level_comments:
                answers = await _below(server, Place(post.id, comment.name))
                found += [_told(answer, post.id) for answer in answers]
    return [each for each in found if each.at > since and each.item.author.remote_id != author]


async def _below(server: Server, place: Place) -> Sequence[Comment]:
    found = list[Comment]()
    for number in range(_PAGES):
        query = [("count", str(_PAGE)), ("start", str(number * _PAGE))]
        elements = (await server.read(place.path, Listed, query)).elements
        found += understood(elements, Comment)
        if len(elements) < _PAGE:
            break
    return [each for each in found if each.actor]


def _told(comment: Comment, post: str) -> Told:
    item = InboxItem(
        kind=InboxKind.REPLY,
        remote_id=comment.name,
        author=profile_named(comment.actor),
        said_at=comment.said_at,
        text=comment.message.text,
        url=url_of(comment.name),
        about=comment.parent_comment or post,
        root=post,
    )
    return Told(comment.name, comment.created.time, item)
