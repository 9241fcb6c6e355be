from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.kernel.errors import MediaUnsupported, PictureTooLarge
from domain.media import sniffing
from domain.media.mp4 import picture_size
from domain.media.sniffing import Sniffed, sniff
from tests.domain.media.files import box, picture, track, video


def kept(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
    ],
)
def test_pictures_are_known_by_their_bytes(tmp_path: Path, kind: str, content_type: str) -> None:
    assert sniff(kept(tmp_path, picture(kind, (40, 30)))) == Sniffed(content_type, 40, 30)


def test_size_of_a_turned_photo_is_the_one_people_see(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    target = BytesIO()
    Image.new("RGB", (40, 30)).save(target, "JPEG", exif=exif)

    assert sniff(kept(tmp_path, target.getvalue())) == Sniffed("image/jpeg", 30, 40)


@pytest.mark.parametrize(
    ("film", "size"),
    [
        (video(track(1280, 720)), (1280, 720)),
        (video(track(0, 0), track(640, 480)), (640, 480)),
        (video(track(1280, 720, is_turned=True)), (720, 1280)),
        (video(track(320, 240, version=1), brand=b"iso6"), (320, 240)),
    ],
)
def test_size_of_a_video_comes_from_its_first_track_with_a_picture(
    tmp_path: Path, film: bytes, size: tuple[int, int]
) -> None:
    assert sniff(kept(tmp_path, film)) == Sniffed("video/mp4", *size)


def noise(kind: str) -> bytes:
    """A picture that cannot be packed small."""
    target = BytesIO()
    Image.effect_noise((200, 150), 80).convert("RGB").save(target, kind)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7\n",
        picture("BMP"),
        picture("TIFF"),
        noise("PNG")[:5000],
        noise("WEBP")[:2000],
        picture("JPEG", (400, 300))[:-200],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        b"GIF89a<script>alert(1)</script>",
        video(),
        video(track(0, 0)),
        video(track(4, 3), brand=b"qt  "),
        video(track(4, 3), brand=b"M4A "),
    ],
)
def test_everything_else_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MediaUnsupported):
        sniff(kept(tmp_path, content))


def test_picture_too_large_to_unpack_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = picture("PNG", (8000, 7000))
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was unpacked"))

    assert len(bomb) < 1_000_000
    with pytest.raises(PictureTooLarge, match="50,000,000 pixels"):
        sniff(kept(tmp_path, bomb))
    assert sniffing.MOST_PIXELS < 8000 * 7000


def test_picture_of_gigapixels_is_refused(tmp_path: Path) -> None:
    small = bytearray(picture("GIF"))
    small[6:10] = b"\xff\xff\xff\xff"

    with pytest.raises(PictureTooLarge, match="50,000,000 pixels"):
        sniff(kept(tmp_path, bytes(small)))


@given(st.binary(max_size=400))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_hostile_boxes_end_in_an_answer(content: bytes) -> None:
    for film in (content, box(b"moov", content), box(b"moov", box(b"trak", content))):
        assert picture_size(BytesIO(film)) is None or len(film) > 84
