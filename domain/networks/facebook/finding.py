"""Finds a message of ours that may have gone out: Facebook takes no key of ours.

A post is sought among those that the Page published since the first attempt, a comment among those
below what it answers, by its words and by how much it shows. `published_posts` is asked, as `feed`
is ranked and leaves posts out: https://developers.facebook.com/docs/graph-api/reference/page/feed,
read 2026-11-28.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.connector.alike import words
from domain.connector.dialects.graph import Form, Graph, Listed
from domain.connector.dialects.moments import CLOCKS_DIFFER
from domain.connector.errors import Missing, OutcomeUnknown, Refused
from domain.connector.heard import understood
from domain.networks.facebook.answers import Answered, Said

_PAGE = 100
_PAGES = 5
_SHOWN = frozenset({"photo", "video", "album"})
_PIECES = "attachments{media_type,type,subattachments.limit(20){media_type}}"
_POST = f"id,message,created_time,{_PIECES}"
_COMMENT = "id,message,created_time,from{id,name},attachment{type}"


@dataclass(frozen=True, slots=True)
class Sought:
    """What we remember of a message that may stand there; `above` of comments alone."""

    page_id: str
    text: str
    media: int
    above: str | None
    others: frozenset[str]
    """Ids of what is known to be something else."""


async def find(page: Graph, sought: Sought, *, since: datetime) -> Said | None:
    """Raises `OutcomeUnknown` where more was said since than is looked through."""
    path, query = f"/{sought.page_id}/published_posts", _query(_POST, since)
    if sought.above is not None:
        path = f"/{await _shown_below(page, sought.page_id, sought.above)}/comments"
        query = [*_query(_COMMENT, since), ("filter", "toplevel")]
    onward: Form = ()
    for _ in range(_PAGES):
        listed = await page.read(path, Listed, [*query, *onward])
        for said in understood(listed.data, Said):
            if _is_same(said, sought):
                return said
        if listed.paging.onward is None:
            return None
        onward = [("after", listed.paging.onward)]
    raise OutcomeUnknown("Too much was said since: look at the Page.")


def pieces_of(said: Said) -> int:
    """How many photos and videos it shows; a link's card is none."""
    if said.attachment is not None:
        return int(said.attachment.kind in _SHOWN)
    return sum(
        len(each.subattachments.data) or int(each.kind in _SHOWN) for each in said.attachments.data
    )


async def _shown_below(page: Graph, page_id: str, above: str) -> str:
    """What a comment stands below: the answer to an answer beside that, below what both answer."""
    if above.startswith(f"{page_id}_"):
        return above
    try:
        answered = await page.read(f"/{above}", Answered, [("fields", "parent{id}")])
    except Missing:
        raise
    except Refused:  # no comment has the field, but a visitor's post
        return above
    return answered.parent.id or above


def _query(fields: str, since: datetime) -> list[tuple[str, str]]:
    begun = str(int((since - CLOCKS_DIFFER).timestamp()))
    return [("fields", fields), ("since", begun), ("limit", str(_PAGE))]


def _is_same(said: Said, sought: Sought) -> bool:
    is_ours = sought.above is None or (said.author and said.author.id == sought.page_id)
    return (
        bool(is_ours)
        and said.id not in sought.others
        and words(said.message) == words(sought.text)
        and pieces_of(said) == sought.media
    )
