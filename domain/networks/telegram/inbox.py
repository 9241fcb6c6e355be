"""Reads a bot's updates from a cursor on: answers to what we said, and messages that name the bot.

Comments below a channel's post are said in its discussion group, as answers to the copy that
Telegram puts there: the bot must be in that group, too. The cursor is the number of the last
update; asking for what follows lets go of those before, and Telegram keeps none longer than a day.
"""

import json

from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind, Profile
from domain.networks.telegram.answers import Message, Numbered, Update, Updates
from domain.networks.telegram.connect import BOT_NAME
from domain.networks.telegram.places import name_of, url_of
from domain.networks.telegram.wire import bot_of

_PAGE = 100
_UNIT = "utf-16-le"


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    query = [("limit", str(_PAGE)), ("allowed_updates", json.dumps(["message"]))]
    if cursor is not None:
        query.append(("offset", str(int(cursor) + 1)))
    listed = (await bot_of(http, access).read("getUpdates", Updates, query)).result
    items = (_item(each.message, access) for each in understood(listed, Update) if each.message)
    numbers = [each.update_id for each in understood(listed, Numbered)]
    return Inbox(
        items=tuple(item for item in items if item is not None),
        cursor=str(max(numbers)) if numbers else cursor or "0",
        has_more=len(listed) >= _PAGE,
    )


def _item(message: Message, access: Access) -> InboxItem | None:
    """None for what neither answers us nor names us, and for what the chat itself says."""
    if message.sender_chat is not None and message.sender_chat.id == access.remote_id:
        return None
    about = _answered(message, access)
    if about is None and not _names_us(message, access):
        return None
    return InboxItem(
        kind=InboxKind.MENTION if about is None else InboxKind.REPLY,
        remote_id=name_of([message], access),
        author=_author(message),
        said_at=message.date,
        text=message.text or message.caption,
        url=url_of(message.chat, message.message_id),
        about=about,
    )


def _answered(message: Message, access: Access) -> str | None:
    """The message of ours that this one answers."""
    above = message.reply_to_message
    if above is None:
        return None
    origin = above.forward_origin
    if origin and origin.chat and origin.chat.id == access.remote_id and origin.message_id:
        return origin.message_id
    bot_id = access.grant.access.partition(":")[0]
    if above.sender is not None and above.sender.id == bot_id:
        return name_of([above], access)
    return None


def _names_us(message: Message, access: Access) -> bool:
    name = access.grant.extra.get(BOT_NAME, "")
    if not name:
        return False
    text = (message.text or message.caption).encode(_UNIT)
    marked = message.entities or message.caption_entities
    named = {
        text[each.offset * 2 : (each.offset + each.length) * 2].decode(_UNIT, "ignore").casefold()
        for each in marked
        if each.type == "mention"
    }
    return f"@{name}".casefold() in named


def _author(message: Message) -> Profile:
    """A person; or a chat, for administrators and channels that speak in its name."""
    chat, user = message.sender_chat or message.chat, message.sender
    if user is None or message.sender_chat is not None:
        url = f"https://t.me/{chat.username}" if chat.username else None
        return Profile(chat.id, chat.username or chat.title or chat.id, chat.title, url)
    name = " ".join(each for each in (user.first_name, user.last_name) if each)
    url = f"https://t.me/{user.username}" if user.username else None
    return Profile(user.id, user.username or user.id, name or None, url)
