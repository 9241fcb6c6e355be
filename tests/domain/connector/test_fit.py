from datetime import date

import pytest

from domain.connector.facts import MediumFacts, Misfit, PartFacts
from domain.connector.fit import misfits
from domain.connector.manifest import (
    CountedAs,
    IdempotencyClass,
    Manifest,
    MediaLimit,
    Source,
    TextLimit,
)
from domain.connector.words import Measures, Visibility
from domain.networks import all_connectors
from tests.networks.vectors import vectors

SOURCE = Source(url="https://village.example/limits", read_on=date(2026, 11, 22))
VILLAGE = Manifest(
    key="village",
    name="Village",
    idempotency=IdempotencyClass.NONE,
    reconcile_wait_s=2,
    text=TextLimit(
        maximum=10,
        counted_as=CountedAs.GRAPHEMES,
        maximum_bytes=20,
        url_length=None,
        source=SOURCE,
    ),
    images=MediaLimit(
        content_types=("image/png",),
        maximum_count=2,
        maximum_bytes=1000,
        alt_text_maximum=5,
        source=SOURCE,
    ),
    videos=MediaLimit(
        content_types=("video/mp4",),
        maximum_count=1,
        maximum_bytes=5000,
        alt_text_maximum=None,
        source=SOURCE,
    ),
    mixes_media=False,
    max_parts=2,
    visibilities=("public",),
    has_content_warning=False,
    has_language=True,
    metrics=(),
    metrics_batch=1,
    poll_min_s=30,
    budgets=(),
    apis=(),
    login=(),
    notes=(),
)
NOTHING = Measures()
PICTURE = MediumFacts("image/png", 1000, "a cat")
FILM = MediumFacts("video/mp4", 5000)


def found(
    *parts: PartFacts, manifest: Manifest = VILLAGE, measures: Measures = NOTHING
) -> list[tuple[str, str, int | None, int | None]]:
    return [
        (misfit.pointer, misfit.code, misfit.limit, misfit.actual)
        for misfit in misfits(manifest, measures, parts)
    ]


def test_post_at_every_limit_fits() -> None:
    assert found(PartFacts("a" * 10, (PICTURE, PICTURE)), PartFacts("", (FILM,))) == []


def test_text_is_measured_in_graphemes_and_in_bytes() -> None:
    assert found(PartFacts("a" * 11)) == [("/parts/0/text", "text.too_long", 10, 11)]
    assert found(PartFacts("👨‍👩‍👧‍👦")) == [("/parts/0/text", "text.too_long", 20, 25)]


def test_message_needs_text_or_media() -> None:
    assert found() == [("/parts", "text.empty", None, None)]
    for nothing in (" \n", "\u200b\u200b", "\u2060\ufeff", "\u3164", "\u00ad"):
        assert found(PartFacts(nothing)) == [("/parts/0/text", "text.empty", None, None)]
    assert found(PartFacts("🍇")) == found(PartFacts(".")) == []


def test_all_misfits_are_told_at_once() -> None:
    parts = (
        PartFacts(
            "a" * 12,
            (
                MediumFacts("image/png", 1001, "a tiger"),
                PICTURE,
                PICTURE,
                MediumFacts("application/pdf", 1),
                FILM,
            ),
        ),
        PartFacts("", ()),
        PartFacts("", (FILM, FILM)),
    )
    facts = misfits(
        VILLAGE,
        NOTHING,
        parts,
        visibility=Visibility.DIRECT,
        language="français!",
        content_warning="Spoiler",
    )
    assert [(misfit.pointer, misfit.code) for misfit in facts] == [
        ("/parts", "thread.too_long"),
        ("/visibility", "visibility.unsupported"),
        ("/content_warning", "content_warning.unsupported"),
        ("/language", "language.invalid"),
        ("/parts/0/text", "text.too_long"),
        ("/parts/0/media", "media.too_many"),
        ("/parts/0/media", "media.mixed"),
        ("/parts/0/media/0", "media.too_large"),
        ("/parts/0/media/0/alt_text", "alt_text.too_long"),
        ("/parts/0/media/3", "media.type_unsupported"),
        ("/parts/1/text", "text.empty"),
        ("/parts/2/media", "media.too_many"),
    ]


