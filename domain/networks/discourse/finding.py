"""Finds a post of ours that may have gone out.

A topic is found by the `external_id` it was given. A user's own key cannot give one, and replies
have none: those are sought among what the user did since, newest first, and their source compared.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.connector.dialects.moments import CLOCKS_DIFFER
from domain.connector.errors import Missing, OutcomeUnknown
from domain.networks.discourse.answers import Deeds, Done, Post, Topic
from domain.networks.discourse.progress import Place
from domain.networks.discourse.wire import Server

_TOPICS_AND_REPLIES = "4,5"
_PAGE = 30
_PAGES = 5
_HOPS = 2


@dataclass(frozen=True, slots=True)
class Sought:
    """What we remember of a post that may stand there; `external_id` of topics alone."""

    external_id: str | None
    raw: str
    above: Place | None
    others: frozenset[str]
    """Ids of posts that are known to be something else."""


async def find(server: Server, username: str, sought: Sought, *, since: datetime) -> Post | None:
    if sought.external_id is not None and server.gives_external_ids:
        return await _by_external_id(server, sought.external_id)
    return await _among_deeds(server, username, sought, since - CLOCKS_DIFFER)


async def _by_external_id(server: Server, external_id: str) -> Post | None:
    path = f"/t/external_id/{external_id}.json"
    try:
        topic = await server.read(path, Topic, redirects=_HOPS)
    except Missing:
        return None
    return next((post for post in topic.post_stream.posts if post.post_number == 1), None)


async def _among_deeds(
    server: Server, username: str, sought: Sought, since: datetime
) -> Post | None:
    """Raises `OutcomeUnknown` where the user did more since than is looked through."""
    query = (("username", username), ("filter", _TOPICS_AND_REPLIES), ("limit", str(_PAGE)))
    for number in range(_PAGES):
        offset = ("offset", str(number * _PAGE))
        deeds = (await server.read("/user_actions.json", Deeds, (*query, offset))).user_actions
        recent = [deed for deed in deeds if deed.created_at >= since]
        for deed in recent:
            if deed.post_id in sought.others:
                continue
            post = await _post(server, deed)
            if post is not None and _is_same(post, sought):
                return post
        if len(recent) < _PAGE:
            return None
    raise OutcomeUnknown("The user did too much since: look into the forum.")


async def _post(server: Server, deed: Done) -> Post | None:
    if deed.post_id is None:
        return None
    try:
        return await server.read(f"/posts/{deed.post_id}.json", Post)
    except Missing:
        return None


def _is_same(post: Post, sought: Sought) -> bool:
    if sought.above is None:
        return post.post_number == 1 and _words(post.raw) == _words(sought.raw)
    return post.topic_id == sought.above.topic and _words(post.raw) == _words(sought.raw)


def _words(raw: str) -> str:
    return " ".join(raw.split())
