"""A PostgreSQL that stands still: it keeps its connections and takes new ones, and says nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from domain.kernel.settings import Settings

SOCKET = ".s.PGSQL.5432"


class Wire:
    """Between api or workers and PostgreSQL; what is said in vain is said once it goes on."""

    def __init__(self, settings: Settings) -> None:
        url = settings.database_url.get_secret_value()
        [self._place] = parse_qs(urlsplit(url).query)["host"]
        self._flows = asyncio.Event()
        self._flows.set()
        self._last_word: bytes | None = None

    def leads(self, settings: Settings, folder: Path) -> Settings:
        url = settings.database_url.get_secret_value().replace(self._place, str(folder))
        return settings.model_copy(update={"database_url": SecretStr(url)})

    def stand_still(self) -> None:
        self._flows.clear()

    def stand_still_at(self, said: bytes) -> None:
        """As soon as that is said to it."""
        self._last_word = said

    def go_on(self) -> None:
        self._flows.set()

    async def serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        server, there = await asyncio.open_unix_connection(Path(self._place, SOCKET))
        await asyncio.gather(self._carry(client, there), self._carry(server, back))
        await asyncio.gather(there.wait_closed(), back.wait_closed(), return_exceptions=True)

    async def _carry(self, said: asyncio.StreamReader, onward: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while heard := await said.read(1 << 16):
                if self._last_word and self._last_word in heard:
                    self._last_word = None
                    self.stand_still()
                await self._flows.wait()
                onward.write(heard)
        onward.close()


@asynccontextmanager
async def behind_a_wire(settings: Settings, folder: Path) -> AsyncIterator[tuple[Wire, Settings]]:
    wire = Wire(settings)
    talks: list[Awaitable[None]] = []

    def serve(client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        talks.append(asyncio.ensure_future(wire.serve(client, back)))

    server = await asyncio.start_unix_server(serve, folder / SOCKET)
    try:
        yield wire, wire.leads(settings, folder)
    finally:
        wire.go_on()
        server.close()
        await asyncio.gather(*talks)
