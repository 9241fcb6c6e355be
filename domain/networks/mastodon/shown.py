"""Reads back statuses, one by one: servers before 4.3 know no other way.

What is compared are letters: servers shorten what links show, name people without their host, and
hand out HTML. https://docs.joinmastodon.org/entities/Status/, read 2026-11-27.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from domain.connector.dialects.one_by_one import one_by_one
from domain.connector.heard import Heard
from domain.connector.http import Http
from domain.connector.plain import plain
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.mastodon.matching import words
from domain.networks.mastodon.publish import status_text
from domain.networks.mastodon.wire import Server, server_of

# What stands for a quoted status where it cannot be shown (4.5).
_QUOTED = re.compile(r"<(p|span) class=\"quote-inline\">.*?</\1>", re.DOTALL)


class _Attachment(Heard):
    description: str | None = None


class _Status(Heard):
    url: str | None = None
    content: str = ""
    media_attachments: tuple[_Attachment, ...] = ()
    edited_at: datetime | None = None


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    server = server_of(http, access)
    return await one_by_one(refs, lambda ref: _shown(server, ref))


def told(draft: Draft, number: int) -> str:
    return status_text(draft.parts[number])


def alike(text: str) -> str:
    return words(text)


async def _shown(server: Server, ref: Ref) -> Shown:
    status = await server.read(f"/api/v1/statuses/{ref.remote_id}", _Status)
    return Shown(
        remote_id=ref.remote_id,
        text=plain(_QUOTED.sub("", status.content)),
        alt_texts=tuple(each.description or "" for each in status.media_attachments),
        url=status.url,
        edited_at=status.edited_at,
    )
