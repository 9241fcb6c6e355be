"""Reads a channel from a cursor on, oldest first: answers to the bot, and messages that name it.

The cursor is the id of the last message. What an answer or a message that names the bot says is
shown to it without the intent that Discord grants for reading everything.
"""

from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind, Profile
from domain.networks.discord.answers import Listed, Message, Numbered, User
from domain.networks.discord.connect import BOT_ID
from domain.networks.discord.places import name_of, url_of
from domain.networks.discord.wire import bot_of

_PAGE = 100
_DEFAULT, _REPLY = 0, 19


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    query = [("limit", str(_PAGE))]
    if cursor is not None:
        query.append(("after", cursor))
    path = f"/channels/{access.remote_id}/messages"
    listed = (await bot_of(http, access).read(path, Listed, query)).root
    page = sorted(understood(listed, Message), key=lambda each: int(each.id))
    items = (_item(each, access) for each in page)
    last = max((int(each.id) for each in understood(listed, Numbered)), default=None)
    return Inbox(
        items=tuple(item for item in items if item is not None),
        cursor=cursor or "0" if last is None else str(last),
        has_more=cursor is not None and len(listed) >= _PAGE,
    )


def _item(message: Message, access: Access) -> InboxItem | None:
    """None for our own words, for what Discord says itself, and for what is not said to us."""
    bot_id = access.grant.extra[BOT_ID]
    above = message.referenced_message
    answers_us = message.type == _REPLY and above is not None and above.author.id == bot_id
    names_us = any(each.id == bot_id for each in message.mentions)
    is_said = message.type in (_DEFAULT, _REPLY) and message.author.id != bot_id
    if not is_said or not (answers_us or names_us):
        return None
    reference = message.message_reference
    return InboxItem(
        kind=InboxKind.REPLY if answers_us else InboxKind.MENTION,
        remote_id=name_of(message, access),
        author=_author(message.author),
        said_at=message.timestamp,
        text=message.content,
        url=url_of(message, access),
        about=reference.message_id if reference else None,
    )


def _author(user: User) -> Profile:
    picture = f"https://cdn.discordapp.com/avatars/{user.id}/{user.avatar}.png"
    return Profile(
        remote_id=user.id,
        handle=user.username,
        display_name=user.global_name,
        avatar_url=picture if user.avatar else None,
    )
