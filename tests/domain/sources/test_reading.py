"""What pages and entries of feeds say, as plain text."""

import time
from hashlib import sha256

import pytest

from domain.sources.reading import NothingToReadError, bytes_told, is_pdf, main_text, text_of

PAGE = """<!doctype html><html><head><title>Musée</title><style>p {}</style></head><body>
<header><a href="/">Accueil</a></header><nav><ul><li>Menu</li></ul></nav>
<main><header><h1>Tarifs</h1></header><p>Entrée&nbsp;: <b>10</b> francs.<br>Réduit : 5.</p>
<script>track("x < y")</script></main>
<aside>Publicité</aside><footer>© 2026</footer></body></html>"""
RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>A</title>
<item><guid>one</guid><link>https://example.org/1</link><title>Un</title>
<description>&lt;p&gt;Premier.&lt;/p&gt;</description></item>
<item><guid>two</guid><link>https://example.org/2</link><title>Deux</title>
<description>Second.</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>urn:1</id>
<title>Un</title><link href="https://example.org/1"/>
<content type="html">&lt;p&gt;Long.&lt;/p&gt;</content><summary>Court.</summary></entry></feed>"""


def test_the_main_part_of_a_page_is_read_without_what_stands_around() -> None:
    assert main_text(PAGE) == "Tarifs\nEntrée : 10 francs.\nRéduit : 5."


def test_a_page_without_a_main_part_is_read_without_its_menus() -> None:
    html = "<nav>Menu</nav><div><p>Un.</p><p>Deux.</p></div><footer>Pied</footer>"

    assert main_text(html) == "Un.\nDeux."


def test_a_page_whose_menu_never_ends_is_read_all_the_same() -> None:
    assert main_text("<nav>Menu<p>Texte.") == "MenuTexte."


@pytest.mark.parametrize("entry", ["two", "https://example.org/2"])
def test_an_entry_is_found_by_its_id_or_its_link(entry: str) -> None:
    assert text_of(RSS.encode(), "application/rss+xml", entry) == "Deux\nSecond."


def test_an_entry_says_its_content_before_its_summary() -> None:
    assert text_of(ATOM.encode(), "application/atom+xml", "urn:1") == "Un\nLong."


@pytest.mark.parametrize(
    ("body", "kind", "entry", "why"),
    [
        (RSS.encode(), "application/rss+xml", "three", "no longer shows"),
        (PAGE.encode(), "text/html", "one", "no feed"),
        (b"\x89PNG", "image/png", "", "image/png holds no text"),
        (b"<body></body>", "text/html", "", "no text in it"),
    ],
)
def test_what_cannot_be_watched_is_told(body: bytes, kind: str, entry: str, why: str) -> None:
    with pytest.raises(NothingToReadError, match=why):
        text_of(body, kind, entry)


def test_the_charset_is_the_one_that_is_told() -> None:
    body = "<p>Entrée</p>".encode("latin-1")

    assert text_of(body, "text/html; charset=ISO-8859-1", "") == "Entrée"
    assert text_of("Entrée".encode(), "text/plain; charset=nonsense", "") == "Entrée"


def test_a_hostile_page_is_read_in_time_proportional_to_its_length() -> None:
    page = "<main>" + "<a <a <a " * 60_000 + "</main>" * 1000 + "<nav>" * 100_000

    begun = time.perf_counter()
    main_text(page)

    assert time.perf_counter() - begun < 5


FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [
 {"id": "one", "url": "https://example.org/1", "title": "Un",
  "content_html": "<p>Premier.</p>"},
 "odd", {"id": 2, "external_url": "https://example.org/2", "content_text": "Second."}]}"""


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("one", "Un\nPremier."),
        ("https://example.org/1", "Un\nPremier."),
        ("2", "Second."),
        ("https://example.org/2", "Second."),
    ],
)
def test_an_entry_of_a_json_feed_is_found_by_its_id_or_an_address(entry: str, text: str) -> None:
    assert text_of(b"\xef\xbb\xbf" + FEED.encode(), "application/feed+json", entry) == text


@pytest.mark.parametrize(
    "body", [FEED, "{", '{"version": "2"}', '{"items": []}', '{"a":' * 100_000]
)
def test_json_without_the_entry_shows_nothing(body: str) -> None:
    with pytest.raises(NothingToReadError):
        text_of(body.encode(), "application/json", "three")


@pytest.mark.parametrize(
    ("body", "kind", "found"),
    [
        (b"%PDF-1.7", "application/octet-stream", True),
        (b"\n%PDF-1.7", "application/pdf; version=1.7", True),
        (b"<p>%PDF-</p>", "text/html", False),
    ],
)
def test_a_pdf_is_known_by_its_beginning_or_its_kind(body: bytes, kind: str, found: bool) -> None:  # noqa: FBT001 - a case of the table
    assert is_pdf(body, kind) is found


def test_a_pdf_without_words_is_told_apart_by_its_bytes_alone() -> None:
    first, second = (bytes_told(b"%PDF-1.7 " + each) for each in (b"a", b"b"))

    assert first == f"PDF, 10 bytes, SHA-256 {sha256(b'%PDF-1.7 a').hexdigest()}"
    assert first != second
