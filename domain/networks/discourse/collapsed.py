"""Replies that no notification names any more.

A forum keeps one notification of what was said in a topic: each reply takes that of the one before
away. What was said in between is read in the topic, from the newest post on downwards
(`COLLAPSED_NOTIFICATION_TYPES` of https://github.com/discourse/discourse/blob/main/app/services/post_alerter.rb
and `posts` of …/app/controllers/topics_controller.rb, read 2026-11-29).
"""

from datetime import datetime

from pydantic import JsonValue

from domain.connector.errors import Refused
from domain.connector.heard import understood
from domain.networks.discourse.answers import Excerpt, Post
from domain.networks.discourse.wire import Server

KINDS = frozenset({2, 9})
"""Of notifications: somebody replied, or said something in a topic that is watched."""
_FIRST_REPLY = 2
_PAGES = 5


async def said_before(server: Server, newest: Post, *, since: datetime) -> list[Post]:
    """The posts of a topic above one of them, since a moment; none of one we may not read."""
    found, number = list[Post](), newest.post_number
    for _ in range(_PAGES):
        if number <= _FIRST_REPLY:
            break
        listed = await _above(server, newest.topic_id, number)
        posts = [each for each in understood(listed, Post) if each.post_number < number]
        recent = [each for each in posts if each.post_number > 1 and each.created_at > since]
        found += recent
        if not recent or len(recent) < len(listed):
            break
        number = min(each.post_number for each in recent)
    return sorted(found, key=lambda each: each.post_number)


async def _above(server: Server, topic_id: int, number: int) -> tuple[JsonValue, ...]:
    query = (("post_number", str(number)), ("asc", "false"), ("include_raw", "true"))
    try:
        excerpt = await server.read(f"/t/{topic_id}/posts.json", Excerpt, query)
    except Refused:
        return ()
    return excerpt.post_stream.posts
