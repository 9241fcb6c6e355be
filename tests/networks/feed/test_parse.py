import time
from datetime import UTC, datetime

import pytest

from domain.networks.feed.entries import Entry, NotAFeed
from domain.networks.feed.parse import parse
from domain.networks.feed.plain import plain
from tests.networks.feed.documents import ATOM, JSON, PAGE, RDF, RSS, URL


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_rss_is_read_as_plain_text() -> None:
    feed = parse(RSS.encode(), "application/rss+xml", URL)

    assert (feed.title, feed.url, feed.is_whole) == (
        "The village & its square",
        "https://village.example/",
        True,
    )
    assert feed.entries == (
        Entry(
            id="two",
            title="Second bread",
            text="Warm & fresh\n\nCome in!",
            url="https://village.example/second",
            author="Ada",
            author_url=None,
            language="fr",
            at=at("2026-11-22T09:30:00Z"),
        ),
        Entry(
            id="https://village.example/first",
            title="First",
            text="1 < 2",
            url="https://village.example/first",
            author=None,
            author_url=None,
            language="fr",
            at=at("2026-11-21T08:00:00Z"),
        ),
    )


def test_atom_is_read() -> None:
    feed = parse(ATOM.encode(), "application/atom+xml", URL)

    assert feed.entries == (
        Entry(
            id="urn:1",
            title="Ein Tag",
            text="Eins\n\nZwei",
            url="https://village.example/1",
            author="Bruno",
            author_url="https://village.example/bruno",
            language="de",
            at=at("2026-11-22T09:00:00Z"),
        ),
    )


def test_rss_one_is_read() -> None:
    (entry,) = parse(RDF.encode(), "application/rdf+xml", URL).entries

    assert (entry.id, entry.title, entry.text, entry.at) == (
        "https://village.example/old",
        "Old news",
        "Still true",
        at("2026-11-20T11:00:00Z"),
    )


@pytest.mark.parametrize("kind", ["application/feed+json", "text/plain"])
def test_json_feed_is_read_and_broken_items_are_left_out(kind: str) -> None:
    feed = parse(JSON.encode(), kind, URL)

    assert feed.is_whole is False
    assert feed.entries == (
        Entry(
            id="7",
            title="Seven",
            text="One\ntwo",
            url="https://village.example/seven",
            author="Chloe",
            author_url=None,
            language="en",
            at=at("2026-11-22T07:00:00Z"),
        ),
        Entry(
            id="t",
            title=None,
            text="a < b",
            url=None,
            author="Chloe",
            author_url=None,
            language="en",
            at=None,
        ),
    )


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (PAGE, "text/html"),
        ("", "application/xml"),
        ("It works!", "text/plain"),
        ("{", "application/json"),
        ('{"version": "2", "items": []}', "application/json"),
        ("[" * 100_000, "application/json"),
        ("<rss><channel><title>cut", "application/xml"),
        ("/etc/passwd", "text/plain"),
        ("http://127.0.0.1/feed", "text/plain"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(document: str, kind: str) -> None:
    with pytest.raises(NotAFeed):
        parse(document.encode(), kind, URL)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("&amp;", "&"),
        lambda text: text.replace("</channel></rss>", ""),
        lambda text: text.replace("First", "F&nbsp;irst &unknown;"),
        lambda text: "\n\n  " + text,
        lambda text: text + "<!-- -- --><script>x</script>",
        lambda text: text.replace('encoding="utf-8"', 'encoding="no-such"'),
    ],
)
def test_a_damaged_feed_is_read_as_far_as_it_can_be(damage: object) -> None:
    assert callable(damage)

    feed = parse(damage(RSS).encode(), "application/rss+xml", URL)

    assert [entry.id for entry in feed.entries] == ["two", "https://village.example/first"]


def test_other_encodings_are_read() -> None:
    latin = RSS.replace("utf-8", "iso-8859-1").replace("First", "Première")

    feed = parse(latin.encode("iso-8859-1"), "application/rss+xml", URL)

    assert feed.entries[1].title == "Première"


def test_an_entry_without_guid_and_address_is_known_by_its_content() -> None:
    one = "<rss version='2.0'><channel><item><description>A</description></item></channel></rss>"

    first, again = (parse(one.encode(), "text/xml", URL).entries[0].id for _ in range(2))
    other = parse(one.replace("A<", "B<").encode(), "text/xml", URL).entries[0].id

    assert first == again
    assert first.startswith("sha256:")
    assert other != first


