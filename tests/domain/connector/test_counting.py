import time

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from domain.connector.counting import GRAPHEME, count
from domain.connector.manifest import CountedAs

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇨🇭"


@pytest.mark.parametrize(
    ("text", "graphemes", "characters", "size"),
    [
        ("", 0, 0, 0),
        ("abc", 3, 3, 3),
        ("é", 1, 1, 2),
        ("e\u0301", 1, 2, 3),
        (FAMILY, 1, 7, 25),
        (FLAG + FLAG, 2, 4, 16),
        ("a\r\nb", 3, 4, 4),
        ("क्षि", 1, 4, 12),
    ],
)
def test_each_unit_counts_as_the_network_does(
    text: str, graphemes: int, characters: int, size: int
) -> None:
    assert count(text, CountedAs.GRAPHEMES, None) == graphemes
    assert count(text, CountedAs.CHARACTERS, None) == characters
    assert count(text, CountedAs.BYTES, None) == size


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://a.ch", 23),
        ("see https://a.ch/" + "x" * 300 + " now", 4 + 23 + 4),
        ("https://a.ch, https://b.ch.", 23 + 2 + 23 + 1),
        ("(https://a.ch)", 25),
        ("a.ch is no link without a protocol", 34),
        ("@ana@village.example hello", 10),
        ("@ana hello", 10),
        ("mail me@village.example", 23),
        ("https://village.example/@ana@other.example", 23),
    ],
)
def test_mastodon_counts_urls_as_23_and_remote_mentions_without_host(
    text: str, length: int
) -> None:
    assert count(text, CountedAs.FEDIVERSE, 23) == length


def test_remote_mentions_count_whole_elsewhere() -> None:
    assert count("@ana@village.example", CountedAs.GRAPHEMES, 23) == 20


@given(st.text())
def test_graphemes_are_never_more_than_characters_nor_these_than_bytes(text: str) -> None:
    graphemes = count(text, CountedAs.GRAPHEMES, None)
    characters = count(text, CountedAs.CHARACTERS, None)
    assert graphemes <= characters <= count(text, CountedAs.BYTES, None)


@pytest.mark.parametrize(
    ("text", "units", "escaped"),
    [
        ("", 0, 0),
        ("été", 3, 3),
        ("日本", 2, 2),
        ("👍", 2, 1),
        (FLAG, 4, 2),
        ("(a) #b_c", 8, 12),
        ("a\\b", 3, 4),
    ],
)
def test_utf16_units_and_escaped_characters_are_counted(
    text: str, units: int, escaped: int
) -> None:
    assert count(text, CountedAs.UTF16, None) == units
    assert count(text, CountedAs.ESCAPED, None) == escaped


def test_addresses_without_a_protocol_count_by_their_length_on_x_alone() -> None:
    assert count("a.ch 日", CountedAs.WEIGHTED, 23) == 26
    assert count("a.ch 日", CountedAs.UTF16, 23) == 6


@given(st.text(), st.text())
def test_units_of_two_texts_are_those_of_both_together(one: str, other: str) -> None:
    for counted_as in (
        CountedAs.CHARACTERS,
        CountedAs.BYTES,
        CountedAs.UTF16,
        CountedAs.ESCAPED,
    ):
        together = count(one + other, counted_as, None)
        assert together == count(one, counted_as, None) + count(other, counted_as, None)


@given(st.text(), st.text())
def test_joined_texts_have_no_more_graphemes_than_apart(one: str, other: str) -> None:
    apart = count(one, CountedAs.GRAPHEMES, None) + count(other, CountedAs.GRAPHEMES, None)
    assert count(one + other, CountedAs.GRAPHEMES, None) <= apart


@given(st.text())
def test_utf16_units_and_escapes_lie_between_characters_and_twice_as_many(text: str) -> None:
    characters = len(text)
    assert characters <= count(text, CountedAs.UTF16, None) <= 2 * characters
    assert characters <= count(text, CountedAs.ESCAPED, None) <= 2 * characters


@pytest.mark.parametrize("counted_as", [*CountedAs])
@given(path=st.from_regex(r"[a-z0-9]{1,80}", fullmatch=True))
def test_a_url_counts_its_fixed_length_on_every_network(counted_as: CountedAs, path: str) -> None:
    assert count(f"a https://village.ch/{path} b", counted_as, 23) == 4 + 23


@given(st.text(alphabet="abc é🇨👨\u200d", max_size=40))
def test_text_without_links_counts_the_same_with_a_url_length(text: str) -> None:
    assert count(text, CountedAs.FEDIVERSE, 23) == count(text, CountedAs.GRAPHEMES, None)


@pytest.mark.parametrize(
    "piece", ["@" + "a" * 69_999, "@a.", " @a", "@a@", "http://", "http:// ", "."]
)
def test_no_text_takes_long_to_count(piece: str) -> None:
    text = (piece * 70_000)[:70_000]
    begun = time.process_time()

    count(text, CountedAs.FEDIVERSE, 23)

    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Grüezi 日本", 9),
        ("😀", 4),
        ("👩‍👩‍👧‍👦", 25),
        ("🇨🇭", 8),
        ("1️⃣ bread", 13),
        ("❤️", 6),
    ],
)
def test_emoji_count_as_their_bytes_where_a_network_counts_so(text: str, length: int) -> None:
    assert count(text, CountedAs.EMOJI_BYTES, None) == length


@given(st.text(st.sampled_from("🇨🇭a \u0301\u200d\ufe0f\u0903\u0600\u20e3👨🏽\r\n가"), max_size=30))
def test_flags_are_parted_as_unicode_parts_them(text: str) -> None:
    assert regex.findall(GRAPHEME, text) == regex.findall(r"\X", text)


def test_endless_flags_are_counted_at_once() -> None:
    assert count("🇨" * 700_001, CountedAs.GRAPHEMES, None) == 350_001
