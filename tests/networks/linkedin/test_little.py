"""Little text: what is escaped, what is kept, and that nothing is lost on the way back."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.connector.counting import count
from domain.connector.manifest import CountedAs
from domain.networks.linkedin.little import escaped, plain

MENTION = "@[Village Café](urn:li:organization:2414183)"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Bread (warm)", r"Bread \(warm\)"),
        ("a|b{c}[d]<e>*f*_g_~h~\\i", r"a\|b\{c\}\[d\]\<e\>\*f\*\_g\_\~h\~\\i"),
        ("me@village.example", r"me\@village.example"),
        ("Fresh #bread, (#café) and #日本", r"Fresh #bread, \(#café\) and #日本"),
        ("We are #1 in C#, ##x and a#b", r"We are \#1 in C\#, \#\#x and a\#b"),
        ("#vaud_fr", r"\#vaud\_fr"),
        ("https://village.example/a_b#menu", r"https://village.example/a\_b\#menu"),
        (f"With {MENTION}!", f"With {MENTION}!"),
        ("@[Nobody](https://village.example)", r"\@\[Nobody\]\(https://village.example\)"),
        ("@[a\\](urn:li:person:1)", r"\@\[a\\\]\(urn:li:person:1\)"),
    ],
)
def test_reserved_signs_are_escaped_and_elements_are_kept(text: str, written: str) -> None:
    assert escaped(text) == written


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"Bread \(warm\) {hashtag|\#|bread}", "Bread (warm) #bread"),
        ("{hashtag|#|a}{hashtag|＃|b}", "#a＃b"),
        (r"{hashtag|\#|vaud\_fr}", "#vaud_fr"),
        (f"With {MENTION}!", "With Village Café!"),
        (r"@[A \(B\)](urn:li:person:x-1)", "A (B)"),
        ("Not {hashtag| and @[a] (b)", "Not {hashtag| and @[a] (b)"),
        ("At the end \\", "At the end \\"),
    ],
)
def test_commentary_is_read_as_people_read_it(written: str, read: str) -> None:
    assert plain(written) == read


@given(st.text())
def test_text_without_a_mention_comes_back_as_it_was(text: str) -> None:
    text = text.replace("](urn:", "] (urn:")
    assert plain(escaped(text)) == text


@given(st.text(alphabet="#@[](urn:li:person:1)|{}\\ aé_"))
def test_what_is_written_is_never_longer_than_what_is_counted(text: str) -> None:
    assert len(escaped(text)) <= count(text, CountedAs.ESCAPED, None)


@pytest.mark.parametrize(
    "text", ["#" * 100_000, "@[" * 50_000, "{hashtag|" * 20_000, "\\" * 99_999]
)
def test_long_texts_of_signs_are_read_in_no_time(text: str) -> None:
    assert plain(escaped(text)) == text
    assert len(plain(text)) <= len(text)


def test_mentions_without_an_end_are_read_in_reasonable_time() -> None:
    began = process_time()

    assert plain("@[](urn:" * 100_000) == "@[](urn:" * 100_000
    assert process_time() - began < 10
