"""The checkpoint of a delivery to Threads."""

from domain.connector import checkpoints


class Progress(checkpoints.Progress):
    """`is_trying` is set before a container is published."""

    children: tuple[str, ...] = ()
    """Containers of the pictures and videos of the message under way, where it has several."""
    container: str | None = None
    """What the message under way is published from, once."""
    is_trying: bool = False
