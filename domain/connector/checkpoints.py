"""The checkpoint of a delivery, as connectors read and write it: what stands there is `sent`.

People see that much of a thread that is half out, and what a person tells of a message counts as
sent. What a network keeps of the message under way, its own `Progress` adds.
"""

from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from domain.connector.port import Save
from domain.connector.words import Checkpoint, Draft, Published, Ref


class Sent(BaseModel):
    """A message that surely stands there."""

    model_config = ConfigDict(frozen=True)

    id: str
    url: str | None = None
    at: datetime | None = Field(default=None, exclude=True)
    """Since when it stands there, as the network says: of what was just found, and not kept."""


class Progress(BaseModel):
    """How far a delivery is."""

    model_config = ConfigDict(frozen=True)

    begun_at: datetime | None = None
    """Before the first message; since then, one that is in doubt is sought."""
    sent: tuple[Sent, ...] = ()

    def above(self, draft: Draft) -> str | None:
        """What the message under way answers."""
        return self.sent[-1].id if self.sent else draft.reply_to

    def with_sent(self, sent: Sent) -> Self:
        """The next message is under way: nothing of the one before is, any more."""
        return type(self)(begun_at=self.begun_at, sent=(*self.sent, sent))

    def published(self) -> Published:
        return Published(tuple(Ref(each.id, each.url) for each in self.sent))

    def found(self) -> Published | None:
        """As a look-up tells it: with the moment of the last message; None: none is there."""
        return Published(self.published().refs, self.sent[-1].at) if self.sent else None

    def written(self) -> Checkpoint:
        return self.model_dump(mode="json")

    async def kept(self, save: Save, **update: object) -> Self:
        changed = self.model_copy(update=update)
        await save(changed.written())
        return changed


def known(checkpoint: Checkpoint) -> tuple[Ref, ...]:
    """The messages that are surely there, first to last."""
    return Progress.model_validate(checkpoint).published().refs


def is_below(address: str, root: str) -> bool:
    """Whether an address stands on a server, below its root."""
    try:
        found, home = urlsplit(address), urlsplit(root)
        is_there = (found.hostname, found.port) == (home.hostname, home.port)
    except ValueError:
        return False
    return is_there and (found.path or "/").startswith(f"{home.path.rstrip('/')}/")


def end_of(address: str) -> str:
    """The last piece of an address, or of an id; a query behind it says nothing of it."""
    return address.partition("?")[0].rstrip("/").rpartition("/")[2]
