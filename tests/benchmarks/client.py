"""A small load client for machines without wrk: `client URL REQUESTS SECONDS CONNECTIONS -H …`.

One process, many connections, one request under way on each.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from tests.benchmarks.report import percentile


class Counts:
    def __init__(self, ends_at: float) -> None:
        self.ends_at = ends_at
        self.took_ms: list[float] = []
        self.errors = 0


def requests_of(lines: Sequence[str], host: str, headers: Sequence[str]) -> list[bytes]:
    """Each request as it goes over the wire."""
    made = []
    for line in lines:
        method, path, *rest = line.split(" ", 2)
        body = rest[0].encode() if rest else b""
        head = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
        if body:
            head.append(f"Content-Length: {len(body)}")
        made.append("\r\n".join([*head, "", ""]).encode() + body)
    return made


async def _talk(host: str, port: int, requests: Iterator[bytes], counts: Counts) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while (started := time.perf_counter()) < counts.ends_at:
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        counts.took_ms.append((time.perf_counter() - started) * 1000)
        counts.errors += not head.startswith((b"HTTP/1.1 2", b"HTTP/1.1 304"))
    writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _run(root: str, file: str, seconds: float, connections: int, headers: list[str]) -> None:
    target = urlsplit(root)
    host, port = target.hostname or "127.0.0.1", target.port or 80
    lines = Path(file).read_text().splitlines()  # noqa: ASYNC240 - before anything runs
    requests = cycle(requests_of(lines, f"{host}:{port}", headers))
    started = time.perf_counter()
    counts = Counts(started + seconds)
    await asyncio.gather(*(_talk(host, port, requests, counts) for _ in range(connections)))
    told = {
        "requests": len(counts.took_ms),
        "errors": counts.errors,
        "seconds": time.perf_counter() - started,
        "p50_ms": percentile(counts.took_ms, 0.5),
        "p99_ms": percentile(counts.took_ms, 0.99),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def main() -> None:
    root, file, seconds, connections, *rest = sys.argv[1:]
    headers = [each for each in rest if each != "-H"]
    uvloop.run(_run(root, file, float(seconds), int(connections), headers))


if __name__ == "__main__":
    main()
