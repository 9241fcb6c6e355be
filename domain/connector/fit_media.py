"""Whether the files of a message fit a network: their number, kinds, sizes and shapes."""

from collections.abc import Iterator, Sequence

from domain.connector.facts import MediumFacts, Misfit, PartFacts
from domain.connector.manifest import Manifest, MediaLimit
from domain.connector.words import Measures


def media_misfits(
    manifest: Manifest, measures: Measures, at: str, part: PartFacts
) -> Iterator[Misfit]:
    media = part.media
    if manifest.needs_media and not media and not part.is_comment:
        message = f"{manifest.name} takes no post without a picture or a video."
        yield Misfit(at, "media.missing", message)
    yield from _of_number(manifest, measures, at, media)
    most, total = manifest.media_maximum_bytes, sum(medium.size_bytes for medium in media)
    if most is not None and total > most:
        message = f"{manifest.name} takes files of at most {most} bytes in one message."
        yield Misfit(at, "media.too_large_together", message, most, total)
    for number, medium in enumerate(media):
        yield from _of_one(manifest, measures, f"{at}/{number}", medium)


def _of_one(
    manifest: Manifest, measures: Measures, at: str, medium: MediumFacts
) -> Iterator[Misfit]:
    limit = _limit_for(manifest, medium)
    if limit is None or medium.content_type not in limit.content_types:
        message = f"{manifest.name} takes no {medium.content_type}."
        yield Misfit(at, "media.type_unsupported", message)
        return
    bytes_max, pixels_max = _own_sizes(measures, medium)
    largest = limit.maximum_bytes if bytes_max is None else bytes_max
    if medium.size_bytes > largest:
        message = f"{manifest.name} takes files of at most {largest} bytes."
        yield Misfit(at, "media.too_large", message, largest, medium.size_bytes)
    most, pixels = pixels_max or limit.maximum_pixels, medium.pixels
    if most is not None and pixels is not None and pixels > most:
        message = f"{manifest.name} takes pictures of at most {most} pixels."
        yield Misfit(at, "media.too_many_pixels", message, most, pixels)
    yield from _of_sides(manifest.name, limit, at, medium)
    longest = measures.alt_text_max or limit.alt_text_maximum
    length = len(medium.alt_text or "")
    if longest is not None and length > longest:
        message = f"{manifest.name} takes alternative texts of {longest} characters."
        yield Misfit(f"{at}/alt_text", "alt_text.too_long", message, longest, length)


def _of_sides(name: str, limit: MediaLimit, at: str, medium: MediumFacts) -> Iterator[Misfit]:
    if medium.sides is None:
        return
    together, most = sum(medium.sides), limit.maximum_sides
    if most is not None and together > most:
        message = f"{name} takes pictures whose sides are {most} pixels together."
        yield Misfit(at, "media.sides_too_long", message, most, together)
    short, long = sorted(medium.sides)
    widest = limit.maximum_ratio
    if widest is not None and long > widest * short:
        message = f"{name} takes no picture with one side over {widest} times the other."
        yield Misfit(at, "media.too_narrow", message, widest, -(-long // max(short, 1)))
    width, height = medium.sides
    narrow, broad = limit.ratio_min, limit.ratio_max
    if (narrow is not None and width < narrow * height) or (
        broad is not None and width > broad * height
    ):
        message = f"{name} takes pictures whose width is {narrow} to {broad} times their height."
        yield Misfit(at, "media.ratio_unfit", message)


def _own_sizes(measures: Measures, medium: MediumFacts) -> tuple[int | None, int | None]:
    """Most bytes and pixels that the account's own server gave for such a file."""
    if _is_image(medium):
        return measures.image_max_bytes, measures.image_max_pixels
    return measures.video_max_bytes, measures.video_max_pixels


def _of_number(
    manifest: Manifest, measures: Measures, at: str, media: Sequence[MediumFacts]
) -> Iterator[Misfit]:
    images = sum(1 for medium in media if _is_image(medium))
    videos = sum(1 for medium in media if medium.content_type.startswith(("video/", "audio/")))
    for kind, number, limit, own in (
        ("images", images, manifest.images, measures.media_max),
        ("videos", videos, manifest.videos, None),
    ):
        if limit is None:
            continue
        most = limit.maximum_count if own is None else own
        if number > most:
            message = f"{manifest.name} takes at most {most} {kind} in one message."
            yield Misfit(at, "media.too_many", message, most, number)
    together = manifest.media_maximum_count
    if together is not None and images and videos and images + videos > together:
        message = f"{manifest.name} takes at most {together} files in one message."
        yield Misfit(at, "media.too_many", message, together, images + videos)
    if images and videos and not manifest.mixes_media:
        message = f"{manifest.name} takes images or a video in one message, not both."
        yield Misfit(at, "media.mixed", message)


def _is_image(medium: MediumFacts) -> bool:
    return medium.content_type.startswith("image/")


def _limit_for(manifest: Manifest, medium: MediumFacts) -> MediaLimit | None:
    return manifest.images if _is_image(medium) else manifest.videos
