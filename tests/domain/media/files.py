"""Small real files of each kind, made in memory."""

import struct
from io import BytesIO

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3), colour: str = "teal") -> bytes:
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def track(width: int, height: int, *, is_turned: bool = False, version: int = 0) -> bytes:
    one, none = 0x10000, 0
    across = (none, one, none, -one) if is_turned else (one, none, none, one)
    a, b, c, d = across
    matrix = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    times = bytes(20 if version == 0 else 32)
    size = struct.pack(">II", width << 16, height << 16)
    header = bytes([version, 0, 0, 7]) + times + bytes(16) + matrix + size
    return box(b"trak", box(b"tkhd", header))


def video(*tracks: bytes, brand: bytes = b"isom") -> bytes:
    """An MP4 whose film comes before its index, as cameras write it."""
    kind = box(b"ftyp", brand, bytes(4), b"isommp42")
    return kind + box(b"mdat", bytes(5000)) + box(b"moov", box(b"mvhd", bytes(100)), *tracks)
