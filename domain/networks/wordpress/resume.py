"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

import re

from domain.connector.checkpoints import Sent, known
from domain.connector.checkpoints import is_below as is_home
from domain.connector.words import Checkpoint, Ref
from domain.networks.wordpress.progress import Progress

__all__ = ["is_home", "known", "told"]

_NAMED = re.compile(r"(?:(?:posts|comments)/|.*#comment-|.*[?&]p=)?(\d{1,18})")
"""The number itself, our name for it, or an address that tells it."""


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """An article comes first, then its comment. Raises `ValueError` where no number is told."""
    progress, found = Progress.model_validate(checkpoint), _NAMED.fullmatch(ref.remote_id)
    if found is None:
        raise ValueError("An article or comment is named by its number, as the editor shows it.")
    name = f"{'comments' if progress.sent else 'posts'}/{found[1]}"
    return progress.with_sent(Sent(id=name, url=ref.url)).written()
