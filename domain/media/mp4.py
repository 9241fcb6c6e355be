"""The picture size of an MP4 file, as its headers tell it (ISO/IEC 14496-12)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BRANDS = frozenset(
    f"{brand:4}".encode()
    for brand in (
        *("isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9"),
        *("mp41", "mp42", "avc1", "M4V", "dash", "MSNV", "mmp4"),
    )
)
MOST_BOXES = 1000
"""What has more boxes side by side is not read on."""
_TRACK_HEADER_BYTES = {0: 84, 1: 96}
"""By version: what a `tkhd` box holds; matrix and size are its last 44 bytes."""


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    begins: int
    ends: int


def is_mp4(head: bytes) -> bool:
    """Whether the first bytes say so."""
    return head[4:8] == b"ftyp" and head[8:12] in BRANDS


def picture_size(file: BinaryIO) -> tuple[int, int] | None:
    """Width and height as shown, in pixels; None when no track is a picture."""
    size = file.seek(0, 2)
    movie = next((box for box in _boxes(file, 0, size) if box.kind == b"moov"), None)
    if movie is None:
        return None
    tracks = (box for box in _boxes(file, movie.begins, movie.ends) if box.kind == b"trak")
    sizes = (_track_size(file, track) for track in tracks)
    return next((found for found in sizes if found is not None), None)


def _track_size(file: BinaryIO, track: _Box) -> tuple[int, int] | None:
    for box in _boxes(file, track.begins, track.ends):
        if box.kind != b"tkhd":
            continue
        file.seek(box.begins)
        header = file.read(min(box.ends - box.begins, 96))
        if not header or len(header) < _TRACK_HEADER_BYTES.get(header[0], len(header) + 1):
            return None
        header = header[: _TRACK_HEADER_BYTES[header[0]]]
        straight, width, height = *struct.unpack(">i", header[-44:-40]), *_fixed(header[-8:])
        if not width or not height:
            return None
        # Turned by a quarter when nothing of x stays x.
        return (width, height) if straight else (height, width)
    return None


def _fixed(raw: bytes) -> tuple[int, int]:
    """Two numbers of 16.16 bits, without their fractions."""
    width, height = struct.unpack(">II", raw)
    return width >> 16, height >> 16


def _boxes(file: BinaryIO, begins: int, ends: int) -> Iterator[_Box]:
    for _ in range(MOST_BOXES):
        file.seek(begins)
        head = file.read(16)
        if begins + 8 > ends or len(head) < 8:
            return
        size, kind = struct.unpack(">I4s", head[:8])
        inner = begins + 8
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack(">Q", head[8:])
            inner += 8
        after = ends if size == 0 else begins + size
        if after < inner or after > ends:
            return
        yield _Box(kind, inner, after)
        begins = after
