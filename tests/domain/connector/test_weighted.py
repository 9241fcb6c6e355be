import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.connector.addresses import addresses
from domain.connector.weighted import Weights, X, has_invalid, weighted
from tests.networks.vectors import groups

# As the vectors name them: version 1 weighs all alike, version 2 knows no emoji, 3 is in force.
FIRST = Weights(heavy=1, has_emoji=False), 140
SECOND = Weights(heavy=2, has_emoji=False), 280
THIRD = X, 280
PLAIN = st.text(alphabet="abc éだ中…-", max_size=30)
EMOJI = st.sampled_from(["😷", "🙋🏽", "👨‍👩‍👧‍👦", "🇨🇭", "1️⃣", "☺", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "©️"])


@pytest.mark.parametrize(
    ("group", "version"),
    [
        ("tweets", FIRST),
        ("WeightedTweetsCounterTest", SECOND),
        ("WeightedTweetsWithDiscountedEmojiCounterTest", THIRD),
        ("UnicodeDirectionalMarkerCounterTest", THIRD),
    ],
)
def test_published_vectors_count_and_are_valid(group: str, version: tuple[Weights, int]) -> None:
    weights, maximum = version
    cases = groups("twitter-text", "validate.yml")[group]

    differing = []
    for case in cases:
        length = weighted(case["text"], 23, weights)
        is_valid = 0 < length <= maximum and not has_invalid(case["text"])
        expected = case["expected"]
        wanted = (
            (length, expected)
            if isinstance(expected, bool)
            else (expected["weightedLength"], expected["valid"])
        )
        if (length, is_valid) != wanted:
            differing.append((case["description"], length, is_valid))

    assert differing == []


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("été", 3),
        ("e\u0301te\u0301", 3),
        ("日本", 4),
        ("👨‍👩‍👧‍👦", 2),
        ("©", 1),
        ("©️", 2),
        ("1", 1),
        ("1️⃣", 2),
        ("village.ch", 23),
        ("https://village.ch/" + "a" * 300, 23),
        ("日village.ch本", 2 + 23 + 2),
        ("ana@village.ch", 14),
    ],
)
def test_a_text_weighs_what_x_counts(text: str, length: int) -> None:
    assert weighted(text, 23) == length


def test_addresses_count_as_written_without_a_length() -> None:
    assert weighted("village.ch 日", None) == 13


@given(PLAIN)
def test_weight_lies_between_the_characters_and_twice_as_many(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(composed) <= weighted(text, 23) <= 2 * len(composed)


@given(PLAIN, PLAIN)
def test_texts_apart_weigh_what_they_weigh_together(one: str, other: str) -> None:
    assert weighted(f"{one} {other}", 23) == weighted(one, 23) + 1 + weighted(other, 23)


@given(st.lists(EMOJI, max_size=12))
def test_every_emoji_counts_two(emoji: list[str]) -> None:
    assert weighted(" ".join(emoji), 23) == 2 * len(emoji) + max(0, len(emoji) - 1)


@given(PLAIN, st.from_regex(r"https://[a-z]{1,20}\.ch/[a-z0-9]{1,60}", fullmatch=True), PLAIN)
def test_an_address_counts_its_length_wherever_it_stands(
    before: str, address: str, after: str
) -> None:
    text = f"{before} {address} {after}"

    assert len(addresses(text)) == 1
    assert weighted(text, 23) == weighted(before, 23) + 1 + 23 + 1 + weighted(after, 23)
    assert weighted(text, None) - weighted(text, 23) == len(address) - 23


@given(st.text(max_size=200))
def test_any_text_has_a_weight(text: str) -> None:
    assert 0 <= weighted(text, None) <= 2 * len(unicodedata.normalize("NFC", text))
    assert weighted(text, 23) >= 0
