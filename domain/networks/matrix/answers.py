"""The parts of Matrix's answers that we read (https://spec.matrix.org/latest/client-server-api/)."""

from pydantic import Field, JsonValue

from domain.connector.heard import Heard, Id


class Failure(Heard):
    errcode: str = ""
    error: str = ""


class Homeserver(Heard):
    base_url: str


class WellKnown(Heard):
    homeserver: Homeserver = Field(alias="m.homeserver")


class Versions(Heard):
    versions: tuple[str, ...]


class Session(Heard):
    access_token: str


class Whoami(Heard):
    user_id: str


class Room(Heard):
    room_id: str


class Name(Heard):
    name: str | None = None


class Alias(Heard):
    alias: str | None = None


class Member(Heard):
    membership: str


class UploadSize(Heard):
    maximum: int | None = Field(default=None, alias="m.upload.size")


class Upload(Heard):
    content_uri: str


class Acknowledged(Heard):
    event_id: Id


class Answered(Heard):
    event_id: str | None = None


class Relation(Heard):
    rel_type: str | None = None
    event_id: str | None = None
    key: str | None = None
    is_falling_back: bool = False
    in_reply_to: Answered | None = Field(default=None, alias="m.in_reply_to")


class Mentions(Heard):
    user_ids: tuple[str, ...] = ()
    room: bool = False


class Content(Heard):
    """`mark` is ours: the delivery's key and the number of the message."""

    msgtype: str | None = None
    body: str = ""
    url: str | None = None
    info: JsonValue = None
    filename: str | None = None
    mark: str | None = Field(default=None, alias="parvis.delivery")
    mentions: Mentions | None = Field(default=None, alias="m.mentions")
    relates_to: Relation | None = Field(default=None, alias="m.relates_to")


class Thread(Heard):
    count: int = 0


class Relations(Heard):
    thread: Thread | None = Field(default=None, alias="m.thread")


class Unsigned(Heard):
    redacted_because: JsonValue = None
    relations: Relations = Field(default=Relations(), alias="m.relations")


class Spoken(Heard):
    """Who said something, whatever it is: what it holds is as a stranger wrote it."""

    sender: str
    unsigned: Unsigned = Unsigned()

    @property
    def is_redacted(self) -> bool:
        return self.unsigned.redacted_because is not None


class Event(Spoken):
    event_id: str
    type: str
    origin_server_ts: int
    content: Content = Content()


class Chunk(Heard):
    chunk: tuple[JsonValue, ...]
    end: str | None = None
    next_batch: str | None = None


class Timeline(Heard):
    events: tuple[JsonValue, ...] = ()
    limited: bool = False
    prev_batch: str | None = None


class Joined(Heard):
    timeline: Timeline = Timeline()


class Rooms(Heard):
    join: dict[str, Joined] = Field(default_factory=dict)


class Synced(Heard):
    next_batch: str
    rooms: Rooms = Rooms()


class Done(Heard):
    """An answer of which nothing is read."""
