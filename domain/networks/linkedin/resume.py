"""What people tell of a post whose outcome nobody can look up, put into the checkpoint."""

import re
from urllib.parse import unquote

from domain.connector.checkpoints import Sent, is_below, known
from domain.connector.words import Checkpoint, Ref
from domain.networks.linkedin.progress import Progress
from domain.networks.linkedin.urns import WEB, comment_of, post_in, url_of

__all__ = ["is_home", "known", "told"]

_COMMENT = re.compile(r"urn:li:comment:\([^)]*\)")
# The address that a post's menu gives ends so: …-share-7431329065766260736-k2Ab.
_SHARED = re.compile(r"[-_](activity|share|ugcPost)-(\d+)")


def is_home(address: str, server: str) -> bool:  # noqa: ARG001 - the port's signature
    return is_below(address, WEB)


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """A post's URN stands in its address. Raises `ValueError` where none does."""
    urn = _urn_in(unquote(ref.remote_id))
    if urn is None:
        raise ValueError("A post on LinkedIn is named by its URN, which stands in its address.")
    return (
        Progress.model_validate(checkpoint)
        .with_sent(Sent(id=urn, url=ref.url or url_of(urn)))
        .written()
    )


def _urn_in(text: str) -> str | None:
    comment = _COMMENT.search(text)
    named = comment and comment_of(comment[0])
    if named:
        return named.urn
    shared = _SHARED.search(text)
    return f"urn:li:{shared[1]}:{shared[2]}" if shared else post_in(text)
