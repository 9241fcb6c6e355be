"""What people tell of a message whose outcome nobody can look up, put into the checkpoint.

Posts are asked for by their id, or by topic and number:
https://github.com/discourse/discourse/blob/main/config/routes.rb, read 2026-11-27.
"""

import re

from domain.connector.checkpoints import is_below as is_home
from domain.connector.checkpoints import known
from domain.connector.words import Checkpoint, Ref
from domain.networks.discourse.progress import Progress, Sent

__all__ = ["is_home", "known", "told"]

_NAMED = re.compile(
    r"(?:.*/p/)?(?P<id>\d+)(?:/\w*)?|.*/t/[^/]*/(?P<topic>\d+)(?:/(?P<number>\d+))?"
)
"""A post's id, or its address, short or as people copy it."""


def told(checkpoint: Checkpoint, ref: Ref) -> Checkpoint:
    """Raises `ValueError` where neither an id nor an address of a post is told."""
    found = _NAMED.fullmatch(ref.remote_id.partition("?")[0])
    if found is None:
        raise ValueError("A post of a forum is named by its id or its address.")
    # The forum is asked by either for the rest once the next message goes out.
    named = found["id"] or f"by_number/{found['topic']}/{found['number'] or 1}"
    sent = Sent(id=named, url=ref.url, topic=0, number=0)
    return Progress.model_validate(checkpoint).with_sent(sent).written()
