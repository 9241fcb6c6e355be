"""The checkpoint of a delivery to a forum, read and written."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.connector.port import Save
from domain.connector.words import Published, Ref
from domain.networks.discourse.answers import Post


class Place(BaseModel):
    """Where a post stands: what answers it names both."""

    model_config = ConfigDict(frozen=True)

    topic: int
    number: int


class Sent(Place):
    id: str
    url: str


class Progress(BaseModel):
    """`begun_at` is set before the first post; `is_trying` before each is sent."""

    model_config = ConfigDict(frozen=True)

    begun_at: datetime | None = None
    pictures: tuple[str, ...] = ()
    """What shows the pictures sent up for the post under way."""
    is_trying: bool = False
    sent: tuple[Sent, ...] = ()

    def published(self) -> Published:
        return Published(tuple(Ref(each.id, each.url) for each in self.sent))

    def with_sent(self, sent: Sent) -> "Progress":
        return Progress(begun_at=self.begun_at, sent=(*self.sent, sent))

    async def kept(self, save: Save, **update: object) -> "Progress":
        changed = self.model_copy(update=update)
        await save(changed.model_dump(mode="json"))
        return changed


def url_of(root: str, slug: str, topic: int, number: int) -> str:
    return f"{root}/t/{slug or '-'}/{topic}/{number}"


def sent_of(post: Post, root: str) -> Sent:
    url = url_of(root, post.topic_slug, post.topic_id, post.post_number)
    return Sent(topic=post.topic_id, number=post.post_number, id=post.id, url=url)
