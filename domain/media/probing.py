"""What a file holds, found by taking it apart.

Blocks and may break: `workers/crafting.py` calls it, in a process of its own, where alone PyAV is
loaded.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from domain.kernel.errors import MediaUnsupported
from domain.media.shapes import MediaFactsView
from domain.media.sniffing import opened

if TYPE_CHECKING:
    from av.container import InputContainer

_ORIENTATION, _GPS = 0x0112, 0x8825
_TURNS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
"""Degrees clockwise by EXIF orientation; mirrored ones turn alike."""
VIDEO_FORMAT = "mp4"
"""Said, not guessed: no other reader of FFmpeg's is ever tried on what people send."""


def probe(path: Path, content_type: str) -> MediaFactsView:
    """Raises `MediaUnsupported` for what cannot be read."""
    return _video(path) if content_type.startswith("video/") else _image(path)


def _image(path: Path) -> MediaFactsView:
    with opened(path) as image:
        image.load()
        exif = image.getexif()
        return MediaFactsView(
            duration_s=None,
            frame_rate=None,
            video_codec=None,
            audio_codec=None,
            rotation=_TURNS.get(exif.get(_ORIENTATION, 1), 0),
            is_animated=getattr(image, "is_animated", False),
            colour=image.mode,
            has_location=bool(exif.get_ifd(_GPS)),
        )


def _video(path: Path) -> MediaFactsView:
    import av  # noqa: PLC0415 - heavy, and wanted in this process alone

    try:
        with av.open(str(path), format=VIDEO_FORMAT) as container:
            return _film(container)
    except (av.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise MediaUnsupported("The video is broken.") from error


def _film(container: "InputContainer") -> MediaFactsView:
    picture = container.streams.video[0]
    sound = container.streams.audio[0] if container.streams.audio else None
    first = next(container.decode(picture))
    rate = picture.average_rate
    return MediaFactsView(
        duration_s=None if container.duration is None else container.duration / 1_000_000,
        frame_rate=None if rate is None else round(float(rate), 3),
        video_codec=picture.codec_context.name,
        audio_codec=None if sound is None else sound.codec_context.name,
        rotation=-first.rotation % 360,
        is_animated=True,
        colour=first.format.name,
        has_location=any("location" in name.lower() for name in container.metadata),
    )
