"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

from domain.connector.checkpoints import Sent, end_of, is_below, known
from domain.connector.words import Checkpoint, Ref
from domain.networks.discord.progress import Progress

__all__ = ["is_home", "known", "told"]

_ROOTS = (
    "https://discord.com/channels",
    "https://ptb.discord.com/channels",
    "https://canary.discord.com/channels",
    "https://discordapp.com/channels",
)
"""Where its programs copy links from: of its releases, those to come, and formerly."""


def is_home(address: str, server: str) -> bool:  # noqa: ARG001 - the port's signature
    return any(is_below(address, root) for root in _ROOTS)


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """A message's id stands at the end of its link. Raises `ValueError` where none does."""
    progress, id_ = Progress.model_validate(checkpoint), end_of(ref.remote_id)
    if not id_.isdecimal():
        raise ValueError("A message on Discord is named by its id, a number.")
    name = id_ if progress.thread_id is None else f"{progress.thread_id}/{id_}"
    return progress.with_sent(Sent(id=name, url=ref.url)).written()
