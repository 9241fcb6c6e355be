"""The checkpoint of a delivery to a Page."""

from typing import Self

from domain.connector import checkpoints
from domain.connector.checkpoints import Sent


class Progress(checkpoints.Progress):
    """`is_trying` is set before a message is sent, and before a video is told to appear."""

    page: str = ""
    """Its id, by which a person's word on a post is understood."""
    photos: tuple[str, ...] = ()
    """What was sent up for the message under way, and is seen by nobody yet."""
    video: str | None = None
    session: str | None = None
    """The video that was sent up for it, and the upload that may show it once."""
    is_trying: bool = False

    def with_sent(self, sent: Sent) -> Self:
        return super().with_sent(sent).model_copy(update={"page": self.page})
