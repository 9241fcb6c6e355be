"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

from urllib.parse import unquote

from domain.connector.checkpoints import Sent, known
from domain.connector.words import Checkpoint, Ref
from domain.networks.matrix.progress import Progress

__all__ = ["is_home", "known", "told"]


def is_home(address: str, server: str) -> bool:  # noqa: ARG001 - the port's signature
    """Any program may show a room: what it shows names the event, which no other room has."""
    return "/#/" in address


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """An event's id stands at the end of its link. Raises `ValueError` where none does."""
    id_ = unquote(ref.remote_id.partition("?")[0].rpartition("/")[2])
    if not id_.startswith("$"):
        raise ValueError("A message in a room is named by its event id, which begins with $.")
    return Progress.model_validate(checkpoint).with_sent(Sent(id=id_, url=ref.url)).written()
