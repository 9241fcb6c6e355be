"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

from domain.connector.checkpoints import Sent, end_of, is_below, known
from domain.connector.dialects.graph_containers import Progress
from domain.connector.words import Checkpoint, Ref

__all__ = ["is_home", "known", "told"]

_ROOTS = ("https://www.threads.com", "https://threads.com", "https://www.threads.net")


def is_home(address: str, server: str) -> bool:  # noqa: ARG001 - the port's signature
    return any(is_below(address, root) for root in _ROOTS)


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """Addresses hold no id. Raises `ValueError` where none is told."""
    id_ = end_of(ref.remote_id)
    if not id_.isdecimal():
        raise ValueError("A post on Threads is named by its id, a number, and not by its address.")
    return Progress.model_validate(checkpoint).with_sent(Sent(id=id_, url=ref.url)).written()