def test_other_files_than_images_and_videos_are_only_of_the_wrong_type() -> None:
    pdf = MediumFacts("application/pdf", 1)
    assert found(PartFacts("see", (pdf, pdf))) == [
        ("/parts/0/media/0", "media.type_unsupported", None, None),
        ("/parts/0/media/1", "media.type_unsupported", None, None),
    ]


def test_limits_of_the_accounts_own_server_win() -> None:
    roomy = Measures(text_max=12, media_max=3, image_max_bytes=2000)
    big = MediumFacts("image/png", 2000)
    assert found(PartFacts("a" * 12, (big, big, big)), measures=roomy) == []
    strict = Measures(text_max=5, media_max=1, image_max_bytes=10, video_max_bytes=10)
    assert found(
        PartFacts("a" * 6, (PICTURE, PICTURE)), PartFacts("b", (FILM,)), measures=strict
    ) == [
        ("/parts/0/text", "text.too_long", 5, 6),
        ("/parts/0/media", "media.too_many", 1, 2),
        ("/parts/0/media/0", "media.too_large", 10, 1000),
        ("/parts/0/media/1", "media.too_large", 10, 1000),
        ("/parts/1/media/0", "media.too_large", 10, 5000),
    ]


def test_files_of_a_message_are_held_to_what_it_takes_in_all() -> None:
    small = VILLAGE.model_copy(update={"media_maximum_bytes": 1999})
    assert found(PartFacts("a", (PICTURE,)), PartFacts("b", (PICTURE,)), manifest=small) == []
    assert found(PartFacts("a", (PICTURE, PICTURE)), manifest=small) == [
        ("/parts/0/media", "media.too_large_together", 1999, 2000),
    ]


def test_pixels_and_alternative_texts_are_held_to_the_accounts_own_server() -> None:
    strict = Measures(image_max_pixels=10, video_max_pixels=20, alt_text_max=3)
    picture = MediumFacts("image/png", 1, alt_text="Four", pixels=11)
    film = MediumFacts("video/mp4", 1, pixels=21)
    assert found(PartFacts("a", (picture,)), PartFacts("b", (film,)), measures=strict) == [
        ("/parts/0/media/0", "media.too_many_pixels", 10, 11),
        ("/parts/0/media/0/alt_text", "alt_text.too_long", 3, 4),
        ("/parts/1/media/0", "media.too_many_pixels", 20, 21),
    ]


def test_sides_of_a_picture_are_held_to_their_sum_and_their_ratio() -> None:
    telegram = all_connectors()["telegram"].manifest

    def judged(*sides: int) -> list[tuple[str, int | None, int | None]]:
        width, height = sides
        picture = MediumFacts("image/png", 1, sides=(width, height))
        part = PartFacts("a", (picture,))
        return [(each.code, each.limit, each.actual) for each in misfits(telegram, NOTHING, [part])]

    assert judged(5000, 5000) == judged(400, 20) == []
    assert judged(5000, 5001) == [("media.sides_too_long", 10_000, 10_001)]
    assert judged(20, 420) == judged(401, 20) == [("media.too_narrow", 20, 21)]


def test_picture_is_held_to_the_shapes_between_which_a_network_shows_it() -> None:
    instagram = all_connectors()["instagram"].manifest

    def judged(width: int, height: int, kind: str = "image/jpeg") -> list[tuple[str, str]]:
        part = PartFacts("a", (MediumFacts(kind, 1, sides=(width, height)),))
        return [(each.pointer, each.code) for each in misfits(instagram, NOTHING, [part])]

    assert judged(800, 1000) == judged(1910, 1000) == judged(1080, 1920, "video/mp4") == []
    unfit = [("/parts/0/media/0", "media.ratio_unfit")]
    assert judged(799, 1000) == judged(1911, 1000) == unfit
    assert judged(1000, 1000, "image/png") == [("/parts/0/media/0", "media.type_unsupported")]


def test_post_without_media_is_none_where_there_is_none_and_a_comment_is() -> None:
    instagram = all_connectors()["instagram"].manifest

    def judged(part: PartFacts) -> list[tuple[str, str]]:
        found = misfits(instagram, NOTHING, [part], first_comment="First!")
        return [(each.pointer, each.code) for each in found]

    assert judged(PartFacts("a")) == [("/parts/0/media", "media.missing")]
    assert judged(PartFacts("a", is_comment=True)) == []


