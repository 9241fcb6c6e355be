from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from domain.kernel.errors import MediaUnsupported
from domain.media.probing import probe
from domain.media.shapes import MediaFactsView
from tests.domain.media.files import picture, track, video
from tests.domain.media.films import film, turned


def probed(folder: Path, content: bytes, content_type: str) -> MediaFactsView:
    path = folder / "file"
    path.write_bytes(content)
    return probe(path, content_type)


def photo(orientation: int, *, has_location: bool) -> bytes:
    """As a telephone writes it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    if has_location:
        exif.get_ifd(0x8825)[1] = "N"
    target = BytesIO()
    Image.new("RGB", (4, 3), "teal").save(target, "JPEG", exif=exif)
    return target.getvalue()


def dance() -> bytes:
    target = BytesIO()
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    return target.getvalue()


def test_film_tells_length_rate_and_codecs(tmp_path: Path) -> None:
    facts = probed(tmp_path, film(frames=20, rate=10), "video/mp4")

    assert (facts.duration_s, facts.frame_rate) == (2.0, 10.0)
    assert (facts.video_codec, facts.audio_codec, facts.colour) == ("h264", "aac", "yuv420p")
    assert (facts.rotation, facts.is_animated, facts.has_location) == (0, True, False)


def test_film_without_sound_that_is_turned_says_so(tmp_path: Path) -> None:
    facts = probed(tmp_path, turned(film(frames=3, has_sound=False)), "video/mp4")

    assert (facts.audio_codec, facts.rotation) == (None, 90)


@pytest.mark.parametrize(
    "content",
    [film()[:20_000], video(track(64, 48)), b"#EXTM3U\nfile:///etc/passwd\n", b""],
    ids=["cut", "empty", "playlist", "nothing"],
)
def test_film_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MediaUnsupported):
        probed(tmp_path, content, "video/mp4")


@pytest.mark.parametrize(("orientation", "rotation"), [(1, 0), (3, 180), (6, 90), (8, 270)])
def test_photo_tells_how_it_is_turned_and_whether_it_says_where(
    tmp_path: Path, orientation: int, rotation: int
) -> None:
    facts = probed(tmp_path, photo(orientation, has_location=True), "image/jpeg")

    assert (facts.rotation, facts.has_location, facts.colour) == (rotation, True, "RGB")
    assert (facts.duration_s, facts.video_codec, facts.is_animated) == (None, None, False)


def test_photo_without_a_place_says_so(tmp_path: Path) -> None:
    assert not probed(tmp_path, photo(1, has_location=False), "image/jpeg").has_location


def test_gif_that_moves_says_so(tmp_path: Path) -> None:
    assert probed(tmp_path, dance(), "image/gif").is_animated
    assert not probed(tmp_path, picture("GIF"), "image/gif").is_animated


def test_picture_that_is_cut_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaUnsupported):
        probed(tmp_path, picture("PNG", (40, 30))[:60], "image/png")
