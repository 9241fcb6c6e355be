"""The checkpoint of a delivery to a channel, read and written."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.connector.port import Save
from domain.connector.words import Published, Ref


class Sent(BaseModel):
    id: str
    url: str


class Progress(BaseModel):
    """`begun_at` is set before the first message; `is_trying` before each is sent."""

    model_config = ConfigDict(frozen=True)

    begun_at: datetime | None = None
    is_trying: bool = False
    thread_id: str | None = None
    """The thread that the first message opened."""
    sent: tuple[Sent, ...] = ()

    def published(self) -> Published:
        return Published(tuple(Ref(each.id, each.url) for each in self.sent))

    def with_sent(self, sent: Sent) -> "Progress":
        return self.model_copy(update={"is_trying": False, "sent": (*self.sent, sent)})

    async def kept(self, save: Save, **update: object) -> "Progress":
        changed = self.model_copy(update=update)
        await save(changed.model_dump(mode="json"))
        return changed
