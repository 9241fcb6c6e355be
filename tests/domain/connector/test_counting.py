import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.connector.counting import count
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
