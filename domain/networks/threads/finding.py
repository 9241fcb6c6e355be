"""Finds where a message stands that a container says was published: no answer told its id.

It is sought among the profile's own posts, or its own answers, since the first attempt.
"""

from datetime import datetime

from domain.connector.alike import words
from domain.connector.dialects.graph import Form, Graph, Listed
from domain.connector.dialects.moments import CLOCKS_DIFFER
from domain.connector.errors import OutcomeUnknown
from domain.connector.heard import understood
from domain.networks.threads.answers import Said

_PAGE = 100
_PAGES = 5
_FIELDS = "id,text,timestamp,permalink,replied_to"


async def find(
    graph: Graph,
    user: str,
    text: str,
    *,
    above: str | None,
    others: frozenset[str],
    since: datetime,
) -> Said:
    """Raises `OutcomeUnknown` where it is not found: it stands there, and nobody tells where."""
    edge = "threads" if above is None else "replies"
    begun = str(int((since - CLOCKS_DIFFER).timestamp()))
    query = [("fields", _FIELDS), ("since", begun), ("limit", str(_PAGE))]
    onward: Form = ()
    for _ in range(_PAGES):
        listed = await graph.read(f"/{user}/{edge}", Listed, [*query, *onward])
        for said in understood(listed.data, Said):
            answered = said.replied_to.id if said.replied_to else None
            is_there = answered == above and words(said.text) == words(text)
            if is_there and said.id not in others:
                return said
        if listed.paging.onward is None:
            break
        onward = [("after", listed.paging.onward)]
    raise OutcomeUnknown("Threads says that the message stands there, and does not show where.")
