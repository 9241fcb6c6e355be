"""Mentions, authors and conversations of many owners at once, one statement a relation."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.batches import ById, OfEach
from domain.kernel.caller import Caller, Scope
from domain.mentions.shapes import AuthorView, ConversationView, MentionView
from domain.mentions.tables import Author, Conversation, Mention

RENAMED = {"received_at": "created_at"}
LATEST_FIRST = (col(Mention.said_at).desc(), col(Mention.id).desc())
MENTIONS = ById(Mention, MentionView, RENAMED)
AUTHORS = ById(Author, AuthorView)
CONVERSATIONS = ById(Conversation, ConversationView)


def _of(owner: str) -> OfEach[MentionView]:
    return OfEach(Mention, MentionView, owner, LATEST_FIRST, RENAMED)


OF_POST, OF_COMMUNITY, OF_ACCOUNT = _of("post_id"), _of("community_id"), _of("account_id")
OF_AUTHOR, OF_CONVERSATION = _of("author_id"), _of("conversation_id")


async def mentions_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, MentionView]:
    caller.need(Scope.MENTIONS_READ)
    return await MENTIONS.read(session, caller, ids)


async def authors_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, AuthorView]:
    caller.need(Scope.MENTIONS_READ)
    return await AUTHORS.read(session, caller, ids)


async def conversations_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, ConversationView]:
    caller.need(Scope.MENTIONS_READ)
    return await CONVERSATIONS.read(session, caller, ids)


async def mentions_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    """The latest `limit` of each, as in all that follow."""
    caller.need(Scope.MENTIONS_READ)
    return await OF_POST.first(session, caller, ids, limit=limit)


async def mentions_by_community(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    caller.need(Scope.MENTIONS_READ)
    return await OF_COMMUNITY.first(session, caller, ids, limit=limit)


async def mentions_by_conversation(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    caller.need(Scope.MENTIONS_READ)
    return await OF_CONVERSATION.first(session, caller, ids, limit=limit)


async def mentions_by_author(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    caller.need(Scope.MENTIONS_READ)
    return await OF_AUTHOR.first(session, caller, ids, limit=limit)


async def mentions_by_account(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[MentionView]]:
    caller.need(Scope.MENTIONS_READ)
    return await OF_ACCOUNT.first(session, caller, ids, limit=limit)
