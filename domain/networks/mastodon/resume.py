"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

from domain.connector.checkpoints import Sent, end_of, known
from domain.connector.checkpoints import is_below as is_home
from domain.connector.words import Checkpoint, Ref
from domain.networks.mastodon.progress import Progress

__all__ = ["is_home", "known", "told"]


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """A status's id stands at the end of its address. Raises `ValueError` where none does."""
    id_ = end_of(ref.remote_id)
    if not id_.isalnum():
        raise ValueError("A status is named by its id, which stands at the end of its address.")
    return Progress.model_validate(checkpoint).with_sent(Sent(id=id_, url=ref.url)).written()
