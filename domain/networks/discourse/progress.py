"""The checkpoint of a delivery to a forum."""

from pydantic import BaseModel, ConfigDict

from domain.connector import checkpoints
from domain.networks.discourse.answers import Post


class Place(BaseModel):
    """Where a post stands: what answers it names both."""

    model_config = ConfigDict(frozen=True)

    topic: int
    number: int


class Sent(checkpoints.Sent, Place):
    """Its number is nought when a person told of it: the forum is asked where it stands."""


class Progress(checkpoints.Progress):
    """`is_trying` is set before a post is sent."""

    pictures: tuple[str, ...] = ()
    """What shows the pictures sent up for the post under way."""
    is_trying: bool = False
    sent: tuple[Sent, ...] = ()


def url_of(root: str, slug: str, topic: int, number: int) -> str:
    return f"{root}/t/{slug or '-'}/{topic}/{number}"


def sent_of(post: Post, root: str) -> Sent:
    url = url_of(root, post.topic_slug, post.topic_id, post.post_number)
    place = {"topic": post.topic_id, "number": post.post_number}
    return Sent(id=post.id, url=url, at=post.created_at, **place)
