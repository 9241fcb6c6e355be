"""The parts of Discord's answers that we read (https://docs.discord.com/developers, API v10)."""

from pydantic import JsonValue, RootModel

from domain.connector.heard import Heard, Moment, Number


class Failure(Heard):
    code: int = 0
    message: str = ""
    errors: JsonValue = None


class User(Heard):
    id: str
    username: str
    global_name: str | None = None
    avatar: str | None = None


class Channel(Heard):
    id: str
    guild_id: str | None = None
    name: str | None = None


class Guild(Heard):
    approximate_member_count: int | None = None


class Attachment(Heard):
    id: str


class Reference(Heard):
    message_id: str | None = None


class Words(Heard):
    text: str | None = None


class Poll(Heard):
    question: Words


class Reaction(Heard):
    count: int


class Thread(Heard):
    id: str
    message_count: int | None = None


class Answered(Heard):
    """The message that an answer answers; null when it was taken away."""

    id: str
    author: User


class Message(Heard):
    id: Number
    channel_id: str
    author: User
    timestamp: Moment
    type: int = 0
    content: str = ""
    mentions: tuple[User, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    message_reference: Reference | None = None
    referenced_message: Answered | None = None
    poll: Poll | None = None
    reactions: tuple[Reaction, ...] = ()
    thread: Thread | None = None


class Listed(RootModel[tuple[JsonValue, ...]]):
    """A list whose entries are read one by one."""


class Numbered(Heard):
    id: Number
