"""Publishes messages and threads; each further one of a thread answers the one before.

Telegram keeps no key and lists nothing of ours: a message without an answer may stand there, and
only people can tell. The checkpoint holds what surely does.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from domain.connector.checkpoints import Progress, Sent
from domain.connector.errors import Missing, OutcomeUnknown
from domain.connector.http import Call, Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.telegram.answers import Message, Result
from domain.networks.telegram.compose import Place, call_of
from domain.networks.telegram.places import name_of, placed, spoken_in, url_of
from domain.networks.telegram.wire import Bot, bot_of


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,  # noqa: ARG001 - the port's signature
) -> Published:
    bot, progress = bot_of(http, access), Progress.model_validate(checkpoint)
    for number in range(len(progress.sent), len(draft.parts)):
        place = _place(access, draft, progress)
        with spoken_in(place.chat_id, access):
            messages = await _send(bot, call_of(draft, number, place))
        sent = Sent(id=name_of(messages, access), url=_url(messages[0]))
        progress = await progress.with_sent(sent).kept(save)
    return progress.published()


async def look_up(
    http: Http,  # noqa: ARG001 - the port's signature
    access: Access,  # noqa: ARG001 - the port's signature
    draft: Draft,
    checkpoint: Checkpoint,
    *,
    since: datetime,  # noqa: ARG001 - the port's signature
) -> Published | None:
    progress = Progress.model_validate(checkpoint)
    if len(progress.sent) == len(draft.parts):
        return progress.found()
    raise OutcomeUnknown("Telegram cannot tell what a bot has sent: look into the chat.")


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    """Raises `Refused` for what is older than 48 hours, where the bot may not take it away."""
    bot = bot_of(http, access)
    for ref in reversed(refs):
        chat_id, numbers = placed(ref.remote_id, access)
        for number in reversed(numbers):
            call = Call("POST", "deleteMessage", json={"chat_id": chat_id, "message_id": number})
            with suppress(Missing), spoken_in(chat_id, access):
                await bot.repeat(call, Result[bool])


async def _send(bot: Bot, call: Call) -> tuple[Message, ...]:
    if call.url != "sendMediaGroup":
        return ((await bot.act(call, Result[Message])).result,)
    messages = (await bot.act(call, Result[tuple[Message, ...]])).result
    if not messages:
        raise OutcomeUnknown("Telegram does not say where the album stands.")
    return messages


def _place(access: Access, draft: Draft, progress: Progress) -> Place:
    """The account's chat, or where what is answered was said."""
    above = progress.above(draft)
    if above is None:
        return Place(access.remote_id, None)
    chat_id, numbers = placed(above, access)
    return Place(chat_id, numbers[0])


def _url(message: Message) -> str | None:
    return url_of(message.chat, message.message_id)
