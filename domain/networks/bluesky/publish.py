"""Publishes posts and threads under record keys of our own, so that none can stand there twice.

The checkpoint: `keys`, one for each message, chosen and kept before the first call; `created_at`;
`sent`, what stands there already, each with uri and cid. A server answers the second record under
one key with 500 or a refusal: both send us to look what stands there.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, JsonValue

from domain.connector.errors import Missing, NetworkError, OutcomeUnknown, Refused
from domain.connector.http import Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.bluesky.answers import Applied, Done, Posts, ReplyRefs, Stored, Strong
from domain.networks.bluesky.compose import compose
from domain.networks.bluesky.places import (
    POSTS,
    key_of,
    post_uri,
    post_url,
    record_key,
    repository_of,
)
from domain.networks.bluesky.settings import gates
from domain.networks.bluesky.wire import Pds, pds_of

_CREATE = "com.atproto.repo.applyWrites#create"


class Progress(BaseModel):
    """The checkpoint, read."""

    model_config = ConfigDict(frozen=True)

    keys: tuple[str, ...] = ()
    created_at: str = ""
    sent: tuple[Strong, ...] = ()

    def dumped(self) -> Checkpoint:
        return self.model_dump(mode="json")


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,
) -> Published:
    pds = pds_of(http, access)
    reply = None if draft.reply_to is None else await _answering(pds, access, draft.reply_to)
    progress = Progress.model_validate(checkpoint)
    may_stand = bool(progress.keys)
    if not may_stand:
        progress = _begun(draft, now)
        await save(progress.dumped())
    for number in range(len(progress.sent), len(draft.parts)):
        above = _below(progress.sent, reply)
        stands = await _stored(pds, access, progress.keys[number]) if may_stand else None
        may_stand = may_stand and stands is not None
        if stands is None:
            created_at = _later(progress.created_at, number)
            record = await compose(pds, draft, draft.parts[number], above, created_at)
            key = progress.keys[number]
            beside = gates(draft, number, post_uri(access.remote_id, key), created_at)
            stands = await create(pds, access, key, [(POSTS, record), *beside])
        progress = progress.model_copy(update={"sent": (*progress.sent, stands)})
        await save(progress.dumped())
    return _published([strong.uri for strong in progress.sent])


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    del since  # the keys say where to look
    keys = Progress.model_validate(checkpoint).keys
    if len(keys) != len(draft.parts):
        return None
    for key in reversed(keys):
        if await _stored(pds_of(http, access), access, key) is None:
            return None
    return _published([post_uri(access.remote_id, key) for key in keys])


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    pds = pds_of(http, access)
    for ref in reversed(refs):
        body: JsonValue = {
            "repo": access.remote_id,
            "collection": POSTS,
            "rkey": key_of(ref.remote_id),
        }
        await pds.repeat("com.atproto.repo.deleteRecord", body, Done)


def _begun(draft: Draft, now: datetime) -> Progress:
    keys = tuple(record_key(draft.key, number, now) for number in range(len(draft.parts)))
    return Progress(keys=keys, created_at=now.astimezone(UTC).isoformat())


def _later(created_at: str, number: int) -> str:
    """The moment a message claims: a millisecond after the one above it, so that order shows."""
    moment = datetime.fromisoformat(created_at) + timedelta(milliseconds=number)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _below(sent: Sequence[Strong], reply: ReplyRefs | None) -> ReplyRefs | None:
    """What the next message answers: the one before it, else what the draft answers."""
    if not sent:
        return reply
    return ReplyRefs(root=reply.root if reply else sent[0], parent=sent[-1])


async def create(
    pds: Pds, access: Access, key: str, records: Sequence[tuple[str, JsonValue]]
) -> Strong:
    """Writes a post and what stands beside it under one key; gives what stands there already.

    All of it is one commit: no post is ever public without its gates.
    """
    try:
        return await _write(pds, access.remote_id, key, records)
    except (OutcomeUnknown, Refused) as error:
        if isinstance(error, Refused) and "already" not in error.said.lower():
            raise
        stands = await _peek(pds, access, key)
        if stands is None:
            raise
        return stands


async def _write(
    pds: Pds, repository: str, key: str, records: Sequence[tuple[str, JsonValue]]
) -> Strong:
    if len(records) == 1:
        collection, record = records[0]
        single: JsonValue = {
            "repo": repository,
            "collection": collection,
            "rkey": key,
            "record": record,
        }
        return await pds.act("com.atproto.repo.createRecord", single, Strong)
    writes: list[JsonValue] = [
        {"$type": _CREATE, "collection": collection, "rkey": key, "value": record}
        for collection, record in records
    ]
    body: JsonValue = {"repo": repository, "writes": writes}
    applied = await pds.act("com.atproto.repo.applyWrites", body, Applied)
    if not applied.results:
        raise OutcomeUnknown("Bluesky does not say what it wrote.")
    return applied.results[0]


async def _peek(pds: Pds, access: Access, key: str) -> Strong | None:
    """What stands under a key, None also when nobody can tell."""
    try:
        return await _stored(pds, access, key)
    except NetworkError:
        return None


async def _stored(pds: Pds, access: Access, key: str) -> Strong | None:
    try:
        stored = await _record(pds, access.remote_id, key)
    except Missing:
        return None
    return Strong(uri=stored.uri, cid=stored.cid)


async def _record(pds: Pds, repository: str, key: str) -> Stored:
    parameters = [("repo", repository), ("collection", POSTS), ("rkey", key)]
    return await pds.query("com.atproto.repo.getRecord", parameters, Stored)


async def _answering(pds: Pds, access: Access, uri: str) -> ReplyRefs:
    """The place of an answer in its thread. Raises `Missing` when nothing is there to answer."""
    if repository_of(uri) == access.remote_id:
        own = await _record(pds, access.remote_id, key_of(uri))
        parent, above = Strong(uri=own.uri, cid=own.cid), own.value.reply
    else:
        view = await pds.query("app.bsky.feed.getPosts", [("uris", uri)], Posts)
        if not view.posts:
            raise Missing("The post to answer is no longer there.")
        parent = Strong(uri=view.posts[0].uri, cid=view.posts[0].cid)
        above = view.posts[0].record.reply
    return ReplyRefs(root=above.root if above else parent, parent=parent)


def _published(uris: Sequence[str]) -> Published:
    return Published(tuple(Ref(uri, post_url(uri)) for uri in uris))
