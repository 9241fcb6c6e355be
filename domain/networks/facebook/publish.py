"""Publishes posts, and comments as answers and as what follows a post at once.

A message that was tried before is sought first and only then sent again (`finding`); a video is
asked for by its own id (`video`). What is sent up for a message is kept, and not sent up twice.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.connector.checkpoints import Sent
from domain.connector.dialects.graph import Graph, Made
from domain.connector.dialects.graph_refusals import Duplicate
from domain.connector.errors import Missing, OutcomeUnknown
from domain.connector.http import Call, Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.facebook import video
from domain.networks.facebook.compose import (
    comment_call,
    ensure_fits_comment,
    film_of,
    is_comment,
    post_call,
    send_up,
    text_of,
)
from domain.networks.facebook.finding import Sought, find
from domain.networks.facebook.places import url_of
from domain.networks.facebook.progress import Progress
from domain.networks.facebook.wire import page_of


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,
) -> Published:
    page, progress = page_of(http, access), Progress.model_validate(checkpoint)
    if progress.begun_at is None:
        begun_at = now.astimezone(UTC)
        progress = await progress.kept(save, begun_at=begun_at, page=access.remote_id)
    while len(progress.sent) < len(draft.parts):
        sent = await _message(page, access, draft, progress, save, now=now)
        progress = await progress.with_sent(sent).kept(save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    page, progress = page_of(http, access), Progress.model_validate(checkpoint)
    while len(progress.sent) < len(draft.parts):
        sent = await _tried(page, access, draft, progress, since=since)
        if sent is None:
            break
        progress = progress.with_sent(sent)
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    page = page_of(http, access)
    for ref in reversed(refs):
        try:
            await page.delete(f"/{ref.remote_id}")
        except Missing:
            continue


async def _message(
    page: Graph, access: Access, draft: Draft, progress: Progress, save: Save, *, now: datetime
) -> Sent:
    """The message under way, once it stands there."""
    number = len(progress.sent)
    part = draft.parts[number]
    film = None if is_comment(draft, number) else film_of(part)
    if film is not None:
        text = text_of(draft, number)
        return await video.shown(page, access.remote_id, film, text, progress, save)
    sent = await _tried(page, access, draft, progress, since=now)
    if sent is not None:
        return sent
    if is_comment(draft, number):
        ensure_fits_comment(part)
    progress = await _sent_up(page, access, draft, progress, save)
    was_tried = progress.is_trying
    await progress.kept(save, is_trying=True)
    return await _send(page, access, _call(access, draft, progress), was_tried=was_tried)


async def _tried(
    page: Graph, access: Access, draft: Draft, progress: Progress, *, since: datetime
) -> Sent | None:
    """The message under way, if it was tried and stands there."""
    if not progress.is_trying:
        return None
    if progress.video is not None:
        return await video.found(page, access.remote_id, progress)
    number = len(progress.sent)
    sought = Sought(
        page_id=access.remote_id,
        text=text_of(draft, number),
        media=len(draft.parts[number].media),
        above=progress.above(draft),
        others=draft.others,
    )
    said = await find(page, sought, since=progress.begun_at or since)
    return None if said is None else _sent(said.id, access, said.created_time)


async def _sent_up(
    page: Graph, access: Access, draft: Draft, progress: Progress, save: Save
) -> Progress:
    for medium in draft.parts[len(progress.sent)].media[len(progress.photos) :]:
        photo = await send_up(page, access.remote_id, medium)
        progress = await progress.kept(save, photos=(*progress.photos, photo))
    return progress


def _call(access: Access, draft: Draft, progress: Progress) -> Call:
    above = progress.above(draft)
    if above is None:
        return post_call(access.remote_id, draft, progress.photos)
    return comment_call(above, text_of(draft, len(progress.sent)), progress.photos)


async def _send(page: Graph, access: Access, call: Call, *, was_tried: bool) -> Sent:
    """Raises `OutcomeUnknown` where Facebook has the words of an earlier attempt already."""
    try:
        return _sent((await page.act(call, Made)).id, access)
    except Duplicate as error:
        if not was_tried:
            raise
        message = "Facebook says that this stands there already, and does not show it yet."
        raise OutcomeUnknown(message, said=error.said) from error


def _sent(id_: str, access: Access, at: datetime | None = None) -> Sent:
    return Sent(id=id_, url=url_of(id_, access.remote_id), at=at)
