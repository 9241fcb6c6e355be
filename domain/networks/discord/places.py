"""Names of messages: their id in the account's own channel, `channel/id` in a thread of it."""

from domain.connector.words import Access
from domain.networks.discord.answers import Message
from domain.networks.discord.connect import GUILD_ID


def name_of(message: Message, access: Access) -> str:
    is_here = message.channel_id == access.remote_id
    return message.id if is_here else f"{message.channel_id}/{message.id}"


def placed(remote_id: str, access: Access) -> tuple[str, str]:
    """The channel and the id that a name stands for."""
    channel_id, _, message_id = remote_id.rpartition("/")
    return channel_id or access.remote_id, message_id


def path_of(remote_id: str, access: Access) -> str:
    channel_id, message_id = placed(remote_id, access)
    return f"/channels/{channel_id}/messages/{message_id}"


def url_of(message: Message, access: Access) -> str:
    guild_id = access.grant.extra.get(GUILD_ID) or "@me"
    return f"{access.server}/channels/{guild_id}/{message.channel_id}/{message.id}"
