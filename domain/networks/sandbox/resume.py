"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

from domain.connector.checkpoints import Sent, end_of, known
from domain.connector.checkpoints import is_below as is_home
from domain.connector.words import Checkpoint, Ref
from domain.networks.sandbox.progress import Progress

__all__ = ["is_home", "known", "told"]


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """A message's id stands at the end of its address."""
    sent = Sent(id=end_of(ref.remote_id), url=ref.url)
    return Progress.model_validate(checkpoint).with_sent(sent).written()
