"""Reads back messages, one by one, as they were written.

https://docs.discord.com/developers/resources/message, read 2026-11-27.
"""

from collections.abc import Sequence
from datetime import datetime

from domain.connector.alike import words
from domain.connector.dialects.one_by_one import one_by_one
from domain.connector.heard import Heard
from domain.connector.http import Http
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.discord.compose import content_of
from domain.networks.discord.places import path_of
from domain.networks.discord.wire import Bot, bot_of


class _File(Heard):
    description: str | None = None


class _Message(Heard):
    content: str = ""
    attachments: tuple[_File, ...] = ()
    edited_timestamp: datetime | None = None


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    bot = bot_of(http, access)
    return await one_by_one(refs, lambda ref: _shown(bot, access, ref))


def told(draft: Draft, number: int) -> str:
    return content_of(draft.parts[number])


def alike(text: str) -> str:
    return words(text)


async def _shown(bot: Bot, access: Access, ref: Ref) -> Shown:
    message = await bot.read(path_of(ref.remote_id, access), _Message)
    return Shown(
        remote_id=ref.remote_id,
        text=message.content,
        alt_texts=tuple(each.description or "" for each in message.attachments),
        url=ref.url,
        edited_at=message.edited_timestamp,
    )
