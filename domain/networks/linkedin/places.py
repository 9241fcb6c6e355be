"""Where a comment of ours goes: below a post, or below somebody's comment on one.

Comments have two storeys: an answer to an answer stands beside it, below the comment that both
answer (https://learn.microsoft.com/linkedin/marketing/community-management/shares/comments-api,
read 2026-11-28).
"""

from dataclasses import dataclass

from pydantic import JsonValue

from domain.networks.linkedin.answers import Comment
from domain.networks.linkedin.refusals import NotPermitted
from domain.networks.linkedin.urns import comment_of, encoded
from domain.networks.linkedin.wire import REST, Server


@dataclass(frozen=True, slots=True)
class Place:
    """`post` is what the comment is on, `above` the comment that it answers."""

    post: str
    above: str | None = None

    @property
    def path(self) -> str:
        return f"{REST}/socialActions/{encoded(self.above or self.post)}/comments"

    def told(self) -> dict[str, JsonValue]:
        below: dict[str, JsonValue] = {"parentComment": self.above} if self.above else {}
        return {"object": self.post, **below}


async def place_of(server: Server, reply_to: str | None) -> Place | None:
    """None for a post of its own. Raises `Missing` when the comment that is answered is gone."""
    named = comment_of(reply_to or "")
    if reply_to is None or named is None:
        return None if reply_to is None else Place(reply_to)
    try:
        comment = await server.read(path_of(named.urn), Comment)
    except NotPermitted:
        # Whoever may not read may write; what is deeper than LinkedIn has, it refuses itself.
        return Place(named.object, named.urn)
    above = comment_of(comment.parent_comment or "")
    return Place(named.object, (above or named).urn)


def path_of(urn: str) -> str:
    """Where a post or a comment lies in the api."""
    comment = comment_of(urn)
    if comment is None:
        return f"{REST}/posts/{encoded(urn)}"
    return f"{REST}/socialActions/{encoded(comment.object)}/comments/{comment.id}"
