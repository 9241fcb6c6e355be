"""HTML of strangers, whole, broken and hostile."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.connector.markup import Tag, pieces


def shown(html: str) -> list[str]:
    """Text as it is, tags by name in brackets."""
    return [
        f"[{'/' * each.is_end}{each.name}]" if isinstance(each, Tag) else each
        for each in pieces(html)
    ]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("", []),
        ("a &amp; b", ["a & b"]),
        ("<p>one<BR/>two</P >", ["[p]", "one", "[br]", "two", "[/p]"]),
        ("1 < 2 <3 &lt; <", ["1 < 2 <3 < <"]),
        ("a<!-- <p> -->b<!-->c<!doctype html>d</>e<?php ?>f", ["a", "b", "c", "d", "e", "f"]),
        ("<a title=\"x > y\" href='<b>'>in</a>", ["[a]", "in", "[/a]"]),
        ("<p title=it's>in</p>", ["[p]", "in", "[/p]"]),
        ("<script>if (a < b) '</p>'</script>in", ["[script]", "[/script]", "in"]),
        ("<style/>in<STYLE>p{}</style >in", ["[style]", "in", "[style]", "[/style]", "in"]),
        ("in<script>never closed", ["in", "[script]"]),
        ("in<!-- never closed", ["in"]),
        ('in<a href="http://cut', ["in"]),
        ("&#128512; &#x1F600; &#0; &eacute &zzz;", ["😀 😀 \ufffd é &zzz;"]),
    ],
)
def test_html_falls_into_text_and_tags(html: str, found: list[str]) -> None:
    assert shown(html) == found


@pytest.mark.parametrize(
    ("html", "value"),
    [
        ("<img>", None),
        ("<img alt>", ""),
        ("<img alt=''>", ""),
        ("<img src=x ALT = 'a &amp; b'>", "a & b"),
        ('<img data-alt=no alt="yes" alt=later>', "yes"),
        ("<img alt=bare/>", "bare/"),
        ('<img src=a"b alt=c>', "c"),
    ],
)
def test_attributes_say_what_they_say(html: str, value: str | None) -> None:
    (tag,) = pieces(html)

    assert isinstance(tag, Tag)
    assert tag.attribute("alt") == value


HOSTILE = (
    *("<!--", "<!", "</", "<", "<a ", "<a/", '<a x="', "<a x='y ", '<a"', "<a x=y=\"'"),
    *("<![CDATA[", "<?", "&#", "&", "<script>", "<!-- --", "<pre>", "<img alt ", "= ", "=   '"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_html_takes_longer_than_its_length_allows(piece: str) -> None:
    html = piece * (1_000_000 // len(piece)) + ">"
    begun = time.process_time()

    for each in pieces(html):
        if isinstance(each, Tag):
            each.attribute("alt")

    assert time.process_time() - begun < 10


def test_number_of_a_million_digits_is_no_character() -> None:
    assert shown(f"&#{'9' * 1_000_000};") == ["\ufffd"]


@given(st.text(alphabet=st.sampled_from("<>!-/='\" a&#;p\n")))
def test_nothing_is_made_up(html: str) -> None:
    assert sum(len(each) for each in pieces(html) if isinstance(each, str)) <= len(html)
