"""Makes of a file one that fits the limits of a network: a picture smaller, a video H.264 and AAC.

Blocks, for minutes where it is a video: `workers/crafting.py` calls it, in a process of its own.
Renditions carry nothing but their picture and their sound: no EXIF, no place.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageCms, ImageOps

from domain.kernel.errors import MediaUnsupported
from domain.media.probing import VIDEO_FORMAT
from domain.media.sniffing import opened

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.filter import Graph
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Tell = Callable[[float], None]
QUALITIES = (88, 75, 60)
SMALLER = 0.8
LEAST_SIDE = 64
ROOM = 0.93
"""Of the bytes that are allowed: the rest is for the container and for bits beyond the mean."""
SOUND_BITS = 96_000
LEAST_BITS, MOST_BITS = 60_000, 6_000_000
BITS_PER_PIXEL = 0.04
"""Below, H.264 shows more blocks than picture: rather a smaller one."""
TRIES = ((1.0, 0.0, 0.9), (0.75, 0.9, 0.06), (0.5, 0.96, 0.03))
"""Share of the bits, and where progress begins and how far it goes, when a try came out too big."""
TELL_EVERY_S = 0.5
CLOCK = Fraction(1, 90_000)
IMPOSSIBLE = "It cannot be made small enough."


@dataclass(frozen=True, slots=True)
class Limits:
    maximum_bytes: int
    maximum_pixels: int | None
    content_types: tuple[str, ...]

    def scale(self, width: int, height: int) -> float:
        """By how much sides must shrink; 1: not at all."""
        most = self.maximum_pixels or width * height
        return min(1.0, sqrt(most / (width * height)))


def render(path: Path, content_type: str, target: Path, limits: Limits, tell: Tell) -> None:
    """Writes the rendition. Raises `MediaUnsupported` for what cannot be read or made to fit."""
    if content_type.startswith("video/"):
        _render_video(path, target, limits, tell)
    else:
        _render_image(path, target, limits, tell)


def _render_image(path: Path, target: Path, limits: Limits, tell: Tell) -> None:
    with opened(path) as found:
        if getattr(found, "is_animated", False):
            raise MediaUnsupported("Pictures that move are not made smaller.")
        upright = _in_srgb(ImageOps.exif_transpose(found))
        is_clear = upright.has_transparency_data and "image/png" in limits.content_types
        image = upright.convert("RGBA") if is_clear else _filled(upright)
    scale = limits.scale(*image.size)
    for number, (size, quality) in enumerate(_attempts(image.size, scale, is_clear=is_clear)):
        smaller = image.resize(size, Image.Resampling.LANCZOS)
        smaller.save(target, *(("PNG",) if is_clear else ("JPEG",)), quality=quality, optimize=True)
        tell(1 - 0.9 ** (number + 1))
        if target.stat().st_size <= limits.maximum_bytes:
            return
    raise MediaUnsupported(IMPOSSIBLE)


def _in_srgb(image: Image.Image) -> Image.Image:
    """In the colours that are meant where no profile is told, as phones' wide ones would fade."""
    profile = image.info.pop("icc_profile", None)
    if profile is None:
        return image
    if image.mode == "P":
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    kind = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        meant, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, meant, srgb, outputMode=kind) or image
    except (ImageCms.PyCMSError, OSError):  # a broken profile, or one of other colours
        return image


