"""Reads back messages of a room with their latest edit, one by one.

Servers tell of an edit beside the message that it replaces, or show the message edited
(https://spec.matrix.org/latest/client-server-api/#event-replacements, read 2026-11-27). A file's
description is the end of its caption, and a message is one file at most: nothing else is media.
"""

from collections.abc import Sequence

from pydantic import Field

from domain.connector.alike import words
from domain.connector.dialects.one_by_one import one_by_one
from domain.connector.errors import Missing
from domain.connector.heard import Heard
from domain.connector.http import Http
from domain.connector.links import spelled_out
from domain.connector.plain import plain
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.matrix.matching import moment_of
from domain.networks.matrix.places import event_url
from domain.networks.matrix.wire import Server, room_path, server_of

_BEGINS, _ENDS = "<p><em>", "</em></p>"
"""Of a file's description."""


class _Said(Heard):
    body: str = ""
    formatted_body: str | None = None
    url: str | None = None


class _Content(_Said):
    new_content: _Said | None = Field(default=None, alias="m.new_content")


class _Edit(Heard):
    content: _Content = _Content()
    origin_server_ts: int


class _Relations(Heard):
    replaced: _Edit | None = Field(default=None, alias="m.replace")


class _Unsigned(Heard):
    redacted_because: object = None
    relations: _Relations = Field(default=_Relations(), alias="m.relations")


class _Event(Heard):
    content: _Content = _Content()
    unsigned: _Unsigned = _Unsigned()


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    server, room_id = server_of(http, access), access.remote_id
    return await one_by_one(refs, lambda ref: _shown(server, room_id, ref.remote_id))


def told(draft: Draft, number: int) -> str:
    part = draft.parts[number]
    return spelled_out(part.text, part.link.url if part.link else None)


def alike(text: str) -> str:
    return words(text)


async def _shown(server: Server, room_id: str, event_id: str) -> Shown:
    event = await server.read(room_path(room_id, "event", event_id), _Event)
    if event.unsigned.redacted_because is not None:
        raise Missing("The message was taken back.")
    edit, said = event.unsigned.relations.replaced, event.content.new_content or event.content
    if edit is not None and edit.content.new_content is not None:
        said = edit.content.new_content
    text, alt_texts = _words(said)
    return Shown(
        remote_id=event_id,
        text=text,
        alt_texts=alt_texts,
        is_exact=True,
        url=event_url(room_id, event_id),
        edited_at=None if edit is None else moment_of(edit.origin_server_ts),
    )


def _words(said: _Said) -> tuple[str, tuple[str, ...]]:
    """The text, and the description of its file where it has one."""
    if said.url is None:
        return said.body, ()
    html = said.formatted_body or ""
    text, begins, described = html.removesuffix(_ENDS).rpartition(_BEGINS)
    if not (begins and html.endswith(_ENDS)):
        return said.body, ("",)
    return plain(text), (plain(described),)
