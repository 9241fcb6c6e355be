"""What people tell of a message whose outcome only they can know, put into the checkpoint."""

from domain.connector.words import Checkpoint, Ref
from domain.networks.sandbox.progress import Progress, Sent


def known(checkpoint: Checkpoint) -> tuple[Ref, ...]:
    return Progress.model_validate(checkpoint).published().refs


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """A message's id stands at the end of its address."""
    progress = Progress.model_validate(checkpoint)
    sent = Sent(id=ref.remote_id.rpartition("/")[2], url=ref.url or "")
    told_of = Progress(begun_at=progress.begun_at, sent=(*progress.sent, sent))
    return told_of.model_dump(mode="json")
