"""What a file is, found by reading it: names and declared types are not believed."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import puremagic
from PIL import Image

from domain.kernel.errors import MediaUnsupported, PictureTooLarge
from domain.media.mp4 import is_mp4, picture_size

HEAD_BYTES = 4096
MOST_PIXELS = 50_000_000
"""Larger pictures are refused before they are unpacked; the largest network takes 33 million."""
HUGE = f"The picture has more than {MOST_PIXELS:,} pixels."
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
}
_ORIENTATION = 0x0112
_TURNED = frozenset({5, 6, 7, 8})
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    OverflowError,
    struct.error,
    zlib.error,
)
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
"""What Pillow calls pictures of more pixels than it opens, before their size is looked at here."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    content_type: str
    width: int | None
    height: int | None


def sniff(path: Path) -> Sniffed:
    """Raises `MediaUnsupported`. Unpacks a picture: blocks, so call it in a thread."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if is_mp4(head):
            return _video(file)
    if _guesses(head).isdisjoint(FORMATS.values()):
        raise MediaUnsupported
    return _image(path)


def _guesses(head: bytes) -> set[str]:
    try:
        return {found.mime_type for found in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()


def _video(file: BinaryIO) -> Sniffed:
    size = picture_size(file)
    if size is None:
        raise MediaUnsupported("The file says it is an MP4 video, and no picture is found in it.")
    return Sniffed("video/mp4", *size)


def _image(path: Path) -> Sniffed:
    with opened(path) as image:
        width, height = image.size
        content_type = FORMATS[image.format or ""]
        # A JPEG can be read whole at an eighth of its size; the others have no such way.
        image.draft(image.mode, (max(1, width // 8), max(1, height // 8)))
        image.load()
        is_turned = image.getexif().get(_ORIENTATION) in _TURNED
    return Sniffed(content_type, *((height, width) if is_turned else (width, height)))


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The picture, not yet unpacked. Raises `MediaUnsupported` for what breaks inside, too."""
    try:
        with Image.open(path, formats=tuple(FORMATS)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureTooLarge(HUGE)
            yield image
    except TOO_LARGE as error:
        raise PictureTooLarge(HUGE) from error
    except BROKEN as error:
        raise MediaUnsupported("The picture is broken.") from error