def _filled(image: Image.Image) -> Image.Image:
    """White where it is clear: what lies hidden there is black mostly, as are the letters."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def _attempts(
    size: tuple[int, int], scale: float, *, is_clear: bool
) -> Iterator[tuple[tuple[int, int], int]]:
    """Sizes and qualities, the best first; PNG knows no quality."""
    while min(size) * scale >= min(LEAST_SIDE, *size):
        scaled = (max(1, int(size[0] * scale)), max(1, int(size[1] * scale)))
        for quality in QUALITIES[:1] if is_clear else QUALITIES:
            yield scaled, quality
        scale *= SMALLER


def _render_video(path: Path, target: Path, limits: Limits, tell: Tell) -> None:
    import av  # noqa: PLC0415 - heavy, and wanted in this process alone

    try:
        for share, begins, goes in TRIES:
            told = _Told(tell, begins, goes)
            with av.open(str(path), format=VIDEO_FORMAT) as source:
                _encode(source, target, limits, share, told)
            if target.stat().st_size <= limits.maximum_bytes:
                return
    except (av.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise MediaUnsupported("The video is broken.") from error
    raise MediaUnsupported(IMPOSSIBLE)


@dataclass(slots=True)
class _Told:
    """Tells of progress now and then."""

    tell: Tell
    begins: float
    goes: float
    last_at: float = 0.0

    def at(self, fraction: float) -> None:
        if time.monotonic() - self.last_at >= TELL_EVERY_S:
            self.last_at = time.monotonic()
            self.tell(self.begins + self.goes * min(max(fraction, 0.0), 1.0))


def _encode(
    source: "InputContainer", target: Path, limits: Limits, share: float, told: _Told
) -> None:
    import av  # noqa: PLC0415 - as above

    picture = source.streams.video[0]
    sound = source.streams.audio[0] if source.streams.audio else None
    lasts_s = (source.duration or 0) / 1_000_000
    bits = _bits(limits, lasts_s, share, has_sound=sound is not None)
    first = next(source.decode(picture))
    source.seek(0)
    turn = -first.rotation % 360
    rate = picture.average_rate or Fraction(25)
    size = _film_size(first, limits, bits / float(rate), is_lying=turn in {90, 270})
    graph = _graph(picture, size, turn)
    with av.open(str(target), "w", format=VIDEO_FORMAT, options={"movflags": "+faststart"}) as made:
        shown = made.add_stream("libx264", rate=rate, options={"preset": "veryfast"})
        shown.width, shown.height = size
        shown.pix_fmt, shown.bit_rate = "yuv420p", bits
        shown.codec_context.time_base, shown.codec_context.thread_count = CLOCK, 1
        heard = None if sound is None else made.add_stream("aac", rate=48_000)
        if heard is not None:
            heard.bit_rate = SOUND_BITS
        for packet in source.demux(*(each for each in (picture, sound) if each is not None)):
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame):
                    for drawn in _through(graph, frame):
                        made.mux(shown.encode(drawn))
                    told.at((frame.time or 0.0) / lasts_s)
                elif heard is not None and isinstance(frame, av.AudioFrame):
                    made.mux(heard.encode(frame))
        made.mux(shown.encode(None))
        if heard is not None:
            made.mux(heard.encode(None))


def _bits(limits: Limits, lasts_s: float, share: float, *, has_sound: bool) -> int:
    """Bits of picture in one second. Raises `MediaUnsupported` where too few would be left."""
    if lasts_s <= 0:
        raise MediaUnsupported("The video does not say how long it lasts.")
    whole = limits.maximum_bytes * 8 * ROOM * share / lasts_s
    bits = int(whole - (SOUND_BITS if has_sound else 0))
    if bits < LEAST_BITS:
        raise MediaUnsupported(IMPOSSIBLE)
    return min(bits, MOST_BITS)


def _film_size(
    frame: "VideoFrame", limits: Limits, bits_per_frame: float, *, is_lying: bool
) -> tuple[int, int]:
    """Width and height as they are shown, even, as H.264 needs them."""
    width, height = (frame.height, frame.width) if is_lying else (frame.width, frame.height)
    clear = sqrt(bits_per_frame / BITS_PER_PIXEL / (width * height))
    scale = min(limits.scale(width, height), max(clear, LEAST_SIDE / min(width, height)))
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


TURNS = {90: (("transpose", "clock"),), 180: (("hflip", ""), ("vflip", ""))}
TURNS[270] = (("transpose", "cclock"),)


def _graph(picture: "VideoStream", size: tuple[int, int], turn: int) -> "Graph":
    import av.filter  # noqa: PLC0415 - as above

    graph = av.filter.Graph()
    steps = [*TURNS.get(turn, ()), ("scale", f"{size[0]}:{size[1]}"), ("format", "yuv420p")]
    nodes = [graph.add(name, given or None) for name, given in steps]
    graph.link_nodes(graph.add_buffer(template=picture), *nodes, graph.add("buffersink"))
    graph.configure()
    return graph


def _through(graph: "Graph", frame: "VideoFrame") -> Iterator["VideoFrame"]:
    import av  # noqa: PLC0415 - as above

    graph.vpush(frame)
    while True:
        try:
            drawn = graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return
        # What kind of frame it was is the encoder's to decide.
        drawn.pict_type = 0
        yield drawn
