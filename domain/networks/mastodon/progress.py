"""The checkpoint of a delivery to a Mastodon server, read and written."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.connector.port import Save
from domain.connector.words import Draft, Published, Ref
from domain.networks.mastodon.answers import Status


class Sent(BaseModel):
    id: str
    url: str | None


class Progress(BaseModel):
    """`begun_at` is set before the first message; the rest tells how far we are."""

    model_config = ConfigDict(frozen=True)

    begun_at: datetime | None = None
    files: tuple[str, ...] = ()
    """Sent up for the message under way."""
    quoted: str | None = None
    """The id of what the message under way quotes; empty: its address is written out."""
    is_trying: bool = False
    """Set before a status is sent."""
    sent: tuple[Sent, ...] = ()

    def above(self, draft: Draft) -> str | None:
        """What the message under way answers."""
        return self.sent[-1].id if self.sent else draft.reply_to

    def with_sent(self, status: Status) -> "Progress":
        sent = (*self.sent, Sent(id=status.id, url=status.url or status.uri))
        return Progress(begun_at=self.begun_at, sent=sent)

    async def kept(self, save: Save, **update: object) -> "Progress":
        changed = self.model_copy(update=update)
        await save(changed.model_dump(mode="json"))
        return changed


def published(sent: Sequence[Sent]) -> Published:
    return Published(tuple(Ref(each.id, each.url) for each in sent))
