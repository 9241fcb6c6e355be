"""Publishes messages and threads, each under a transaction id made of the delivery's key.

The server answers one id with one message, as long as it remembers the id: Synapse does for a day
(`synapse/storage/databases/main/events_worker.py`, read 2026-11-26), of the same device alone. Each
message also bears our mark: one that was tried is sought by it, and only then sent again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.connector.checkpoints import Sent
from domain.connector.errors import Missing
from domain.connector.http import Call, Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Part, Published, Ref
from domain.networks.matrix.answers import Acknowledged
from domain.networks.matrix.compose import MARK, Body, Place, relation, words_of
from domain.networks.matrix.matching import find, said_at
from domain.networks.matrix.media import file_of, send_up
from domain.networks.matrix.places import event_url
from domain.networks.matrix.progress import Progress
from domain.networks.matrix.secrecy import ensure_readable
from domain.networks.matrix.wire import USER, Server, event_of, room_path, server_of


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
    if len(progress.sent) == len(draft.parts):
        return progress.published()
    begun_at = progress.begun_at or now.astimezone(UTC)
    progress = progress.model_copy(update={"begun_at": begun_at})
    await ensure_readable(server, access.remote_id)
    answers = await _answered(server, access, draft)
    for number in range(len(progress.sent), len(draft.parts)):
        event = None
        if progress.is_trying:
            event = await find(server, access, mark_of(draft, number), since=begun_at)
        if event is not None:
            event_id = event.event_id
        else:
            progress = await _sent_up(server, draft.parts[number], progress, save)
            progress = await progress.kept(save, is_trying=True)
            event_id = await _send(server, access, draft, progress, answers)
        progress = await progress.with_sent(_sent(access, event_id)).kept(save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    server, progress = server_of(http, access), Progress.model_validate(checkpoint)
    for number in range(len(progress.sent), len(draft.parts)):
        mark = mark_of(draft, number)
        event = await find(server, access, mark, since=progress.begun_at or since)
        if event is None:
            break
        progress = progress.with_sent(_sent(access, event.event_id, said_at(event)))
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    """What is gone already is taken back once more, which changes nothing."""
    server = server_of(http, access)
    for ref in reversed(refs):
        path = room_path(access.remote_id, "redact", ref.remote_id, f"withdraw-{ref.remote_id}")
        try:
            await server.repeat(Call("PUT", path, json={}), Acknowledged)
        except Missing:
            continue


def mark_of(draft: Draft, number: int) -> str:
    """The same at every attempt: the transaction id, and what a message is found again by."""
    return f"{draft.key}-{number}"


def _sent(access: Access, event_id: str, at: datetime | None = None) -> Sent:
    return Sent(id=event_id, url=event_url(access.remote_id, event_id), at=at)


async def _answered(server: Server, access: Access, draft: Draft) -> Place:
    """What the whole draft answers. Raises `Missing` when that is not there."""
    if draft.reply_to is None:
        return Place()
    answered = await event_of(server, access.remote_id, draft.reply_to)
    about = answered.content.relates_to
    root = about.event_id if about and about.rel_type == "m.thread" else None
    author = answered.sender if answered.sender != access.grant.extra[USER] else None
    return Place(draft.reply_to, root, author)


async def _sent_up(server: Server, part: Part, progress: Progress, save: Save) -> Progress:
    if not part.media or progress.file is not None:
        return progress
    return await progress.kept(save, file=await send_up(server, part.media[0]))


async def _send(
    server: Server, access: Access, draft: Draft, progress: Progress, answers: Place
) -> str:
    number = len(progress.sent)
    part, place = draft.parts[number], answers
    if number:
        place = Place(progress.sent[-1].id, answers.root or progress.sent[0].id)
    mark = mark_of(draft, number)
    body: Body = {**words_of(part, place.author), **relation(place), MARK: mark}
    if progress.file is not None:
        body |= file_of(part.media[0], progress.file)
    path = room_path(access.remote_id, "send", "m.room.message", mark)
    return (await server.act(Call("PUT", path, json=body), Acknowledged)).event_id
