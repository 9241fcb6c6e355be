"""Reads back statuses, one by one: servers before 4.3 know no other way.

What is compared are letters: servers shorten what links show, name people without their host, and
hand out HTML. https://docs.joinmastodon.org/entities/Status/, read 2026-11-27.
"""

import re
from collections.abc import Sequence

from domain.connector.dialects.one_by_one import one_by_one
from domain.connector.heard import Heard, Moment, Words
from domain.connector.http import Http
from domain.connector.links import spelled_out
from domain.connector.plain import plain
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.mastodon.compose import status_text
from domain.networks.mastodon.matching import words
from domain.networks.mastodon.wire import REST, Server, server_of

_INLINE = re.compile(r"<(p|span) class=\"quote-inline\">")
_ADDRESS = re.compile(r"href=\"([^\"]+)\"")


class _Attachment(Heard):
    description: str | None = None


class _Option(Heard):
    title: str = ""


class _Poll(Heard):
    options: tuple[_Option, ...] = ()


class _Quoted(Heard):
    url: str | None = None


class _Quote(Heard):
    quoted_status: _Quoted | None = None


class _Status(Heard):
    url: str | None = None
    content: Words = ""
    quote: _Quote | None = None
    media_attachments: tuple[_Attachment, ...] = ()
    edited_at: Moment | None = None
    spoiler_text: str | None = None
    language: str | None = None
    poll: _Poll | None = None


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    server = server_of(http, access)
    return await one_by_one(refs, lambda ref: _shown(server, ref))


def told(draft: Draft, number: int) -> str:
    """With the address of what it quotes, which is read back with the quote, too."""
    return status_text(draft.parts[number], None)


def alike(text: str) -> str:
    return words(text)


async def _shown(server: Server, ref: Ref) -> Shown:
    status = await server.read(f"{REST}/statuses/{ref.remote_id}", _Status)
    return Shown(
        remote_id=ref.remote_id,
        text=_text(status),
        alt_texts=tuple(each.description or "" for each in status.media_attachments),
        is_exact=True,
        content_warning=status.spoiler_text,
        language=status.language,
        options=tuple(each.title for each in status.poll.options) if status.poll else (),
        url=status.url,
        edited_at=status.edited_at,
    )


def _text(status: _Status) -> str:
    """The words, and below them the address of what it quotes."""
    html, inline = _parted(status.content)
    if status.quote is None:
        return plain(html)
    told, quoted = _ADDRESS.search(inline), status.quote.quoted_status
    return spelled_out(plain(html), quoted.url if quoted else told and told[1])


def _parted(html: str) -> tuple[str, str]:
    """What is said, and what stands for a quoted status where it cannot be shown (4.5)."""
    opens = _INLINE.search(html)
    if opens is None:
        return html, ""
    inline, closes, rest = html[opens.end() :].partition(f"</{opens[1]}>")
    return (html[: opens.start()] + rest, inline) if closes else (html, "")
