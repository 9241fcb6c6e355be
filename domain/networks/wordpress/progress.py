"""The checkpoint of a delivery to a site, read and written."""

from pydantic import BaseModel, ConfigDict

from domain.connector.port import Save
from domain.connector.words import Published, Ref
from domain.networks.wordpress.media import File


class Sent(BaseModel):
    id: str
    url: str | None

    def published(self) -> Published:
        return Published((Ref(self.id, self.url),))


class Progress(BaseModel):
    model_config = ConfigDict(frozen=True)

    files: tuple[File, ...] = ()
    is_trying: bool = False
    sent: Sent | None = None

    async def kept(self, save: Save, **update: object) -> "Progress":
        changed = self.model_copy(update=update)
        await save(changed.model_dump(mode="json"))
        return changed

    async def with_sent(self, ref: Ref, save: Save) -> Sent:
        sent = Sent(id=ref.remote_id, url=ref.url)
        await self.kept(save, sent=sent)
        return sent
