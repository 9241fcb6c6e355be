"""Names of messages: their number in the account's own chat, `chat/number` in another.

An album is several messages: `101,102,103`, the first of which bears the text.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from domain.connector.errors import GrantExpired, Refused
from domain.connector.words import Access
from domain.networks.telegram.answers import Chat, Message

_PRIVATE = "-100"
_PUT_OUT = "403"


def name_of(messages: Sequence[Message], access: Access) -> str:
    chat_id = messages[0].chat.id
    numbers = ",".join(each.message_id for each in messages)
    return numbers if chat_id == access.remote_id else f"{chat_id}/{numbers}"


def placed(remote_id: str, access: Access) -> tuple[str, list[int]]:
    """The chat and the numbers that a name stands for."""
    chat_id, _, numbers = remote_id.rpartition("/")
    return chat_id or access.remote_id, [int(each) for each in numbers.split(",")]


@contextmanager
def spoken_in(chat_id: str, access: Access) -> Iterator[None]:
    """Raises `Refused` where the bot was put out of another chat: it still has the account's."""
    try:
        yield
    except GrantExpired as error:
        if chat_id == access.remote_id or not error.said.startswith(_PUT_OUT):
            raise
        message = "The bot is no longer in the chat where this was said."
        raise Refused(message, said=error.said) from error


def url_of(chat: Chat, message_id: str) -> str | None:
    """Where people see it; only members see what a chat without a name says."""
    if chat.username:
        return f"https://t.me/{chat.username}/{message_id}"
    if chat.id.startswith(_PRIVATE):
        return f"https://t.me/c/{chat.id.removeprefix(_PRIVATE)}/{message_id}"
    return None
