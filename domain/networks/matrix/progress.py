"""The checkpoint of a delivery to a room, read and written."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.connector.port import Save
from domain.connector.words import Published, Ref
from domain.networks.matrix.places import event_url


class Progress(BaseModel):
    """`file` is sent up for the message under way, `is_trying` set before it is sent."""

    model_config = ConfigDict(frozen=True)

    begun_at: datetime | None = None
    file: str | None = None
    is_trying: bool = False
    sent: tuple[str, ...] = ()

    async def kept(self, save: Save, **update: object) -> "Progress":
        changed = self.model_copy(update=update)
        await save(changed.model_dump(mode="json"))
        return changed

    def published(self, room_id: str) -> Published:
        return Published(tuple(Ref(each, event_url(room_id, each)) for each in self.sent))