@pytest.mark.parametrize("key", ["discord", "instagram", "telegram", "threads"])
def test_pictures_and_videos_are_counted_together_where_they_share_the_room(key: str) -> None:
    """Six of each passed, and the network refused what had been planned."""
    manifest = all_connectors()[key].manifest
    five = (MediumFacts("image/jpeg", 1),) * 5 + (MediumFacts("video/mp4", 1),) * 5
    more = (*five, MediumFacts("video/mp4", 1))

    assert misfits(manifest, NOTHING, [PartFacts("a", five)]) == []
    (misfit,) = misfits(manifest, NOTHING, [PartFacts("a", more)])
    assert (misfit.code, misfit.limit, misfit.actual) == ("media.too_many", 10, 11)


def test_hashtags_and_names_of_a_post_are_counted_and_those_of_a_comment_are_not() -> None:
    instagram = all_connectors()["instagram"].manifest
    media = (MediumFacts("image/jpeg", 1),)
    at, tags, names = "/parts/0/text", "#a " * 30, "@a.b " * 20

    assert found(PartFacts(tags + names, media), manifest=instagram) == []
    assert found(PartFacts(f"{tags}{names}a#b a@b.ch /#c", media), manifest=instagram) == []
    assert found(PartFacts(f"{tags}{names}#é @c", media), manifest=instagram) == [
        (at, "text.too_many_hashtags", 30, 31),
        (at, "text.too_many_mentions", 20, 21),
    ]
    assert found(PartFacts(f"{tags}{tags}", is_comment=True), manifest=instagram) == []


def test_content_warning_and_mentions_count_as_the_fediverse_counts() -> None:
    text = TextLimit(
        maximum=30, counted_as=CountedAs.FEDIVERSE, maximum_bytes=None, url_length=23, source=SOURCE
    )
    fediverse = VILLAGE.model_copy(update={"text": text, "has_content_warning": True})
    part = PartFacts("@ana@far.example https://village.example/" + "x" * 90)
    assert misfits(fediverse, NOTHING, [part], content_warning="ab") == []
    assert misfits(fediverse, NOTHING, [part], content_warning="abc") == [
        Misfit(
            "/parts/0/text",
            "text.too_long",
            "Village takes 30 characters, this is 31.",
            30,
            31,
        )
    ]


def test_characters_weigh_and_some_are_refused_as_x_does() -> None:
    text = TextLimit(
        maximum=30, counted_as=CountedAs.WEIGHTED, maximum_bytes=None, url_length=23, source=SOURCE
    )
    like_x = VILLAGE.model_copy(update={"text": text})
    assert found(PartFacts("日本 village.ch a"), manifest=like_x) == []
    assert found(PartFacts("日本 village.ch\ufeff ab"), manifest=like_x) == [
        ("/parts/0/text", "text.character_refused", None, None),
        ("/parts/0/text", "text.too_long", 30, 33),
    ]


def test_comments_are_held_to_a_limit_of_their_own_where_there_is_one() -> None:
    linkedin = all_connectors()["linkedin"].manifest
    brackets, link = "(" * 1250, "https://village.example"

    def judged(part: PartFacts, comment: str | None = None) -> list[tuple[str, str, int | None]]:
        found = misfits(linkedin, NOTHING, [part], first_comment=comment)
        return [(each.pointer, each.message, each.actual) for each in found]

    told = "LinkedIn takes 1250 characters, this is 1275."
    posted = "LinkedIn takes 3000 characters once escaped, this is 3002."
    assert judged(PartFacts("a"), brackets) == []
    assert judged(PartFacts(brackets, is_comment=True)) == []
    assert judged(PartFacts(brackets, link_url=link)) == []
    assert judged(PartFacts(brackets, link_url=link, is_comment=True)) == [
        ("/parts/0/text", told, 1275)
    ]
    assert judged(PartFacts("a"), brackets + "(") == [
        ("/first_comment", "LinkedIn takes 1250 characters, this is 1251.", 1251)
    ]
    assert judged(PartFacts("(" * 1501)) == [("/parts/0/text", posted, 3002)]


