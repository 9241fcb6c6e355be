"""A network's answer, read piece by piece and never beyond its cap."""

import zlib
from collections.abc import AsyncIterable

import httpcore2

from domain.connector.http import Reply


class TooLarge(Exception):
    """The answer is longer than the cap; the rest was not read."""


async def read_reply(response: httpcore2.Response, url: str, *, max_bytes: int) -> Reply:
    """The whole answer. Raises `TooLarge` past the cap, unpacked or not, whatever it announced."""
    headers = _headers(response)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise TooLarge
    is_packed = headers.get("content-encoding", "").lower() in {"gzip", "x-gzip"}
    unpacker = _Unpacker(max_bytes) if is_packed else None
    body = bytearray()
    if not isinstance(response.stream, AsyncIterable):
        raise TypeError("the pool answers asynchronously")
    async for chunk in response.stream:
        body += unpacker.unpack(chunk, max_bytes - len(body)) if unpacker else chunk
        if len(body) > max_bytes:
            raise TooLarge
    if unpacker is not None:
        unpacker.close()
        headers.pop("content-encoding")
    return Reply(status=response.status, headers=headers, body=bytes(body), url=url)


class _Unpacker:
    """gzip with a limit on what comes out: a few bytes may stand for gigabytes."""

    def __init__(self, max_bytes: int) -> None:
        self._engine = zlib.decompressobj(wbits=31)
        self._max_bytes = max_bytes
        self._has_begun = False

    def unpack(self, chunk: bytes, left: int) -> bytes:
        self._has_begun = True
        try:
            return self._engine.decompress(chunk, left + 1)
        except zlib.error as error:
            raise httpcore2.RemoteProtocolError("the answer is badly packed") from error

    def close(self) -> None:
        if self._has_begun and not self._engine.eof:
            raise httpcore2.RemoteProtocolError("the answer was cut")


def _headers(response: httpcore2.Response) -> dict[str, str]:
    merged: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        merged[name] = f"{merged[name]}, {value}" if name in merged else value
    return merged
