"""Reads back messages, one by one, as they were written: only who wrote one attaches files to it.

https://docs.discord.com/developers/resources/message, read 2026-11-27.
"""

from collections.abc import Sequence

from domain.connector.alike import words
from domain.connector.dialects.one_by_one import one_by_one
from domain.connector.heard import Heard, Moment
from domain.connector.http import Http
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.discord.compose import content_of
from domain.networks.discord.places import path_of
from domain.networks.discord.wire import Bot, bot_of


class _File(Heard):
    description: str | None = None


class _Words(Heard):
    text: str | None = None


class _Answer(Heard):
    poll_media: _Words = _Words()


class _Poll(Heard):
    answers: tuple[_Answer, ...] = ()


class _Message(Heard):
    content: str = ""
    poll: _Poll | None = None
    attachments: tuple[_File, ...] = ()
    edited_timestamp: Moment | None = None


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
        is_exact=True,
        options=_options(message.poll),
        url=ref.url,
        edited_at=message.edited_timestamp,
    )


def _options(poll: _Poll | None) -> tuple[str, ...]:
    return tuple(each.poll_media.text or "" for each in poll.answers) if poll else ()
