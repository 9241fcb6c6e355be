"""Comments: what follows a post at once, and answers. One that was tried is sought, then sent."""

from datetime import datetime

from domain.connector.checkpoints import Sent
from domain.connector.dialects.graph import Graph, Made
from domain.connector.port import Save
from domain.connector.words import Access, Draft
from domain.networks.instagram.compose import comment_call, text_of
from domain.networks.instagram.finding import find_comment
from domain.networks.instagram.places import comment_name
from domain.networks.instagram.progress import Progress


async def commented(
    graph: Graph, access: Access, draft: Draft, progress: Progress, save: Save, *, since: datetime
) -> Sent:
    """The comment under way, once it stands there."""
    sent = await tried(graph, access, draft, progress, since=since)
    if sent is not None:
        return sent
    above = progress.above(draft) or ""
    await progress.kept(save, is_trying=True, below=above)
    call = comment_call(access.remote_id, above, text_of(draft, len(progress.sent)))
    return _sent(above, (await graph.act(call, Made)).id, progress)


async def tried(
    graph: Graph, access: Access, draft: Draft, progress: Progress, *, since: datetime
) -> Sent | None:
    """The comment under way, if it was tried and stands there."""
    if not progress.is_trying:
        return None
    above, text = progress.above(draft) or "", text_of(draft, len(progress.sent))
    begun = progress.begun_at or since
    found = await find_comment(graph, access, draft, above, text, since=begun)
    return None if found is None else _sent(above, found.id, progress, found.timestamp)


def _sent(above: str, id_: str, progress: Progress, at: datetime | None = None) -> Sent:
    """Comments have no address of their own: the post's, where it is ours of the same draft."""
    url = progress.sent[0].url if progress.sent else None
    return Sent(id=comment_name(above, id_), url=url, at=at)
