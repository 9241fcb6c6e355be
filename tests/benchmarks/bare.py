"""The limit: the same SQL by a bare ASGI application, without token, tenancy or row-level security.

It runs as the owner of the tables, in a process of its own, tuned as Parvis is: uvloop, prepared
statements, no reset query, plans kept for the hot reads, nothing of it in garbage collections.
"""

import os
from datetime import UTC, date, datetime
from urllib.parse import parse_qs
from uuid import UUID

import asyncpg

from domain.kernel.caller import worker
from domain.kernel.ids import read
from domain.kernel.pages import PageRequest, make_cursor
from domain.mentions.inbox import HIGHEST, LATEST, read_inbox
from domain.mentions.shapes import MentionFilter, MentionSort
from domain.metrics.series import SeriesQuery, read_series
from domain.metrics.words import GroupBy, MetricKey
from domain.posts.window import READ, SORT
from tests.benchmarks import nested
from tests.benchmarks.asgi import POOL, Receive, Scope, Send, no_reset, serve

INBOX = """
SELECT convert_to(string_agg(p.shown, ',') FILTER (WHERE p.place <= $6), 'UTF8') AS body,
       count(*) > $6 AS has_more,
       max(p.said_at) FILTER (WHERE p.place = $6) AS last_at,
       (array_agg(p.id) FILTER (WHERE p.place = $6))[1] AS last_id
  FROM (SELECT q.*, row_number() OVER () AS place FROM (
        SELECT m.shown, m.said_at, m.id FROM mentions m
         WHERE m.workspace_id = $1 AND m.status = $2 AND m.network = $3
           AND (m.said_at, m.id) < ($4, $5)
         ORDER BY m.said_at DESC, m.id DESC LIMIT $6 + 1) q) p
"""
BY_ID = "SELECT convert_to(shown, 'UTF8') FROM mentions WHERE workspace_id = $1 AND id = $2"
JSON = [(b"content-type", b"application/json")]
# A page that never changes, for what an answer of 304 costs at least: nothing is asked of it.
TAG = 'W/"1"'
UNCHANGED = [(b"etag", TAG.encode()), (b"cache-control", b"private, no-cache")]
GENERIC = {"plan_cache_mode": "force_generic_plan"}


class Bare:
    """One workspace's inbox, mentions, series, search and nested question."""

    def __init__(self) -> None:
        self._caller = worker(UUID(os.environ["BENCH_WORKSPACE"]))
        self._hot: asyncpg.Pool
        self._plain: asyncpg.Pool

    async def open(self) -> None:
        url = os.environ["BENCH_OWNER_URL"]
        self._hot = await asyncpg.create_pool(
            url, min_size=POOL, max_size=POOL, reset=no_reset, server_settings=GENERIC
        )
        self._plain = await asyncpg.create_pool(url, min_size=POOL, max_size=POOL, reset=no_reset)

    async def close(self) -> None:
        await self._hot.close()
        await self._plain.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        path: str = scope["path"]
        if (b"if-none-match", TAG.encode()) in scope["headers"]:
            await send({"type": "http.response.start", "status": 304, "headers": UNCHANGED})
            await send({"type": "http.response.body", "body": b""})
            return
        if path == "/v1/mentions":
            body = await self._list(parse_qs(scope["query_string"].decode()))
        elif path == "/v1/metrics/series":
            body = await self._series(parse_qs(scope["query_string"].decode()))
        elif path == "/v1/entries":
            body = await self._window(parse_qs(scope["query_string"].decode()))
        elif path == "/nested":
            text: str = await self._hot.fetchval(nested.STATEMENT, self._caller.workspace_id)
            body = text.encode()
        elif path == "/":
            body = b"{}"
        else:
            id_ = UUID(hex=path.rpartition("_")[2])
            body = await self._hot.fetchval(BY_ID, self._caller.workspace_id, id_)
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*JSON, length]})
        await send({"type": "http.response.body", "body": body})

    async def _list(self, asked: dict[str, list[str]]) -> bytes:
        most = int(asked.get("limit", ["50"])[0])
        if "q" in asked:
            where, page = MentionFilter(words=asked["q"][0]), PageRequest(most)
            found = await read_inbox(self._plain, self._caller, where, page, now=datetime.now(UTC))
            return found.body
        status, network = asked["status"][0], asked["network"][0]
        [row] = await self._hot.fetch(
            INBOX, self._caller.workspace_id, status, network, LATEST, HIGHEST, most
        )
        cursor, more = "null", "false"
        if row["has_more"]:
            edge = row["last_at"].astimezone(UTC), UUID(int=row["last_id"].int)
            cursor, more = f'"{make_cursor(MentionSort.SAID_DOWN, *edge)}"', "true"
        mark = f'"next_cursor":{cursor},"has_more":{more}'.encode()
        return b'{"data":[%b],"page":{%b}}' % (row["body"] or b"", mark)

    async def _window(self, asked: dict[str, list[str]]) -> bytes:
        since, until = (datetime.fromisoformat(asked[name][0]) for name in ("since", "until"))
        most = int(asked["limit"][0])
        given = (self._caller.workspace_id, None, None, since, until, None, None, most)
        [row] = await self._plain.fetch(READ, *given)
        cursor, more = "null", "false"
        if row["has_more"]:
            cursor = f'"{make_cursor(SORT, row["last_at"], row["last_id"])}"'
            more = "true"
        mark = f'"next_cursor":{cursor},"has_more":{more}'.encode()
        return b'{"data":%b,"page":{%b}}' % (row["entries"], mark)

    async def _series(self, asked: dict[str, list[str]]) -> bytes:
        query = SeriesQuery(
            metrics=tuple(MetricKey(each) for each in asked["metric"]),
            community_ids=tuple(read("com", each) for each in asked.get("community_id", ())),
            group_by=GroupBy(asked["group_by"][0]),
            first_on=date.fromisoformat(asked["from"][0]),
            last_on=date.fromisoformat(asked["to"][0]),
        )
        found = await read_series(self._plain, self._caller, query, now=datetime.now(UTC))
        return found.encode()


if __name__ == "__main__":
    serve(Bare())
