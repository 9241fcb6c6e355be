"""The checkpoint of a delivery to the sandbox."""

from domain.connector import checkpoints


class Progress(checkpoints.Progress):
    files: tuple[str, ...] = ()
    """Media sent up for the message under way."""
    container: str | None = None
    """Of the message under way, in class B."""
