"""Publishes topics and replies; each further message of a thread answers the one before.

A message that was tried before is sought first and only then sent again (`finding`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import JsonValue

from domain.connector.errors import Missing, OutcomeUnknown, Refused
from domain.connector.http import Call, Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.discourse.answers import Made, Post
from domain.networks.discourse.compose import raw_of, send_up
from domain.networks.discourse.finding import Sought, find
from domain.networks.discourse.progress import Place, Progress, Sent, sent_of, url_of
from domain.networks.discourse.settings import settings_of, title_of
from domain.networks.discourse.wire import Server, server_of


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
    if progress.begun_at is None:
        progress = await progress.kept(save, begun_at=now.astimezone(UTC))
    while len(progress.sent) < len(draft.parts):
        progress = await _placed(server, progress, save)
        above = await _above(server, draft, progress)
        sent = await _tried(server, access, draft, progress, above, since=now)
        if sent is None:
            progress = await _sent_up(server, draft, progress, save)
            progress = await progress.kept(save, is_trying=True)
            sent = await _send(server, draft, progress, above, now=now)
        progress = await progress.with_sent(sent).kept(save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    server, progress = server_of(http, access), Progress.model_validate(checkpoint)
    while len(progress.sent) < len(draft.parts):
        above = await _above(server, draft, progress)
        sent = await _tried(server, access, draft, progress, above, since=since)
        if sent is None:
            break
        progress = progress.with_sent(sent)
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    """A topic is taken away as a whole: its first post cannot go alone."""
    server = server_of(http, access)
    for ref in reversed(refs):
        try:
            post = await server.read(f"/posts/{ref.remote_id}.json", Post)
            if post.deleted_at is None and not post.user_deleted:
                is_first = post.post_number == 1
                path = f"/t/{post.topic_id}.json" if is_first else f"/posts/{post.id}.json"
                await server.delete(path)
        except Missing:
            continue


async def _placed(server: Server, progress: Progress, save: Save) -> Progress:
    """Asks where the last post stands that only a person told of. Raises `Missing`."""
    if not progress.sent or progress.sent[-1].number:
        return progress
    post = await server.read(f"/posts/{progress.sent[-1].id}.json", Post)
    return await progress.kept(save, sent=(*progress.sent[:-1], sent_of(post, server.root)))


async def _above(server: Server, draft: Draft, progress: Progress) -> Place | None:
    """What the message under way answers. Raises `Missing` when that is gone."""
    if progress.sent:
        return progress.sent[-1]
    if draft.reply_to is None:
        return None
    answered = await server.read(f"/posts/{draft.reply_to}.json", Post)
    return Place(topic=answered.topic_id, number=answered.post_number)


async def _tried(
    server: Server,
    access: Access,
    draft: Draft,
    progress: Progress,
    above: Place | None,
    *,
    since: datetime,
) -> Sent | None:
    """The message under way, if it was tried and stands there."""
    if not progress.is_trying:
        return None
    since = progress.begun_at or since
    key = _external_id(draft) if above is None else None
    sought = Sought(key, _raw(draft, progress, since), above, draft.others)
    post = await find(server, access.handle, sought, since=since)
    return None if post is None else sent_of(post, server.root)


async def _sent_up(server: Server, draft: Draft, progress: Progress, save: Save) -> Progress:
    for medium in draft.parts[len(progress.sent)].media[len(progress.pictures) :]:
        pictures = (*progress.pictures, await send_up(server, medium))
        progress = await progress.kept(save, pictures=pictures)
    return progress


async def _send(
    server: Server, draft: Draft, progress: Progress, above: Place | None, *, now: datetime
) -> Sent:
    body: dict[str, JsonValue] = {"raw": _raw(draft, progress, now)}
    if above is None:
        category = settings_of(draft).category
        body |= {"title": title_of(draft), "external_id": _external_id(draft)}
        body |= {} if category is None else {"category": category}
    else:
        body |= {"topic_id": above.topic, "reply_to_post_number": above.number}
    made = await server.act(Call("POST", "/posts.json", json=body), Made)
    if made.action == "enqueued":
        raise Refused("The forum shows it to its moderators first.", said="enqueued")
    if made.id is None or made.topic_id is None or made.post_number is None:
        raise OutcomeUnknown("The forum does not say where the post stands.")
    url = url_of(server.root, made.topic_slug, made.topic_id, made.post_number)
    return Sent(topic=made.topic_id, number=made.post_number, id=made.id, url=url)


def _raw(draft: Draft, progress: Progress, now: datetime) -> str:
    part = draft.parts[len(progress.sent)]
    return raw_of(part, progress.pictures, begun_at=progress.begun_at or now)


def _external_id(draft: Draft) -> str:
    """Letters, digits, `-` and `_`, at most 50 of them."""
    return draft.key
