"""The comparison: the nested question by Strawberry as its own documentation writes it.

Types with resolvers, a DataLoader for each relation, asyncpg below; no cache of documents, no
token, no tenancy. It answers the same `data` as Parvis.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from domain.connector.words import InboxKind, Visibility
from domain.kernel.ids import show
from domain.mentions.rules import MentionStatus
from domain.metrics.words import ENGAGEMENT_PARTS, MetricKey
from domain.posts.rules import PostState
from tests.benchmarks.asgi import POOL, no_reset, serve

for _words in (InboxKind, MentionStatus, MetricKey, PostState, Visibility):
    strawberry.enum(_words)

T = TypeVar("T")
Row = asyncpg.Record
COMMUNITIES = "SELECT * FROM communities WHERE workspace_id = $1 ORDER BY created_at, id LIMIT $2"
OF_COMMUNITY = """
SELECT found.* FROM unnest($2::uuid[]) AS owner (id), LATERAL (
    SELECT * FROM {table} WHERE workspace_id = $1 AND community_id = owner.id
     ORDER BY {order} DESC, id DESC LIMIT $3) found
"""
POSTS = OF_COMMUNITY.format(table="posts", order="created_at")
MENTIONS = OF_COMMUNITY.format(table="mentions", order="said_at")
VARIANTS = "SELECT * FROM variants WHERE workspace_id = $1 AND post_id = ANY ($2) ORDER BY id"
STANDINGS = """
SELECT * FROM standings WHERE workspace_id = $1 AND post_id = ANY ($2)
 ORDER BY network, subject_id, metric
