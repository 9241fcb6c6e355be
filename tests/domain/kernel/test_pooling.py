"""Behind a pooler that gives each transaction another connection, statements are not kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from api.cli.server_checks import statements_are_kept
from api.state import open_state
from domain.kernel.pooling import PoolerForgets, statements_last
from domain.kernel.settings import Settings
from workers.main import open_context

READY, IDLE, KEY = b"Z", b"I", b"K"


class Pooler:
    """Speaks for a client on a connection of its own until each transaction ends, or for good."""

    def __init__(self, socket: Path, *, forgets: bool) -> None:
        self._socket = socket
        self._forgets = forgets

    async def serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        talk = Talk(self._socket, client, back)
        asking = asyncio.create_task(talk.ask())
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await talk.answer(forgets=self._forgets)
        asking.cancel()
        talk.there.close()
        back.close()


class Talk:
    """Of one client; the server's side changes while the client waits to be told that it may go."""

    server: asyncio.StreamReader
    there: asyncio.StreamWriter

    def __init__(
        self, socket: Path, client: asyncio.StreamReader, back: asyncio.StreamWriter
    ) -> None:
        self._socket = socket
        self._client = client
        self._back = back
        self._is_greeted = asyncio.Event()

    async def ask(self) -> None:
        await self._is_greeted.wait()
        while said := await self._client.read(1 << 16):
            self.there.write(said)
        self.there.close()

    async def answer(self, *, forgets: bool) -> None:
        length = await self._client.readexactly(4)
        greeting = length + await self._client.readexactly(int.from_bytes(length) - 4)
        await self._greet(greeting)
        self._is_greeted.set()
        while True:
            head, body = await self._read()
            if head[:1] == KEY:
                body = b"\0\0\0\7" + body[4:]
            if forgets and (head[:1], body) == (READY, IDLE):
                self.there.close()
                await self._greet(greeting)
                while (await self._read())[0][:1] != READY:
                    pass
            self._back.write(head + body)

    async def _greet(self, greeting: bytes) -> None:
        self.server, self.there = await asyncio.open_unix_connection(self._socket)
        self.there.write(greeting)

    async def _read(self) -> tuple[bytes, bytes]:
        head = await self.server.readexactly(5)
        return head, await self.server.readexactly(int.from_bytes(head[1:]) - 4)


@asynccontextmanager
async def pooled(settings: Settings, folder: Path, *, forgets: bool) -> AsyncIterator[Settings]:
    url = settings.database_url.get_secret_value()
    [host] = parse_qs(urlsplit(url).query)["host"]
    pooler = Pooler(Path(host) / ".s.PGSQL.5432", forgets=forgets)
    place = folder / ".s.PGSQL.5432"
    server = await asyncio.start_unix_server(pooler.serve, place)
    try:
        yield settings.model_copy(
            update={"database_url": SecretStr(url.replace(host, str(folder)))}
        )
    finally:
        server.close()


async def test_statements_last_without_a_pooler_and_with_one_that_pools_sessions(
    settings: Settings, tmp_path: Path
) -> None:
    async with pooled(settings, tmp_path, forgets=False) as behind:
        found = [
            await statements_last(each.database_url.get_secret_value())
            for each in (settings, behind)
        ]

    assert found == [True, True]


async def test_api_and_workers_do_not_keep_statements_that_a_pooler_forgets(
    settings: Settings, tmp_path: Path
) -> None:
    """They started, and every request was a fault of ours that nobody could read."""
    async with pooled(settings, tmp_path, forgets=True) as behind:
        assert behind.statement_cache_size == 256
        for opening in (open_state, open_context):
            with pytest.raises(PoolerForgets, match="Set STATEMENT_CACHE_SIZE=0"):
                async with opening(behind):
                    pytest.fail("It started.")
        async with open_state(behind.model_copy(update={"statement_cache_size": 0})) as state:
            answer = await state.database.reads.fetchval("SELECT 1")

    assert answer == 1


async def test_doctor_says_what_to_do_about_a_pooler(settings: Settings, tmp_path: Path) -> None:
    async with pooled(settings, tmp_path, forgets=True) as behind:
        url = behind.database_url.get_secret_value()
        kept, none = await statements_are_kept(url, 256), await statements_are_kept(url, 0)

    assert kept.remedy == "Set STATEMENT_CACHE_SIZE=0, or have it pool sessions."
    assert none.what == "Prepared statements kept per connection: 0."
    assert not none.is_wrong
