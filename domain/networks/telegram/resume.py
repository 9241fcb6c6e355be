"""What people tell of a message whose outcome only they can know, put into the checkpoint."""

from domain.connector.words import Checkpoint, Ref
from domain.networks.telegram.publish import Progress, Sent


def known(checkpoint: Checkpoint) -> tuple[Ref, ...]:
    return Progress.model_validate(checkpoint).published().refs


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """A message's number stands at the end of its address. Raises `ValueError` where none does."""
    chat_id, slash, numbers = ref.remote_id.rpartition("/")
    name = numbers if "://" in chat_id else f"{chat_id}{slash}{numbers}"
    if not all(number.isdecimal() for number in numbers.split(",")):
        raise ValueError("A message on Telegram is named by its number.")
    sent = (*Progress.model_validate(checkpoint).sent, Sent(id=name, url=ref.url))
    return Progress(sent=sent).model_dump(mode="json")
