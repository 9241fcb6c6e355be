"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

from domain.connector.checkpoints import Progress, Sent, is_below, known
from domain.connector.words import Checkpoint, Ref

__all__ = ["is_home", "known", "told"]

_ROOTS = ("https://t.me", "https://telegram.me")
"""Its own, and the one that leads there."""


def is_home(address: str, server: str) -> bool:  # noqa: ARG001 - the port's signature
    return any(is_below(address, root) for root in _ROOTS)


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """A message's number stands at the end of its address. Raises `ValueError` where none does."""
    chat_id, slash, numbers = ref.remote_id.rpartition("/")
    name = numbers if "://" in chat_id else f"{chat_id}{slash}{numbers}"
    if not all(number.isdecimal() for number in numbers.split(",")):
        raise ValueError("A message on Telegram is named by its number.")
    return Progress.model_validate(checkpoint).with_sent(Sent(id=name, url=ref.url)).written()
