"""The checkpoint of a delivery to the sandbox, read and written."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.connector.port import Save
from domain.connector.words import Draft, Published, Ref
from domain.networks.sandbox.answers import Post


class Sent(BaseModel):
    id: str
    url: str


class Progress(BaseModel):
    """`begun_at` is set before the first message; the rest tells how far we are."""

    model_config = ConfigDict(frozen=True)

    begun_at: datetime | None = None
    sent: tuple[Sent, ...] = ()
    files: tuple[str, ...] = ()
    """Media sent up for the message under way."""
    container: str | None = None
    """Of the message under way, in class B."""

    def above(self, draft: Draft) -> str | None:
        """What the message under way answers."""
        return self.sent[-1].id if self.sent else draft.reply_to

    def with_sent(self, post: Post) -> "Progress":
        sent = (*self.sent, Sent(id=post.id, url=post.url))
        return Progress(begun_at=self.begun_at, sent=sent)

    def published(self) -> Published:
        return Published(tuple(Ref(each.id, each.url) for each in self.sent))

    async def kept(self, save: Save, **update: object) -> "Progress":
        changed = self.model_copy(update=update)
        await save(changed.model_dump(mode="json"))
        return changed
