"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

from domain.connector.checkpoints import Sent, is_below, known
from domain.connector.words import Checkpoint, Ref
from domain.networks.instagram.places import ROOT, comment_name, id_of
from domain.networks.instagram.progress import Progress

__all__ = ["is_home", "known", "told"]

_ROOTS = (ROOT, "https://instagram.com")


def is_home(address: str, server: str) -> bool:  # noqa: ARG001 - the port's signature
    return any(is_below(address, root) for root in _ROOTS)


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """Addresses hold another id. Raises `ValueError` where none is told."""
    progress, id_ = Progress.model_validate(checkpoint), id_of(ref.remote_id)
    if not id_.isdecimal():
        message = "A post on Instagram is named by its id, a number, and not by its address."
        raise ValueError(message)
    above = progress.sent[-1].id if progress.sent else progress.below
    name = id_ if above is None else comment_name(above, id_)
    return progress.with_sent(Sent(id=name, url=ref.url)).written()
