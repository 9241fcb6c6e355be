"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

from domain.connector.checkpoints import end_of, known
from domain.connector.words import Checkpoint, Ref
from domain.networks.bluesky.places import post_uri, post_url
from domain.networks.bluesky.progress import Progress, Sent

__all__ = ["is_home", "known", "told"]


def is_home(address: str, server: str) -> bool:  # noqa: ARG001 - the port's signature
    """Any view of the network may show a post: it is named by the key we chose beforehand."""
    return True


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """Its key was chosen beforehand. Raises `ValueError` where another is told, or none."""
    progress, key = Progress.model_validate(checkpoint), end_of(ref.remote_id)
    if key not in progress.keys[len(progress.sent) :][:1]:
        raise ValueError("That is not the message under way: its key was chosen beforehand.")
    uri = post_uri(progress.repository, key)
    return progress.with_sent(Sent(id=uri, url=post_url(uri), cid="")).written()
