"""Publishes posts and comments. LinkedIn has no threads: what follows a post is a comment on it.

It keeps no key of ours: what was tried before is sought in the author's own list and only then sent
again. A refusal leaves nothing in doubt; one of a duplicate may say that what was tried is there.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import JsonValue

from domain.connector.checkpoints import Sent
from domain.connector.errors import Missing, NetworkError, OutcomeUnknown, Refused
from domain.connector.heard import NotUnderstood, heard
from domain.connector.http import Call, Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Part, Published, Ref
from domain.networks.linkedin.answers import Comment
from domain.networks.linkedin.compose import comment_text, post_body
from domain.networks.linkedin.duplicates import there_already
from domain.networks.linkedin.finding import Sought, find, sent_of, sought
from domain.networks.linkedin.media import sent_up
from domain.networks.linkedin.places import Place, path_of, place_of
from domain.networks.linkedin.progress import Progress
from domain.networks.linkedin.refusals import Duplicate, NotPermitted
from domain.networks.linkedin.urns import comment_of
from domain.networks.linkedin.wire import REST, Server, server_of


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,
) -> Published:
    server, progress = server_of(http, access), Progress.model_validate(checkpoint)
    begun_at = progress.begun_at or now.astimezone(UTC)
    progress = progress.model_copy(update={"begun_at": begun_at})
    while len(progress.sent) < len(draft.parts):
        place = await place_of(server, progress.above(draft))
        what = sought(access, draft, len(progress.sent), place, since=begun_at)
        sent = await _tried(server, progress, what, place)
        if sent is None:
            sent = await _brought_out(server, draft, what, place, progress, save)
        progress = await progress.with_sent(sent).kept(save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    """Raises `OutcomeUnknown` where LinkedIn does not let the token list what was said."""
    server, progress = server_of(http, access), Progress.model_validate(checkpoint)
    since = progress.begun_at or since
    while len(progress.sent) < len(draft.parts):
        try:
            place = await place_of(server, progress.above(draft))
            what = sought(access, draft, len(progress.sent), place, since=since)
            sent = await find(server, what, place)
        except NotPermitted as error:
            message = "LinkedIn does not let this token see what is there: look, then settle it."
            raise OutcomeUnknown(message, said=error.said) from error
        if sent is None:
            break
        progress = progress.with_sent(sent)
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    server, headers = server_of(http, access), {"x-restli-method": "DELETE"}
    for ref in reversed(refs):
        query = (("actor", access.remote_id),) if comment_of(ref.remote_id) else ()
        call = Call("DELETE", path_of(ref.remote_id), headers=headers, query=query)
        try:
            await server.tell(call)
        except Missing:
            continue


async def _tried(
    server: Server, progress: Progress, what: Sought, place: Place | None
) -> Sent | None:
    """What was tried before, if it stands there; nothing where nobody may look."""
    if not progress.is_trying:
        return None
    try:
        return await find(server, what, place)
    except NotPermitted:
        return None


async def _brought_out(
    server: Server,
    draft: Draft,
    what: Sought,
    place: Place | None,
    progress: Progress,
    save: Save,
) -> Sent:
    """The message under way, once it is out. Raises what LinkedIn says against it."""
    part = draft.parts[len(progress.sent)]
    if place is not None and part.media:
        raise Refused("A comment on LinkedIn carries text alone: send it without files.")
    ready = await sent_up(server, what.author, part, progress, save)
    ready = await ready.kept(save, is_trying=True)
    try:
        if place is None:
            return await _post(server, draft, what.author, ready)
        return await _comment(server, part, what.author, place)
    except OutcomeUnknown:
        raise
    except NetworkError as error:
        return await _refused(server, ready, what if progress.is_trying else None, error, save)


async def _post(server: Server, draft: Draft, author: str, ready: Progress) -> Sent:
    body = post_body(draft, author, ready.files)
    urn, _ = await server.make(Call("POST", f"{REST}/posts", json=body))
    return sent_of(urn)


async def _comment(server: Server, part: Part, author: str, place: Place) -> Sent:
    body: JsonValue = {"actor": author, "message": {"text": comment_text(part)}, **place.told()}
    id_, reply = await server.make(Call("POST", place.path, json=body))
    try:
        told = heard(reply, Comment)
    except NotUnderstood:
        told = Comment()
    return sent_of(told.comment_urn or told.urn or f"urn:li:comment:({place.post},{id_})")


async def _refused(
    server: Server, ready: Progress, tried: Sought | None, error: NetworkError, save: Save
) -> Sent:
    """What was tried before, where a refusal names it. Raises the refusal, which ends all doubt."""
    if isinstance(error, Duplicate) and tried is not None:
        sent = await there_already(server, tried, error)
        if sent is not None:
            return sent
    await ready.kept(save, is_trying=False)
    raise error
