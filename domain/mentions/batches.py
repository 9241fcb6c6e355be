"""The newest mentions of many owners at once, one statement a relation, for GraphQL's loaders."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.mentions.shapes import MentionView

# For each owner a walk along its own index: as many rows are read as are shown.
NEWEST = """
SELECT owner.id, newest.shown
  FROM unnest(CAST(:ids AS uuid[])) AS owner (id)
 CROSS JOIN LATERAL (
       SELECT m.shown, m.said_at, m.id FROM mentions m
        WHERE m.workspace_id = :workspace AND m.{column} = owner.id
        ORDER BY m.said_at DESC, m.id DESC LIMIT :most) newest
 ORDER BY owner.id, newest.said_at DESC, newest.id DESC
"""
OF_POST = text(NEWEST.format(column="post_id"))
OF_COMMUNITY = text(NEWEST.format(column="community_id"))
OF_CONVERSATION = text(NEWEST.format(column="conversation_id"))
OF_AUTHOR = text(NEWEST.format(column="author_id"))
OF_ACCOUNT = text(NEWEST.format(column="account_id"))


async def mentions_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    return await _newest(session, caller, OF_POST, ids, limit)


async def mentions_by_community(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    return await _newest(session, caller, OF_COMMUNITY, ids, limit)


async def mentions_by_conversation(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    return await _newest(session, caller, OF_CONVERSATION, ids, limit)


async def mentions_by_author(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    return await _newest(session, caller, OF_AUTHOR, ids, limit)


async def mentions_by_account(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    return await _newest(session, caller, OF_ACCOUNT, ids, limit)


async def _newest(
    session: AsyncSession, caller: Caller, statement: TextClause, ids: Sequence[UUID], limit: int
) -> dict[UUID, list[MentionView]]:
    caller.need(Scope.MENTIONS_READ)
    found: dict[UUID, list[MentionView]] = {id_: [] for id_ in ids}
    connection = await session.connection()
    rows = await connection.execute(
        statement, {"ids": list(found), "workspace": caller.workspace_id, "most": limit}
    )
    for id_, shown in rows:
        found[id_].append(MentionView.model_validate_json(shown))
    return found
