"""Reads of mentions, authors and conversations; answers and batches have files of their own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.database import driver_of
from domain.kernel.errors import MentionGone
from domain.kernel.narrowing import among, within
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page, PageMark
from domain.kernel.words import Word
from domain.mentions.inbox import read_inbox
from domain.mentions.shapes import (
    AuthorView,
    ConversationFilter,
    ConversationView,
    MentionFilter,
    MentionView,
)
from domain.mentions.tables import Author, Conversation, Mention

RECEIVED = "received_at"
MENTIONS: TypeAdapter[list[MentionView]] = TypeAdapter(list[MentionView])


class AuthorSort(Word):
    """The order of authors."""

    CREATED = "created_at", "The oldest first."
    CREATED_DOWN = "-created_at", "The newest first."
    HANDLE = "handle", "By handle, a to z."
    HANDLE_DOWN = "-handle", "By handle, z to a."


class ConversationSort(Word):
    """The order of conversations."""

    LAST_DOWN = "-last_mention_at", "The one with the newest mention first."
    LAST = "last_mention_at", "The one whose newest mention is the oldest first."


def visible(caller: Caller) -> SelectOfScalar[Mention]:
    return select(Mention).where(col(Mention.workspace_id) == caller.workspace_id)


def visible_authors(caller: Caller) -> SelectOfScalar[Author]:
    return select(Author).where(col(Author.workspace_id) == caller.workspace_id)


def visible_conversations(caller: Caller) -> SelectOfScalar[Conversation]:
    return select(Conversation).where(col(Conversation.workspace_id) == caller.workspace_id)


async def get_mention(session: AsyncSession, caller: Caller, id_: UUID) -> MentionView:
    caller.need(Scope.MENTIONS_READ)
    row = await find(session, visible(caller).where(col(Mention.id) == id_), what="mention")
    return mention_view(row)


async def list_mentions(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    where: MentionFilter,
    now: datetime,
) -> Page[MentionView]:
    """The same page as the inbox's hot read, as views."""
    found = await read_inbox(await driver_of(session), caller, where, request, now=now)
    views = MENTIONS.validate_json(b"[%b]" % found.items)
    has_more = found.next_cursor is not None
    return Page(data=views, page=PageMark(next_cursor=found.next_cursor, has_more=has_more))


async def get_author(session: AsyncSession, caller: Caller, id_: UUID) -> AuthorView:
    caller.need(Scope.MENTIONS_READ)
    row = await find(session, visible_authors(caller).where(col(Author.id) == id_), what="author")
    return AuthorView.model_validate(row)


async def list_authors(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    sort: AuthorSort = AuthorSort.CREATED_DOWN,
    networks: Sequence[str] = (),
    handles: Sequence[str] = (),
) -> Page[AuthorView]:
    caller.need(Scope.MENTIONS_READ)
    statement = visible_authors(caller).where(
        among(Author.network, networks), among(Author.handle, handles)
    )
    key, type_ = ("handle", str) if sort.endswith("handle") else ("created_at", datetime)
    order = Sort(sort, (col(getattr(Author, key)), col(Author.id)), (type_, UUID))
    return await order.page(session, statement, request, view=AuthorView.model_validate)


async def get_conversation(session: AsyncSession, caller: Caller, id_: UUID) -> ConversationView:
    caller.need(Scope.MENTIONS_READ)
    statement = visible_conversations(caller).where(col(Conversation.id) == id_)
    return ConversationView.model_validate(await find(session, statement, what="conversation"))


async def list_conversations(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    where: ConversationFilter,
    sort: ConversationSort = ConversationSort.LAST_DOWN,
) -> Page[ConversationView]:
    caller.need(Scope.MENTIONS_READ)
    statement = visible_conversations(caller).where(
        among(Conversation.account_id, where.account_ids),
        among(Conversation.community_id, where.community_ids),
        among(Conversation.network, where.networks),
        among(Conversation.post_id, where.post_ids),
        *within(Conversation.last_mention_at, where.since, where.until),
    )
    order = Sort(sort, (col(Conversation.last_mention_at), col(Conversation.id)), (datetime, UUID))
    return await order.page(session, statement, request, view=ConversationView.model_validate)


def ensure_there(row: Mention) -> None:
    """Raises `MentionGone` for one that was deleted over there: its words are gone here too."""
    if row.deleted_at is not None:
        raise MentionGone


def mention_view(row: Mention) -> MentionView:
    """A row as readers see it; its own JSON is behind as soon as it is changed here."""
    values = {name: getattr(row, name) for name in MentionView.model_fields if name != RECEIVED}
    return MentionView.model_validate({**values, RECEIVED: row.created_at})
