"""Publishes posts and threads under record keys of our own, so that none can stand there twice."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue

from domain.connector.errors import Missing, Refused
from domain.connector.http import Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.bluesky.answers import Done, Posts, ReplyRefs, Strong
from domain.networks.bluesky.compose import compose
from domain.networks.bluesky.places import POSTS, key_of, post_uri, repository_of
from domain.networks.bluesky.progress import Progress, Sent, begun, published, sent_of
from domain.networks.bluesky.records import create, post_record, stored_post
from domain.networks.bluesky.settings import gates
from domain.networks.bluesky.video import ensure_kept, with_video
from domain.networks.bluesky.wire import Pds, pds_of


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,
) -> Published:
    pds, progress = pds_of(http, access), Progress.model_validate(checkpoint)
    if len(progress.sent) == len(draft.parts):
        return progress.published()
    reply = None if draft.reply_to is None else await _answering(pds, access, draft.reply_to)
    may_stand = bool(progress.keys)
    if not may_stand:
        progress = await begun(access.remote_id, draft, save, now)
    progress = progress.asked_for()
    for number in range(len(progress.sent), len(draft.parts)):
        stands = await stored_post(pds, access, progress.keys[number]) if may_stand else None
        may_stand = may_stand and stands is not None
        if stands is None:
            part = draft.parts[number]
            progress = await with_video(http, pds, access, part, progress, save, now=now)
            try:
                stands = await _create(pds, access, draft, progress, reply)
            except Refused as error:
                await ensure_kept(pds, part, progress, save, error)
                raise
        progress = await progress.with_sent(sent_of(stands)).kept(save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    del draft, since  # the keys say where to look
    progress = Progress.model_validate(checkpoint)
    stands = len(progress.sent)
    for key in progress.keys[stands:]:
        if await stored_post(pds_of(http, access), access, key) is None:
            break
        stands += 1
    return published(progress, stands) if stands else None


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    pds = pds_of(http, access)
    for ref in reversed(refs):
        body: JsonValue = {
            "repo": access.remote_id,
            "collection": POSTS,
            "rkey": key_of(ref.remote_id),
        }
        await pds.repeat("com.atproto.repo.deleteRecord", body, Done)


async def _create(
    pds: Pds, access: Access, draft: Draft, progress: Progress, reply: ReplyRefs | None
) -> Strong:
    """The message under way, with its gates."""
    number = len(progress.sent)
    key, created_at = progress.keys[number], progress.moment_of(number)
    above = _below(progress.sent, reply)
    own, part = access.remote_id, draft.parts[number]
    record = await compose(pds, own, draft, part, above, created_at, progress.video)
    beside = gates(draft, number, post_uri(access.remote_id, key), created_at)
    return await create(pds, access, key, [(POSTS, record), *beside])


def _below(sent: Sequence[Sent], reply: ReplyRefs | None) -> ReplyRefs | None:
    """What the next message answers: the one before it, else what the draft answers."""
    if not sent:
        return reply
    return ReplyRefs(root=reply.root if reply else sent[0].strong, parent=sent[-1].strong)


async def _answering(pds: Pds, access: Access, uri: str) -> ReplyRefs:
    """The place of an answer in its thread.

    Raises `Missing` when nothing is there to answer, and `Refused` when its author lets us not:
    such an answer is taken, and nobody is shown it.
    """
    if repository_of(uri) == access.remote_id:
        own = await post_record(pds, access.remote_id, key_of(uri))
        parent, above = Strong(uri=own.uri, cid=own.cid), own.value.reply
    else:
        view = await pds.query("app.bsky.feed.getPosts", [("uris", uri)], Posts)
        if not view.posts:
            raise Missing("The post to answer is no longer there.")
        if view.posts[0].viewer.reply_disabled:
            message = "Its author lets us not answer this post."
            raise Refused(message, code="network.answer_refused")
        parent = Strong(uri=view.posts[0].uri, cid=view.posts[0].cid)
        above = view.posts[0].record.reply
    return ReplyRefs(root=above.root if above else parent, parent=parent)
