"""Access by a bot's token, which does not run out, to one channel the bot can write in."""

from datetime import datetime

from domain.connector.errors import GrantExpired, Refused
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.discord.answers import Channel, User
from domain.networks.discord.wire import bot_at, bot_of

SERVER = "https://discord.com"
BOT_ID, GUILD_ID = "bot_id", "guild_id"
"""In the grant: who we are over there, and the server our channel is of."""


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    token, channel_id = login.fields["token"].strip(), login.fields["channel"].strip()
    if not (channel_id.isascii() and channel_id.isdigit()):
        raise Refused("A channel's id is a number.", code="account.login_refused")
    bot = bot_at(http, SERVER, login.versions, token)
    try:
        user = await bot.read("/users/@me", User)
        channel = await bot.read(f"/channels/{channel_id}", Channel)
    except Refused as error:
        message = "Discord does not show the channel to this bot."
        raise GrantExpired(message, said=error.said) from error
    extra = {BOT_ID: user.id, GUILD_ID: channel.guild_id or ""}
    return Connected(SERVER, _profile(channel), Grant(access=token, extra=extra))


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:  # noqa: ARG001 - the port's signature
    return None


async def check(http: Http, access: Access) -> Profile:
    return _profile(await bot_of(http, access).read(f"/channels/{access.remote_id}", Channel))


def _profile(channel: Channel) -> Profile:
    url = f"{SERVER}/channels/{channel.guild_id}/{channel.id}" if channel.guild_id else None
    return Profile(channel.id, channel.name or channel.id, url=url)