def test_first_comment_is_judged_as_any_text_where_there_are_some() -> None:
    commenting = VILLAGE.model_copy(update={"has_first_comment": True})
    part = PartFacts("a")

    def judged(manifest: Manifest, comment: str) -> list[tuple[str, str]]:
        misfit = misfits(manifest, NOTHING, [part], first_comment=comment)
        return [(each.pointer, each.code) for each in misfit]

    assert judged(commenting, "b" * 10) == []
    assert judged(commenting, "b" * 11) == [("/first_comment", "text.too_long")]
    assert judged(commenting, " ") == [("/first_comment", "text.empty")]
    assert judged(VILLAGE, "b") == [("/first_comment", "first_comment.unsupported")]


def test_network_that_publishes_nothing_takes_nothing() -> None:
    reader = VILLAGE.model_copy(update={"text": None, "images": None, "videos": None})
    assert found(PartFacts("hello", (PICTURE,)), manifest=reader) == [
        ("/parts/0/text", "text.unsupported", None, None),
        ("/parts/0/media/0", "media.type_unsupported", None, None),
    ]


def test_link_is_counted_where_it_is_written_out() -> None:
    part = PartFacts("abc", link_url="https://a.ch")
    assert found(part) == [("/parts/0/text", "text.too_long", 10, 17)]
    carded = VILLAGE.model_copy(update={"has_link_cards": True})
    assert found(part, manifest=carded) == []
    beside_media = PartFacts("abc", (PICTURE,), "https://a.ch")
    assert found(beside_media, manifest=carded) == [("/parts/0/text", "text.too_long", 10, 17)]
    assert found(PartFacts("", link_url="https://a.ch"), manifest=carded) == []


def test_languages_that_others_call_valid_are_taken() -> None:
    part = PartFacts("hello")
    refused = [
        language
        for language in vectors("atproto", "language_syntax_valid.txt")
        if misfits(VILLAGE, NOTHING, [part], language=language)
    ]
    assert refused == []


def test_text_beside_media_may_have_less_room() -> None:
    assert VILLAGE.text is not None
    text = VILLAGE.text.model_copy(update={"maximum_with_media": 5})
    manifest = VILLAGE.model_copy(update={"text": text})
    beside = PartFacts("eight ch", (PICTURE,))
    at = "/parts/0/text"
    assert found(beside, manifest=manifest) == [(at, "text.too_long", 5, 8)]
    assert found(PartFacts("eight ch"), manifest=manifest) == []
    tighter = Measures(text_max=4)
    assert found(beside, manifest=manifest, measures=tighter) == [(at, "text.too_long", 4, 8)]


QUOTED = "https://village.example/posts/7"


def test_address_that_is_not_surely_quoted_counts_as_it_would_be_written_out() -> None:
    part = PartFacts("Read", quote_of=QUOTED)
    quoting = VILLAGE.model_copy(update={"has_quotes": True})
    surely = quoting.model_copy(update={"quoted_addresses": r"https://village\.example/posts/\d+"})
    written = len("Read") + 2 + len(QUOTED)

    assert found(part) == [
        ("/parts/0/text", "text.too_long", 10, written),
        ("/parts/0/text", "text.too_long", 20, written),
    ]
    assert found(part, manifest=quoting) == found(part)
    assert found(part, manifest=surely) == []


def test_quote_alone_is_something_said() -> None:
    surely = VILLAGE.model_copy(update={"has_quotes": True, "quoted_addresses": ".*"})

    assert found(PartFacts("", quote_of=QUOTED), manifest=surely) == []


@pytest.mark.parametrize("counted_as", list(CountedAs))
def test_text_that_is_too_long_is_told_in_every_unit_that_a_network_counts_in(
    counted_as: CountedAs,
) -> None:
    """Threads' was missing: a text that was too long broke whatever judged it."""
    limit = TextLimit(
        maximum=10, counted_as=counted_as, maximum_bytes=None, url_length=None, source=SOURCE
    )
    village = VILLAGE.model_copy(update={"text": limit})

    (misfit,) = misfits(village, Measures(), [PartFacts("a" * 21)])

    assert (misfit.code, misfit.limit) == ("text.too_long", 10)
