"""The checkpoint of a delivery to a site, read and written."""

from pydantic import BaseModel, ConfigDict

from domain.connector.port import Save
from domain.connector.words import Draft, Published, Ref
from domain.networks.wordpress.media import File


class Sent(BaseModel):
    id: str
    url: str | None


class Progress(BaseModel):
    """`is_trying` is set before the message under way is sent.

    `files` are the article's; `article` is its id, once it stands there as a draft.
    """

    model_config = ConfigDict(frozen=True)

    files: tuple[File, ...] = ()
    is_trying: bool = False
    article: str | None = None
    sent: tuple[Sent, ...] = ()

    def above(self, draft: Draft) -> str | None:
        """What the message under way answers; None for an article."""
        return self.sent[-1].id if self.sent else draft.reply_to

    def with_sent(self, ref: Ref) -> "Progress":
        return Progress(sent=(*self.sent, Sent(id=ref.remote_id, url=ref.url)))

    def published(self) -> Published:
        return Published(tuple(Ref(each.id, each.url) for each in self.sent))

    async def kept(self, save: Save, **update: object) -> "Progress":
        changed = self.model_copy(update=update)
        await save(changed.model_dump(mode="json"))
        return changed
