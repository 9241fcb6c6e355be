"""The parts of Telegram's answers that we read (https://core.telegram.org/bots/api, 10.1)."""

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import Field, JsonValue

from domain.connector.heard import Heard, Id, Number

T = TypeVar("T")


class Result(Heard, Generic[T]):
    result: T


class Parameters(Heard):
    """Why a call was refused; `migrate_to_chat_id` names what a group has become."""

    migrate_to_chat_id: str | None = None


class Failure(Heard):
    description: str = ""
    parameters: Parameters | None = None


class User(Heard):
    id: str
    username: str | None = None
    first_name: str = ""
    last_name: str | None = None


class Chat(Heard):
    id: Id
    title: str | None = None
    username: str | None = None
    first_name: str | None = None


class Origin(Heard):
    """Where a message was first said, when it is passed on."""

    chat: Chat | None = None
    message_id: str | None = None


class Entity(Heard):
    """A marked place in a text, counted in UTF-16 units."""

    type: str
    offset: int
    length: int


class Message(Heard):
    message_id: Number
    date: datetime
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    sender_chat: Chat | None = None
    text: str = ""
    caption: str = ""
    entities: tuple[Entity, ...] = ()
    caption_entities: tuple[Entity, ...] = ()
    reply_to_message: "Message | None" = None
    forward_origin: Origin | None = None


class Update(Heard):
    update_id: int
    message: Message | None = None


class Updates(Heard):
    """A list whose entries are read one by one."""

    result: tuple[JsonValue, ...]


class Numbered(Heard):
    update_id: int
