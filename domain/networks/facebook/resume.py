"""What people tell of a message whose outcome nobody can look up, put into the checkpoint."""

import re

from domain.connector.checkpoints import Sent, is_below, known
from domain.connector.words import Checkpoint, Ref
from domain.networks.facebook.places import post_name, url_of
from domain.networks.facebook.progress import Progress

__all__ = ["is_home", "known", "told"]

_ROOTS = ("https://www.facebook.com", "https://facebook.com", "https://m.facebook.com")
_COMMENT = re.compile(r"[?&](?:reply_)?comment_id=(\d+)")
_POST = re.compile(r"(?:[?&](?:story_fbid|fbid|v)=|(?:^|/))(\d+(?:_\d+)?)/?(?=[?&]|$)")
"""An id, or where one stands in an address: at the end of its path, or in its query."""


def is_home(address: str, server: str) -> bool:  # noqa: ARG001 - the port's signature
    return any(is_below(address, root) for root in _ROOTS)


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """Raises `ValueError` where no number of a post or comment is told: addresses may hide it."""
    progress = Progress.model_validate(checkpoint)
    post, comments = _POST.search(ref.remote_id), _COMMENT.findall(ref.remote_id)
    if post is None:
        raise ValueError("A post on Facebook is named by its id, a number.")
    name = f"{post[1].rpartition('_')[2]}_{comments[-1]}" if comments else post[1]
    name = post_name(name, progress.page)
    return progress.with_sent(Sent(id=name, url=ref.url or url_of(name, progress.page))).written()
