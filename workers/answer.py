"""A network's answer, read piece by piece and never beyond its cap."""

import zlib
from collections.abc import Iterable

from aiohttp import ClientPayloadError, ClientResponse

from domain.connector.http import Reply


class TooLarge(Exception):
    """The answer is longer than the cap; the rest was not read."""


async def read_reply(response: ClientResponse, *, max_bytes: int) -> Reply:
    """The whole answer. Raises `TooLarge` past the cap, unpacked or not, whatever it announced."""
    headers = _merged(response.raw_headers)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise TooLarge
    is_packed = headers.get("content-encoding", "").lower() in {"gzip", "x-gzip"}
    unpacker = _Unpacker(max_bytes) if is_packed else None
    body, received = bytearray(), 0
    async for chunk in response.content.iter_any():
        received += len(chunk)
        # What follows a packed answer unpacks to nothing, and would be kept all the same.
        if received > max_bytes:
            raise TooLarge
        body += unpacker.unpack(chunk, max_bytes - len(body)) if unpacker else chunk
        if len(body) > max_bytes:
            raise TooLarge
    if unpacker is not None:
        unpacker.close()
        headers.pop("content-encoding")
    url = str(response.real_url)
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
            raise ClientPayloadError("the answer is badly packed") from error

    def close(self) -> None:
        if self._has_begun and not self._engine.eof:
            raise ClientPayloadError("the answer was cut")


def _merged(raw_headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for raw_name, raw_value in raw_headers:
        name, value = _text(raw_name).lower(), _text(raw_value)
        merged[name] = f"{merged[name]}, {value}" if name in merged else value
    return merged


def _text(raw: bytes) -> str:
    """As it is written when it goes back, for instance as an ETag; every byte means something."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
