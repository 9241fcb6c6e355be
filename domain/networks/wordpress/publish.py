"""Publishes articles, and comments as answers and as what follows an article at once.

An article is written as a draft, and made public by its id: however often a call is made, and
however late one arrives, one article at most is public. A comment is sought among our own under
what it answers before it is sent again; over there the same words are not taken twice.
"""

from collections.abc import Sequence
from datetime import datetime

from domain.connector.checkpoints import Sent
from domain.connector.errors import Missing
from domain.connector.http import Call, Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.wordpress import articles, comments
from domain.networks.wordpress.answers import Done
from domain.networks.wordpress.places import comment_ref, path_of, post_ref
from domain.networks.wordpress.progress import Progress
from domain.networks.wordpress.wire import Server, TrashMissing, server_of


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,  # noqa: ARG001 - the port's signature
) -> Published:
    server, progress = server_of(http, access), Progress.model_validate(checkpoint)
    while len(progress.sent) < len(draft.parts):
        if progress.above(draft) is None:
            sent = await _article(server, draft, progress, save)
        else:
            sent = await _answer(server, access, draft, progress, save)
        progress = await progress.with_sent(sent).kept(save)
    return progress.published()


async def look_up(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    *,
    since: datetime,  # noqa: ARG001 - the port's signature
) -> Published | None:
    """What was never tried is not there: a slug of one's own could be somebody else's by now."""
    server, progress = server_of(http, access), Progress.model_validate(checkpoint)
    if progress.is_trying:
        sent = await _found(server, access, draft, progress)
        progress = progress if sent is None else progress.with_sent(sent)
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    server = server_of(http, access)
    for ref in reversed(refs):
        call = Call("DELETE", path_of(ref.remote_id))
        try:
            await server.repeat(call, Done)
        except TrashMissing:
            await server.repeat(Call("DELETE", call.url, query=(("force", "true"),)), Done)
        except Missing:
            continue


def _sent(ref: Ref, at: datetime | None = None) -> Sent:
    return Sent(id=ref.remote_id, url=ref.url, at=at)


async def _found(server: Server, access: Access, draft: Draft, progress: Progress) -> Sent | None:
    """The message under way, if everybody sees it."""
    above, part = progress.above(draft), draft.parts[len(progress.sent)]
    if above is not None:
        place = await comments.place_of(server, above)
        comment = await comments.find(server, access.remote_id, place, part)
        return None if comment is None else _sent(comment_ref(comment), comment.date_gmt)
    standing = await articles.find(server, draft, progress)
    if standing is None or not standing.is_public:
        return None
    return _sent(post_ref(standing), standing.date_gmt)


async def _answer(
    server: Server, access: Access, draft: Draft, progress: Progress, save: Save
) -> Sent:
    found = await _found(server, access, draft, progress) if progress.is_trying else None
    if found is not None:
        return found
    place = await comments.place_of(server, progress.above(draft) or "")
    await progress.kept(save, is_trying=True)
    part = draft.parts[len(progress.sent)]
    return _sent(await comments.send(server, access.remote_id, place, part))


async def _article(server: Server, draft: Draft, progress: Progress, save: Save) -> Sent:
    article = progress.article
    if article is None:
        standing = await articles.find(server, draft, progress) if progress.is_trying else None
        if standing is not None and standing.is_public:
            return _sent(post_ref(standing))
        if standing is None:
            standing = await articles.write(server, draft, progress, save)
        article = post_ref(standing).remote_id
        await progress.kept(save, is_trying=True, article=article)
    return _sent(await articles.show(server, article))
