"""Reads back posts and answers, one by one.

https://developers.facebook.com/docs/threads/threads-media, read 2026-11-28.
"""

from collections.abc import Sequence
from string import ascii_lowercase

from domain.connector.alike import words
from domain.connector.dialects.graph import Graph
from domain.connector.dialects.one_by_one import one_by_one
from domain.connector.http import Http
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.threads.answers import Said
from domain.networks.threads.compose import text_of
from domain.networks.threads.wire import profile_of

_FIELDS = (
    "id,text,timestamp,permalink,media_type,alt_text,children{media_type,alt_text},poll_attachment"
)
_ALONE = frozenset({"IMAGE", "VIDEO"})


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    graph = profile_of(http, access)
    return await one_by_one(refs, lambda ref: _shown(graph, ref))


def told(draft: Draft, number: int) -> str:
    return text_of(draft.parts[number])


def alike(text: str) -> str:
    return words(text)


async def _shown(graph: Graph, ref: Ref) -> Shown:
    said = await graph.read(f"/{ref.remote_id}", Said, [("fields", _FIELDS)])
    alone = (said.alt_text or "",) if said.media_type in _ALONE else ()
    return Shown(
        remote_id=ref.remote_id,
        text=said.text,
        alt_texts=tuple(each.alt_text or "" for each in said.children.data) or alone,
        options=_options(said),
        url=said.permalink or ref.url,
    )


def _options(said: Said) -> tuple[str, ...] | None:
    """None where nothing is told of a poll."""
    if said.poll_attachment is None:
        return None
    told_as = (said.poll_attachment.get(f"option_{letter}") for letter in ascii_lowercase)
    return tuple(str(option) for option in told_as if option is not None)
