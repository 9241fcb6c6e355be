"""Small real films, coded in memory."""

from io import BytesIO
from struct import pack

import av
from PIL import Image


def film(
    size: tuple[int, int] = (64, 48),
    *,
    frames: int = 20,
    rate: int = 10,
    has_sound: bool = True,
) -> bytes:
    """A noise that moves, so that it has some weight."""
    target = BytesIO()
    with av.open(target, "w", format="mp4") as container:
        picture = container.add_stream("libx264", rate=rate)
        picture.width, picture.height = size
        picture.pix_fmt = "yuv420p"
        sound = container.add_stream("aac", rate=48_000, layout="mono") if has_sound else None
        for _ in range(frames):
            noise = Image.effect_noise(size, 80).convert("RGB")
            drawn = av.VideoFrame.from_image(noise)  # type: ignore[no-untyped-call]  # PyAV says no types
            container.mux(picture.encode(drawn))
        container.mux(picture.encode(None))
        if sound is not None:
            for number in range(frames * 48_000 // rate // 1024):
                tone = av.AudioFrame(format="fltp", layout="mono", samples=1024)
                tone.planes[0].update(bytes(4096))
                tone.sample_rate, tone.pts = 48_000, number * 1024
                container.mux(sound.encode(tone))
            container.mux(sound.encode(None))
    return target.getvalue()


def turned(content: bytes) -> bytes:
    """The same film, as a telephone held upright writes it: a quarter clockwise."""
    at = content.index(b"tkhd") + 4
    one = 0x10000
    matrix = pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 0x40000000)
    begins = at + 40
    return content[:begins] + matrix + content[begins + len(matrix) :]