"""
AUTHORS = "SELECT * FROM authors WHERE workspace_id = $1 AND id = ANY ($2)"


@strawberry.type
class Page(Generic[T]):
    nodes: list[T]


@strawberry.type
class Author:
    id: strawberry.ID
    network: str
    handle: str
    display_name: str | None
    url: str | None
    avatar_url: str | None


@strawberry.type
class Mention:
    id: strawberry.ID
    network: str
    kind: InboxKind
    status: MentionStatus
    text: str
    url: str | None
    language: str | None
    post_title: str | None
    said_at: datetime
    version: int
    author_id: strawberry.Private[UUID]

    @strawberry.field
    async def author(self, info: strawberry.Info["Loaders"]) -> Author | None:
        return await info.context.authors.load(self.author_id)


@strawberry.type
class Variant:
    id: strawberry.ID
    account_id: strawberry.ID
    visibility: Visibility
    version: int


@strawberry.type
class Total:
    metric: MetricKey
    total: int
    sampled_at: datetime


@strawberry.type
class Copy:
    account_id: strawberry.ID
    network: str
    engagements: int | None
    totals: list[Total]


@strawberry.type
class Metrics:
    engagements: int | None
    copies: list[Copy]


@strawberry.type
class Post:
    id: strawberry.ID
    title: str
    text: str
    state: PostState
    publish_at: datetime | None
    published_at: datetime | None
    labels: list[str]
    version: int
    key: strawberry.Private[UUID]

    @strawberry.field
    async def variants(self, info: strawberry.Info["Loaders"]) -> Page[Variant]:
        return Page(nodes=await info.context.variants.load(self.key))

    @strawberry.field
    async def metrics(self, info: strawberry.Info["Loaders"]) -> Metrics:
        return await info.context.metrics.load(self.key)


@strawberry.type
class Community:
    id: strawberry.ID
    name: str
    slug: str
    time_zone: str
    key: strawberry.Private[UUID]

    @strawberry.field
    async def posts(self, info: strawberry.Info["Loaders"], first: int = 20) -> Page[Post]:
        return Page(nodes=await info.context.posts(first).load(self.key))

    @strawberry.field
    async def mentions(self, info: strawberry.Info["Loaders"], first: int = 20) -> Page[Mention]:
        return Page(nodes=await info.context.mentions(first).load(self.key))


@strawberry.type
class Query:
    @strawberry.field
    async def communities(
        self, info: strawberry.Info["Loaders"], first: int = 20
    ) -> Page[Community]:
        rows = await info.context.fetch(COMMUNITIES, first)
        return Page(nodes=[_community(row) for row in rows])


class Loaders:
    """One for each operation, as DataLoaders are."""

    def __init__(self, pool: asyncpg.Pool, workspace_id: UUID) -> None:
        self._pool = pool
        self._workspace_id = workspace_id
        self._pages: dict[Hashable, DataLoader[UUID, list[Any]]] = {}
        self.authors = DataLoader(self._authors)
        self.variants = DataLoader(self._variants)
        self.metrics = DataLoader(self._metrics)

    async def fetch(self, statement: str, *arguments: object) -> list[Row]:
        return await self._pool.fetch(statement, self._workspace_id, *arguments)

    def posts(self, first: int) -> DataLoader[UUID, list[Post]]:
        return self._page(POSTS, first, _post)

    def mentions(self, first: int) -> DataLoader[UUID, list[Mention]]:
        return self._page(MENTIONS, first, _mention)

    def _page(
        self, statement: str, first: int, shown: Callable[[Row], T]
    ) -> DataLoader[UUID, list[T]]:
        async def read(keys: list[UUID]) -> Sequence[list[T]]:
            return _grouped(keys, "community_id", await self.fetch(statement, keys, first), shown)

        return self._pages.setdefault((statement, first), DataLoader(read))

    async def _variants(self, keys: list[UUID]) -> Sequence[list[Variant]]:
        return _grouped(keys, "post_id", await self.fetch(VARIANTS, keys), _variant)

    async def _metrics(self, keys: list[UUID]) -> Sequence[Metrics]:
        found = _grouped(keys, "post_id", await self.fetch(STANDINGS, keys), lambda row: row)
        return [_metrics(rows) for rows in found]

    async def _authors(self, keys: list[UUID]) -> Sequence[Author | None]:
        found = {row["id"]: _author(row) for row in await self.fetch(AUTHORS, keys)}
        return [found.get(key) for key in keys]


def _grouped(
    keys: Sequence[UUID], owner: str, rows: Sequence[Row], shown: Callable[[Row], T]
) -> list[list[T]]:
    found: dict[UUID, list[T]] = {key: [] for key in keys}
    for row in rows:
        found[row[owner]].append(shown(row))
    return list(found.values())


def _id(prefix: str, id_: UUID) -> strawberry.ID:
    return strawberry.ID(show(prefix, id_))


def _community(row: Row) -> Community:
    return Community(
        id=_id("com", row["id"]),
        name=row["name"],
        slug=row["slug"],
        time_zone=row["time_zone"],
        key=row["id"],
    )


def _post(row: Row) -> Post:
    return Post(
        id=_id("post", row["id"]),
        title=row["title"],
        text=row["text"],
        state=PostState(row["state"]),
        publish_at=row["publish_at"],
        published_at=row["published_at"],
        labels=row["labels"],
        version=row["version"],
        key=row["id"],
    )


def _variant(row: Row) -> Variant:
    return Variant(
        id=_id("var", row["id"]),
        account_id=_id("acct", row["account_id"]),
        visibility=Visibility(row["visibility"]),
        version=row["version"],
    )


def _metrics(rows: Sequence[Row]) -> Metrics:
    copies: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        copies[row["subject_id"]].append(row)
    shown = [_copy(each) for each in copies.values()]
    known = [each.engagements for each in shown if each.engagements is not None]
    return Metrics(engagements=sum(known) if known else None, copies=shown)


def _copy(rows: Sequence[Row]) -> Copy:
    parts = [row["total"] for row in rows if row["metric"] in ENGAGEMENT_PARTS]
    totals = [
        Total(metric=MetricKey(row["metric"]), total=row["total"], sampled_at=row["sampled_at"])
        for row in rows
    ]
    return Copy(
        account_id=_id("acct", rows[0]["account_id"]),
        network=rows[0]["network"],
        engagements=sum(parts) if parts else None,
        totals=totals,
    )


def _mention(row: Row) -> Mention:
    return Mention(
        id=_id("men", row["id"]),
        network=row["network"],
        kind=InboxKind(row["kind"]),
        status=MentionStatus(row["status"]),
        text=row["text"],
        url=row["url"],
        language=row["language"],
        post_title=row["post_title"],
        said_at=row["said_at"],
        version=row["version"],
        author_id=row["author_id"],
    )


def _author(row: Row) -> Author:
    return Author(
        id=_id("auth", row["id"]),
        network=row["network"],
        handle=row["handle"],
        display_name=row["display_name"],
        url=row["url"],
        avatar_url=row["avatar_url"],
    )


class App(GraphQL[Loaders, None]):
    def __init__(self) -> None:
        super().__init__(strawberry.Schema(Query))
        self._workspace_id = UUID(os.environ["BENCH_WORKSPACE"])
        self._pool: asyncpg.Pool

    async def open(self) -> None:
        url = os.environ["BENCH_OWNER_URL"]
        self._pool = await asyncpg.create_pool(url, min_size=POOL, max_size=POOL, reset=no_reset)

    async def close(self) -> None:
        await self._pool.close()

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Loaders:
        del request, response
        return Loaders(self._pool, self._workspace_id)


if __name__ == "__main__":
    serve(App())
