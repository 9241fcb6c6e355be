from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from domain.kernel.errors import MediaUnsupported
from domain.media.probing import probe
from domain.media.rendering import Limits, render
from domain.media.sniffing import sniff
from tests.domain.media.files import track, video
from tests.domain.media.films import film, turned

EVERY = ("image/jpeg", "image/png", "video/mp4")
FILM = film((160, 120), frames=40, rate=20)


def rendered(
    folder: Path, content: bytes, content_type: str, limits: Limits
) -> tuple[Path, list[float]]:
    path, target, told = folder / "file", folder / "rendition", list[float]()
    path.write_bytes(content)
    render(path, content_type, target, limits, told.append)
    return target, told


def noise(kind: str, size: tuple[int, int] = (400, 300), **more: object) -> bytes:
    target = BytesIO()
    image = Image.effect_noise(size, 80).convert("RGBA" if kind == "PNG" else "RGB")
    if kind == "PNG":
        image.putalpha(120)
    image.save(target, kind, **more)
    return target.getvalue()


@pytest.mark.parametrize(("kind", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_picture_becomes_as_small_as_it_must(tmp_path: Path, kind: str, content_type: str) -> None:
    content = noise(kind)
    most = len(content) // 3

    target, told = rendered(tmp_path, content, content_type, Limits(most, None, EVERY))
    found = sniff(target)

    assert target.stat().st_size <= most
    assert found.content_type == content_type
    assert found.width is not None
    assert told == sorted(told)


def test_picture_keeps_its_shape_within_the_pixels(tmp_path: Path) -> None:
    limits = Limits(10**6, 30_000, EVERY)

    target, _ = rendered(tmp_path, noise("JPEG"), "image/jpeg", limits)
    found = sniff(target)

    assert (found.width, found.height) == (200, 150)


def test_picture_is_upright_and_says_no_place(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    content = noise("JPEG", exif=exif)

    target, _ = rendered(tmp_path, content, "image/jpeg", Limits(10**6, None, EVERY))
    facts, found = probe(target, "image/jpeg"), sniff(target)

    assert (facts.rotation, facts.has_location) == (0, False)
    assert (found.width, found.height) == (300, 400)


def test_clear_picture_is_filled_where_only_jpeg_is_taken(tmp_path: Path) -> None:
    limits = Limits(10**6, None, ("image/jpeg",))

    target, _ = rendered(tmp_path, noise("PNG"), "image/png", limits)

    assert sniff(target).content_type == "image/jpeg"


def test_clear_places_are_white_where_only_jpeg_is_taken(tmp_path: Path) -> None:
    """A black drawing on nothing came out black on black."""
    content = BytesIO()
    Image.new("RGBA", (80, 80), (0, 0, 0, 0)).save(content, "PNG")

    limits = Limits(10**6, None, ("image/jpeg",))
    target, _ = rendered(tmp_path, content.getvalue(), "image/png", limits)

    assert pixel_of(target) == (255, 255, 255)


def test_colours_are_those_that_the_profile_of_a_picture_means(tmp_path: Path) -> None:
    """The profile was lost, and with it what the numbers mean: photos of phones faded."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    crossed = plain.replace(b"rXYZ", b"    ").replace(b"bXYZ", b"rXYZ").replace(b"    ", b"bXYZ", 1)
    content = BytesIO()
    Image.new("RGB", (80, 80), "red").save(content, "PNG", icc_profile=crossed)

    limits = Limits(10**6, None, EVERY)
    target, _ = rendered(tmp_path, content.getvalue(), "image/png", limits)

    assert pixel_of(target) == (0, 0, 254)


def test_profile_that_is_none_is_passed_over(tmp_path: Path) -> None:
    content = BytesIO()
    Image.new("RGB", (80, 80), "white").save(content, "PNG", icc_profile=b"none")

    limits = Limits(10**6, None, EVERY)
    target, _ = rendered(tmp_path, content.getvalue(), "image/png", limits)

    assert pixel_of(target) == (255, 255, 255)


def pixel_of(path: Path) -> object:
    with Image.open(path) as found:
        assert "icc_profile" not in found.info
        return found.getpixel((40, 40))


def test_film_fits_its_bytes_and_tells_how_far_it_is(tmp_path: Path) -> None:
    most = len(FILM) // 3

    target, told = rendered(tmp_path, FILM, "video/mp4", Limits(most, None, EVERY))
    facts = probe(target, "video/mp4")

    assert target.stat().st_size <= most
    assert (facts.video_codec, facts.audio_codec) == ("h264", "aac")
    assert (facts.duration_s, facts.frame_rate) == (2.0, 20.0)
    assert told
    assert all(0 <= each <= 1 for each in told)


def test_film_that_is_turned_stands_upright_within_the_pixels(tmp_path: Path) -> None:
    limits = Limits(10**6, 5000, EVERY)

    target, _ = rendered(tmp_path, turned(FILM), "video/mp4", limits)
    found, facts = sniff(target), probe(target, "video/mp4")

    assert (found.width, found.height, facts.rotation) == (60, 80, 0)


@pytest.mark.parametrize(
    ("content", "content_type", "limits"),
    [
        (FILM, "video/mp4", Limits(1000, None, EVERY)),
        (video(track(64, 48)), "video/mp4", Limits(10**6, None, EVERY)),
        (noise("JPEG"), "image/jpeg", Limits(100, None, EVERY)),
        (b"MZ", "image/jpeg", Limits(10**6, None, EVERY)),
    ],
    ids=["too small a film", "no film", "too small a picture", "no picture"],
)
def test_what_cannot_be_made_to_fit_is_refused(
    tmp_path: Path, content: bytes, content_type: str, limits: Limits
) -> None:
    with pytest.raises(MediaUnsupported):
        rendered(tmp_path, content, content_type, limits)