def test_addresses_that_are_not_of_the_web_are_dropped() -> None:
    evil = RSS.replace("<link>https://village.example/first</link>", "<link>javascript:x()</link>")

    assert parse(evil.encode(), "text/xml", URL).entries[1].url is None


def test_addresses_that_are_none_are_dropped() -> None:
    document = (
        '{"version":"https://jsonfeed.org/version/1","home_page_url":"http://[x",'
        '"items":[{"id":"a","url":"//[y"}]}'
    )

    feed = parse(document.encode(), "application/json", URL)

    assert (feed.url, [entry.url for entry in feed.entries]) == (None, [None])


def test_author_of_many_signs_is_read_at_once() -> None:
    signs = RSS.replace("<item>", f"<item><author>{'@' * 300_000}</author>", 1)
    begun = time.process_time()

    parse(signs.encode(), "text/xml", URL)

    assert time.process_time() - begun < 5


def test_feed_of_more_tags_than_anybodys_is_refused_at_once() -> None:
    """5 MB of them took a thread half a minute, each time it was read."""
    hostile = RSS.replace("<item>", f"{'<a/>' * 1_000_000}<item>", 1).encode()
    begun = time.process_time()

    with pytest.raises(NotAFeed):
        parse(hostile, "text/xml", URL)

    assert time.process_time() - begun < 2


def test_text_that_cannot_be_stored_is_cleaned() -> None:
    nul = '{"version":"https://jsonfeed.org/version/1","items":[{"id":"a\\u0000","title":"\\ud800x"}]}'

    (entry,) = parse(nul.encode(), "application/json", URL).entries

    assert (entry.id, entry.title) == ("a", "x")


def test_entities_that_explode_do_not() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>' + RSS[38:].replace(
        "First", "&l9;"
    )
    begun = time.process_time()

    try:
        feed = parse(bomb.encode(), "text/xml", URL)
        longest = max(len(entry.title or "") for entry in feed.entries)
    except NotAFeed:
        longest = 0

    assert longest < 1000
    assert time.process_time() - begun < 20


def test_files_of_the_machine_are_not_read() -> None:
    peeking = RSS.replace(
        "<rss ", '<!DOCTYPE rss [<!ENTITY peek SYSTEM "file:///etc/hostname">]><rss '
    ).replace("First", "[&peek;]")

    titles = [entry.title for entry in parse(peeking.encode(), "text/xml", URL).entries]

    assert titles[1] in {"[]", "[&peek;]"}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p>\n<p>Two<br/>three</p>", "One\n\nTwo\nthree"),
        ("a&nbsp;&lt;b&gt; <img src=x alt='cat'> <style>p{}</style>", "a <b> cat"),
        ("<ul><li>x</li><li>y</li></ul>", "• x\n• y"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<script>if (a < b) { '</p>' }</script>seen", "seen"),
        ("never <b>closed", "never closed"),
        ("1 < 2 & 3", "1 < 2 & 3"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("Sat, 28 Nov 2026 10:00:00", "2026-11-28T10:00:00Z"),
        ("2026-11-28", "2026-11-28T00:00:00Z"),
        ("28/11/2026", None),
    ],
)
def test_date_without_a_zone_is_taken_for_utc(told: str, moment: str | None) -> None:
    document = RSS.replace("Sun, 22 Nov 2026 10:30:00 +0100", told)

    entry = parse(document.encode(), "application/rss+xml", URL).entries[0]

    assert entry.at == (None if moment is None else at(moment))


def test_guid_that_is_a_mere_name_is_no_address() -> None:
    document = '<rss version="2.0"><channel><item><guid>{}</guid></item></channel></rss>'
    guids = ("123", "/posts/123", "https://village.example/p/123")

    found = [parse(document.format(each).encode(), "", URL).entries[0] for each in guids]

    assert [(each.id, each.url) for each in found] == [
        ("123", None),
        ("/posts/123", "https://village.example/posts/123"),
        ("https://village.example/p/123", "https://village.example/p/123"),
    ]


def test_json_feed_with_nothing_where_lists_belong_is_read() -> None:
    empty = '{"version": "https://jsonfeed.org/version/1.1", "items": null, "authors": null}'
    items = (
        '[{"id": "1", "authors": null}, {"id": "2", "author": "Bea"}, {"id": "3", "authors": 5}]'
    )

    feed = parse(empty.replace('"items": null', f'"items": {items}').encode(), "json", URL)

    assert parse(empty.encode(), "json", URL).entries == ()
    assert [(each.id, each.author) for each in feed.entries] == [
        ("1", None),
        ("2", "Bea"),
        ("3", None),
    ]
    assert feed.is_whole is True
