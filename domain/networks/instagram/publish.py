"""Publishes posts, and comments as answers and as what follows a post at once."""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.connector.errors import Missing, Refused
from domain.connector.http import Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.instagram import comments, posts
from domain.networks.instagram.compose import ensure_fits, is_comment
from domain.networks.instagram.places import id_of, is_post
from domain.networks.instagram.progress import Progress
from domain.networks.instagram.wire import account_of, is_own_login


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,
) -> Published:
    graph, progress = account_of(http, access), Progress.model_validate(checkpoint)
    for number in range(len(progress.sent), len(draft.parts)):
        ensure_fits(draft, number)
    if progress.begun_at is None:
        progress = await progress.kept(save, begun_at=now.astimezone(UTC))
    while len(progress.sent) < len(draft.parts):
        if is_comment(draft, len(progress.sent)):
            sent = await comments.commented(graph, access, draft, progress, save, since=now)
            progress = await progress.with_sent(sent).kept(save)
        else:
            await posts.ensure_room(graph, access, now=now)
            sent = await posts.posted(graph, access, draft, progress, save, since=now)
            progress = await progress.with_sent(sent).kept(save)
            progress = await posts.with_address(graph, progress, save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    graph, progress = account_of(http, access), Progress.model_validate(checkpoint)
    while len(progress.sent) < len(draft.parts):
        if is_comment(draft, len(progress.sent)):
            sent = await comments.tried(graph, access, draft, progress, since=since)
        else:
            _, sent = await posts.tried(graph, access, draft, progress, since=since)
        if sent is None:
            break
        progress = progress.with_sent(sent)
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    """Raises `Refused` for posts that Instagram's own login may not take away."""
    graph = account_of(http, access)
    if is_own_login(access.grant.access) and any(is_post(ref.remote_id) for ref in refs):
        message = "Instagram lets an account's own token take no post away, a Page's token alone."
        raise Refused(message, code="instagram.withdraw_by_hand")
    for ref in reversed(refs):
        try:
            await graph.delete(f"/{id_of(ref.remote_id)}")
        except Missing:
            continue
