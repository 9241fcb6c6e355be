"""The checkpoint of a delivery to a channel."""

from typing import Self

from domain.connector import checkpoints
from domain.connector.checkpoints import Sent


class Progress(checkpoints.Progress):
    """`is_trying` is set before a message is sent."""

    is_trying: bool = False
    thread_id: str | None = None
    """The thread that the first message opened."""

    def with_sent(self, sent: Sent) -> Self:
        return super().with_sent(sent).model_copy(update={"thread_id": self.thread_id})
