"""Finds a post of ours that may have gone out.

A topic is found by the `external_id` it was given. A user's own key cannot give one, and replies
have none: those are sought among what the user did since, newest first, and their source compared.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.connector.errors import Missing
from domain.networks.discourse.answers import Deeds, Post, Topic
from domain.networks.discourse.progress import Place
from domain.networks.discourse.wire import Server

_CLOCKS_DIFFER = timedelta(minutes=2)
_TOPICS_AND_REPLIES = "4,5"
_PAGE = 30
_HOPS = 2


@dataclass(frozen=True, slots=True)
class Sought:
    """What we remember of a post that may stand there; `external_id` of topics alone."""

    external_id: str | None
    raw: str
    above: Place | None


async def find(server: Server, username: str, sought: Sought, *, since: datetime) -> Post | None:
    if sought.external_id is not None and server.gives_external_ids:
        return await _by_external_id(server, sought.external_id)
    return await _among_deeds(server, username, sought, since - _CLOCKS_DIFFER)


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
    query = (("username", username), ("filter", _TOPICS_AND_REPLIES), ("limit", str(_PAGE)))
    deeds = await server.read("/user_actions.json", Deeds, query)
    for deed in deeds.user_actions:
        if deed.post_id is None or deed.created_at < since:
            continue
        try:
            post = await server.read(f"/posts/{deed.post_id}.json", Post)
        except Missing:
            continue
        if _is_same(post, sought):
            return post
    return None


def _is_same(post: Post, sought: Sought) -> bool:
    if sought.above is None:
        return post.post_number == 1 and _words(post.raw) == _words(sought.raw)
    return post.topic_id == sought.above.topic and _words(post.raw) == _words(sought.raw)


def _words(raw: str) -> str:
    return " ".join(raw.split())
