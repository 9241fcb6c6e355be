"""Access by a bot's token, which does not run out, to one chat the bot is in."""

import re
from datetime import datetime

from domain.connector.errors import GrantExpired
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.telegram.answers import Chat, Result, User
from domain.networks.telegram.wire import Bot, bot_of

SERVER = "https://api.telegram.org"
BOT_NAME = "bot_name"
"""In the grant: the bot's own user name, by which people call it."""

# It goes into a path: nothing that means something there may stand in it.
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    token = login.fields["token"].strip()
    root = login.fields.get("server", "").strip().rstrip("/") or SERVER
    if not _TOKEN.fullmatch(token):
        raise GrantExpired("This is no token of a bot.", code="account.login_refused")
    bot = Bot(http, root, token)
    name = (await bot.read("getMe", Result[User])).result.username or ""
    profile = await _chat(bot, login.fields["chat"].strip())
    return Connected(root, profile, Grant(access=token, extra={BOT_NAME: name}))


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:  # noqa: ARG001 - the port's signature
    return None


async def check(http: Http, access: Access) -> Profile:
    return await _chat(bot_of(http, access), access.remote_id)


async def _chat(bot: Bot, chat_id: str) -> Profile:
    chat = (await bot.read("getChat", Result[Chat], [("chat_id", chat_id)])).result
    return Profile(
        remote_id=chat.id,
        handle=chat.username or chat.title or chat.id,
        display_name=chat.title,
        url=f"https://t.me/{chat.username}" if chat.username else None,
    )
