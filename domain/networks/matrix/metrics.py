"""Running totals of messages: reactions, counted, and answers in the message's own thread."""

from collections.abc import Sequence

from domain.connector.errors import Missing
from domain.connector.http import Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.matrix.answers import Chunk
from domain.networks.matrix.wire import RELATIONS, Server, event_of, room_path, server_of

_PAGE = 100
_PAGES = 20


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    server, samples = server_of(http, access), list[Sample]()
    for remote_id in remote_ids:
        try:
            event = await event_of(server, access.remote_id, remote_id)
        except Missing:
            continue
        likes = await _reactions(server, access.remote_id, remote_id)
        if likes is not None:
            samples.append(Sample(remote_id, Metric.LIKES, likes, "m.reaction"))
        thread = event.unsigned.relations.thread
        if thread is not None:
            samples.append(Sample(remote_id, Metric.REPLIES, thread.count, "m.thread"))
    return samples


async def sample_account(http: Http, access: Access) -> list[Sample]:  # noqa: ARG001 - the port's signature
    """A room tells no totals but in lists of all its members."""
    return []


async def _reactions(server: Server, room_id: str, event_id: str) -> int | None:
    """How many there are; None where they are more than we read."""
    path = room_path(
        room_id, "relations", event_id, "m.annotation", "m.reaction", version=RELATIONS
    )
    total, query = 0, [("limit", str(_PAGE))]
    for _ in range(_PAGES):
        page = await server.read(path, Chunk, query)
        total += len(page.chunk)
        if page.next_batch is None:
            return total
        query = [("limit", str(_PAGE)), ("from", page.next_batch)]
    return None
