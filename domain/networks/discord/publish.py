"""Publishes messages, each under a nonce of its own that Discord takes once within minutes.

Further messages answer the one before, or stand in a thread that the first one opens. A message
that was tried before is sought first and only then sent again (`finding`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import JsonValue

from domain.connector.checkpoints import Sent
from domain.connector.errors import Missing, Refused
from domain.connector.http import Call, Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.discord.answers import Channel, Message
from domain.networks.discord.compose import body_of, content_of, question_of, text_of, with_files
from domain.networks.discord.connect import BOT_ID
from domain.networks.discord.finding import Sought, find
from domain.networks.discord.places import name_of, path_of, placed, url_of
from domain.networks.discord.progress import Progress
from domain.networks.discord.settings import settings_of
from domain.networks.discord.wire import Bot, bot_of

_LONGEST_NAME = 100
_THREAD_IS_THERE = "160004"


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,
) -> Published:
    bot, progress = bot_of(http, access), Progress.model_validate(checkpoint)
    if progress.begun_at is None:
        progress = await progress.kept(save, begun_at=now.astimezone(UTC))
    while len(progress.sent) < len(draft.parts):
        progress = await _opened(bot, access, draft, progress, save)
        message = await _tried(bot, access, draft, progress, since=now)
        if message is None:
            progress = await progress.kept(save, is_trying=True)
            message = await bot.act(_call(access, draft, progress), Message)
        progress = await progress.with_sent(_sent(message, access)).kept(save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    progress = Progress.model_validate(checkpoint)
    while len(progress.sent) < len(draft.parts):
        message = await _tried(bot_of(http, access), access, draft, progress, since=since)
        if message is None:
            break
        progress = progress.with_sent(_sent(message, access))
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    bot = bot_of(http, access)
    for ref in reversed(refs):
        try:
            await bot.delete(path_of(ref.remote_id, access))
        except Missing:
            continue


async def _opened(
    bot: Bot, access: Access, draft: Draft, progress: Progress, save: Save
) -> Progress:
    """Opens the thread below the first message, where one is asked for; it bears its id."""
    wants = settings_of(draft).opens_thread and bool(progress.sent)
    if not wants or progress.thread_id is not None:
        return progress
    first = progress.sent[0].id
    name = (text_of(draft.parts[0]).strip().partition("\n")[0] or "…")[:_LONGEST_NAME]
    call = Call("POST", f"{path_of(first, access)}/threads", json={"name": name})
    try:
        thread_id = (await bot.repeat(call, Channel)).id
    except Refused as error:
        if _THREAD_IS_THERE not in error.said:
            raise
        thread_id = placed(first, access)[1]
    return await progress.kept(save, thread_id=thread_id)


def _call(access: Access, draft: Draft, progress: Progress) -> Call:
    number = len(progress.sent)
    channel_id, answers = _place(access, draft, progress)
    body: dict[str, JsonValue] = body_of(draft, number)
    if answers is not None:
        body["message_reference"] = {"message_id": answers}
    path = f"/channels/{channel_id}/messages"
    return with_files("POST", path, body, draft.parts[number].media)


def _place(access: Access, draft: Draft, progress: Progress) -> tuple[str, str | None]:
    """The channel of the message under way, and what it answers there."""
    if progress.thread_id is not None:
        is_second = len(progress.sent) == 1
        above = None if is_second else placed(progress.sent[-1].id, access)[1]
        return progress.thread_id, above
    name = progress.sent[-1].id if progress.sent else draft.reply_to
    return (access.remote_id, None) if name is None else placed(name, access)


async def _tried(
    bot: Bot, access: Access, draft: Draft, progress: Progress, *, since: datetime
) -> Message | None:
    """The message under way, if it was tried and stands there."""
    if not progress.is_trying:
        return None
    part = draft.parts[len(progress.sent)]
    channel_id, answers = _place(access, draft, progress)
    author_id = access.grant.extra[BOT_ID]
    others = frozenset(placed(each, access)[1] for each in draft.others)
    said = content_of(part), question_of(part), len(part.media)
    sought = Sought(author_id, *said, answers, others)
    return await find(bot, channel_id, sought, since=progress.begun_at or since)


def _sent(message: Message, access: Access) -> Sent:
    name, url = name_of(message, access), url_of(message, access)
    return Sent(id=name, url=url, at=message.timestamp)
