"""The checkpoint of a delivery to a room."""

from domain.connector import checkpoints


class Progress(checkpoints.Progress):
    """`file` is sent up for the message under way, `is_trying` set before it is sent."""

    file: str | None = None
    is_trying: bool = False
