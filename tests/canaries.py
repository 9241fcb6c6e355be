"""Secrets that are planted to be looked for, and everywhere that is looked."""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import asyncpg
import httpx2
from redis.asyncio import Redis

TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind = 'r'
 ORDER BY 1
"""
READS = {
    "string": ("GET",),
    "hash": ("HGETALL",),
    "list": ("LRANGE", "0", "-1"),
    "set": ("SMEMBERS",),
    "zset": ("ZRANGE", "0", "-1"),
    "stream": ("XRANGE", "-", "+"),
}
SHORTEST = 8
"""Shorter ones, such as codes of six digits, would be found by chance."""


@dataclass
class Canaries:
    """Secrets by what they are called."""

    known: dict[str, str] = field(default_factory=dict)

    def plant(self, name: str, secret: str) -> str:
        """Remembers a secret; gives it back."""
        assert len(secret) >= SHORTEST, name
        self.known[name] = secret
        return secret

    def seen_in(self, text: str) -> set[str]:
        """The names of those that a text shows, in any of their forms."""
        return {
            name for name, secret in self.known.items() if any(f in text for f in forms(secret))
        }


def forms(secret: str) -> Iterator[str]:
    """A secret as it is, quoted for an address, as PostgreSQL shows bytes, and in base 64."""
    raw = secret.encode()
    yield from (secret, quote(secret, safe=""), raw.hex(), b64encode(raw).decode().rstrip("="))


async def rows_of(url: str) -> AsyncIterator[tuple[str, str]]:
    """Every row of every table as text, sealed columns too: as bytes, they show nothing."""
    connection = await asyncpg.connect(url)
    try:
        for table in [row[0] for row in await connection.fetch(TABLES)]:
            for row in await connection.fetch(f"SELECT t::text FROM {table} t"):
                yield f"table {table}", row[0]
    finally:
        await connection.close()


async def queued_in(url: str) -> AsyncIterator[tuple[str, str]]:
    """Every key of Valkey with its value."""
    client: Redis = Redis.from_url(url)
    try:
        async for key in client.scan_iter():
            kind = (await client.type(key)).decode()
            if kind == "none":
                # Its time was up meanwhile.
                continue
            name, *more = READS[kind]
            value = await client.execute_command(name, key, *more)  # type: ignore[no-untyped-call]  # as the library has it
            yield f"valkey {kind}", f"{key.decode()} {_text(value)}"
    finally:
        await client.aclose()


def _text(value: object) -> str:
    """Bytes as text, however deep they lie."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, dict):
        return " ".join(_text(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple | set):
        return " ".join(_text(each) for each in value)
    return str(value)


def files_in(folder: Path) -> Iterator[tuple[str, str]]:
    """Every log below a folder."""
    for path in sorted(folder.rglob("*.log")):
        yield f"log {path.name}", path.read_text(errors="replace")


@dataclass
class Witness:
    """Remembers every answer of a client: a refusal may show no secret at all."""

    refusals: list[tuple[str, str]] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, answer: httpx2.Response) -> None:
        await answer.aread()
        where = f"{answer.status_code} {answer.request.method} {answer.request.url.path}"
        text = f"{answer.headers!r} {answer.text}"
        (self.refusals if answer.status_code >= 400 else self.answers).append((where, text))
