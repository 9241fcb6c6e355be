"""Feeds that cost a parser hours: each takes what its length does."""

from time import process_time

import pytest

from domain.connector.feeds import parse_feed

MANY = 200_000
HEAD = b'<?xml version="1.0"?>'
ITEM = b"<item><author>%s</author><title>La vigne</title></item>"
FEED = b'<rss version="2.0"><channel>' + ITEM + b"</channel></rss>"
HOSTILE = {
    "a name without an end": HEAD + FEED % (b"a." * MANY),
    "an address of many labels": HEAD + FEED % (b"a@" + b"a." * MANY + b"1"),
    "blank lines before": b"\n" * MANY + HEAD + FEED % b"Aline",
    "blank lines behind the declaration": HEAD + b" \n" * MANY + FEED % b"Aline",
    "entities that are never closed": HEAD + b"\n<!ENTITY " * MANY + FEED % b"Aline",
    "types that are never closed": HEAD + b"\n<!DOCTYPE " * MANY + FEED % b"Aline",
    "encodings without an end": b"<?" + b'encoding="x" ' * MANY + FEED % b"Aline",
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_feed_is_read_in_reasonable_time(document: bytes) -> None:
    """A thread that read one held the whole process, and nothing went out for hours."""
    began = process_time()

    found = parse_feed(document, "application/rss+xml")

    assert [each.title for each in found.entries] == ["La vigne"]
    assert process_time() - began < 10


@pytest.mark.parametrize(
    ("told", "name", "email"),
    [
        ("aline@example.ch (Aline)", "Aline", "aline@example.ch"),
        ("Aline <aline@example.ch>", "Aline", "aline@example.ch"),
        ("Aline", "Aline", None),
    ],
)
def test_an_author_is_told_by_name_and_address(told: str, name: str, email: str | None) -> None:
    said = told.replace("<", "&lt;").encode()

    [entry] = parse_feed(HEAD + FEED % said, "application/rss+xml").entries

    assert (entry.author_detail.get("name"), entry.author_detail.get("email")) == (name, email)


def test_entities_that_a_feed_explains_are_read() -> None:
    own = b'<!DOCTYPE rss [\n<!ENTITY vin "Chasselas">\n]>\n'

    [entry] = parse_feed(HEAD + own + FEED % b"&vin;", "application/rss+xml").entries

    assert entry.author == "Chasselas"


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16"])
def test_the_encoding_that_a_feed_declares_is_read(encoding: str) -> None:
    declared = f"<?xml version='1.0'\n encoding='{encoding}' standalone='yes'?>\n".encode()
    written = (declared + FEED % "Léa".encode()).decode().encode(encoding)

    [entry] = parse_feed(written, "application/rss+xml").entries

    assert entry.author == "Léa"


@pytest.mark.parametrize("codec", ["punycode", "PunyCode", "undefined", "idna"])
def test_a_codec_that_is_no_charset_is_not_used(codec: str) -> None:
    declared = f"<?xml version='1.0' encoding='{codec}'?>".encode()

    for document, kind in (
        (declared + FEED % "Léa".encode(), "application/rss+xml"),
        (FEED % "Léa".encode(), f"application/rss+xml; charset={codec}"),
    ):
        [entry] = parse_feed(document, kind).entries
        assert entry.author == "Léa"
