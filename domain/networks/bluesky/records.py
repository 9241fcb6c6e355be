"""Records of posts: read, and written under keys of our own so that none can stand there twice.

A server answers the second record under one key with 500 or a refusal: both send us to look what
stands there.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from domain.connector.errors import Missing, NetworkError, OutcomeUnknown, Refused
from domain.connector.words import Access
from domain.networks.bluesky.answers import Applied, Stored, Strong
from domain.networks.bluesky.places import POSTS
from domain.networks.bluesky.wire import Pds

_CREATE = "com.atproto.repo.applyWrites#create"


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
        return await stored_post(pds, access, key)
    except NetworkError:
        return None


async def stored_post(pds: Pds, access: Access, key: str) -> Strong | None:
    try:
        stored = await post_record(pds, access.remote_id, key)
    except Missing:
        return None
    return Strong(uri=stored.uri, cid=stored.cid)


async def post_record(pds: Pds, repository: str, key: str) -> Stored:
    parameters = [("repo", repository), ("collection", POSTS), ("rkey", key)]
    return await pds.query("com.atproto.repo.getRecord", parameters, Stored)
