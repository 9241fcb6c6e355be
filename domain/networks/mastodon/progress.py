"""The checkpoint of a delivery to a Mastodon server."""

from domain.connector import checkpoints


class Progress(checkpoints.Progress):
    files: tuple[str, ...] = ()
    """Sent up for the message under way."""
    quoted: str | None = None
    """The id of what the message under way quotes; empty: its address is written out."""
    is_trying: bool = False
    """Set before a status is sent."""
