"""The checkpoint of a delivery to LinkedIn."""

from domain.connector import checkpoints


class Progress(checkpoints.Progress):
    files: tuple[str, ...] = ()
    """URNs of what was sent up for it."""
    is_trying: bool = False
    """Set before a post is sent, and taken back where LinkedIn refused it."""
