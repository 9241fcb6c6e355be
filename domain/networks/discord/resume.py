"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

from domain.connector.checkpoints import Sent, end_of, known
from domain.connector.words import Checkpoint, Ref
from domain.networks.discord.progress import Progress

__all__ = ["known", "told"]


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """A message's id stands at the end of its link. Raises `ValueError` where none does."""
    progress, id_ = Progress.model_validate(checkpoint), end_of(ref.remote_id)
    if not id_.isdecimal():
        raise ValueError("A message on Discord is named by its id, a number.")
    name = id_ if progress.thread_id is None else f"{progress.thread_id}/{id_}"
    return progress.with_sent(Sent(id=name, url=ref.url)).written()
