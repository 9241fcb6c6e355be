"""Keyset pages: a cursor holds the list, its sort and the keys of the last row shown."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.errors import CursorInvalid
from domain.kernel.shapes import Page, PageMark
from domain.kernel.words import Word

MAX_LIMIT = 100
BIGGEST = 2**63
Key = datetime | UUID | int | str
Row = TypeVar("Row")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `limit` items after `cursor`."""

    limit: int = 50
    cursor: str | None = None


def make_cursor(sort: str, *keys: Key) -> str:
    """`sort` is a word that one list alone has, or names the list: `-campaigns.created_at`."""
    raw = msgspec.msgpack.encode([_named(sort), *keys])
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_cursor(cursor: str, sort: str, *types: type) -> list[Any]:
    """The keys in a cursor made by the same list, sorted the same. Raises `CursorInvalid`."""
    try:
        raw = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        found, *keys = msgspec.msgpack.decode(raw, type=list[Any])
        if found != _named(sort) or len(keys) != len(types):
            raise CursorInvalid(at="/query/cursor")
        return [_key(key, kind) for key, kind in zip(keys, types, strict=True)]
    except (ValueError, msgspec.MsgspecError):
        raise CursorInvalid(at="/query/cursor") from None


def _named(sort: str) -> str:
    """A sort that callers choose says `-created_at` in many lists: its enum tells which."""
    return f"{type(sort).__name__}.{sort}" if isinstance(sort, Word) else sort


def _key(found: object, kind: type) -> object:
    """The key as its column takes it; what no column takes was not written by us."""
    key: object = msgspec.convert(found, kind)
    if isinstance(key, datetime) and key.tzinfo is None:
        raise CursorInvalid(at="/query/cursor")
    if isinstance(key, int) and abs(key) >= BIGGEST:
        raise CursorInvalid(at="/query/cursor")
    if isinstance(key, str) and "\0" in key:
        raise CursorInvalid(at="/query/cursor")
    return key


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of a list: its name (see `make_cursor`), the columns it follows."""

    name: str
    columns: tuple[Mapped[Any] | ColumnElement[Any], ...]
    types: tuple[type, ...]

    @property
    def is_descending(self) -> bool:
        return self.name.startswith("-")

    def after(self, statement: SelectOfScalar[Row], request: PageRequest) -> SelectOfScalar[Row]:
        """The statement, ordered, from the cursor on, one row longer than the page."""
        if request.cursor is not None:
            keys = read_cursor(request.cursor, self.name, *self.types)
            here = tuple_(*self.columns)
            statement = statement.where(here < keys if self.is_descending else here > keys)
        order = [c.desc() if self.is_descending else c.asc() for c in self.columns]
        return statement.order_by(*order).limit(request.limit + 1)

    async def page(
        self,
        session: AsyncSession,
        statement: SelectOfScalar[Row],
        request: PageRequest,
        *,
        view: Callable[[Row], Item],
    ) -> Page[Item]:
        """The page of a statement whose rows carry the columns of this order."""
        rows = (await session.exec(self.after(statement, request))).all()
        return page_of(rows, request, view=view, cursor=self.cursor)

    async def page_together(
        self,
        session: AsyncSession,
        statement: SelectOfScalar[Row],
        request: PageRequest,
        *,
        views: Callable[[Sequence[Row]], Awaitable[list[Item]]],
    ) -> Page[Item]:
        """As `page`, of views that are made together, in the order of their rows."""
        rows = (await session.exec(self.after(statement, request))).all()
        shown = await views(rows[: request.limit])
        return Page(data=shown, page=_mark(rows, request, self.cursor))

    def cursor(self, row: object) -> str:
        """Where a row stands in this order."""
        keys = [column.key for column in self.columns]  # type: ignore[union-attr]  # col() hides it
        return make_cursor(self.name, *(getattr(row, str(key)) for key in keys))


def page_of(
    rows: Sequence[Row],
    request: PageRequest,
    *,
    view: Callable[[Row], Item],
    cursor: Callable[[Row], str],
) -> Page[Item]:
    """The page in rows that were read one longer than the limit."""
    shown = [view(row) for row in rows[: request.limit]]
    return Page(data=shown, page=_mark(rows, request, cursor))


def _mark(rows: Sequence[Row], request: PageRequest, cursor: Callable[[Row], str]) -> PageMark:
    has_more = len(rows) > request.limit
    next_cursor = cursor(rows[request.limit - 1]) if has_more else None
    return PageMark(next_cursor=next_cursor, has_more=has_more)
