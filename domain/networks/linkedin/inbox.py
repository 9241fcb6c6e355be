"""Reads an organisation's notifications, else the comments on an account's own posts.

Where a token may read neither, there is nothing: an inbox is no reason to disturb who publishes.
"""

from domain.connector.http import Http
from domain.connector.words import Access, Inbox
from domain.networks.linkedin import comments, notifications
from domain.networks.linkedin.cursor import Told, opened, page_of
from domain.networks.linkedin.refusals import NotPermitted
from domain.networks.linkedin.urns import ORGANIZATION
from domain.networks.linkedin.wire import Server, server_of


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    known = opened(cursor)
    told = await _told(server_of(http, access), access.remote_id, known.since)
    return page_of(told, known)


async def _told(server: Server, author: str, since: int) -> list[Told]:
    if author.startswith(ORGANIZATION):
        try:
            return await notifications.told_since(server, author, since)
        except NotPermitted:
            pass
    try:
        return await comments.told_since(server, author, since)
    except NotPermitted:
        return []
