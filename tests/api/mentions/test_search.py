"""`q=` in the inbox: words whatever their accents, the last 90 days unless told."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from tests.api.mentions.test_rest import ids
from tests.inboxes import Inbox, item
from tests.world import Tenant
from tests.writings import WRITINGS

ASK = """query ($some: String!, $none: String!) {
    some: mentions(words: $some) { nodes { remoteId } }
    none: mentions(words: $none) { nodes { remoteId } } }"""
TODAY = datetime.now(UTC).replace(microsecond=0)


async def test_words_are_found_without_accents_and_capitals(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(
        item(1, text="La VENDANGE a commencé", said_at=TODAY - timedelta(days=1)),
        item(2, text="Rien de neuf", title="Vendanges", said_at=TODAY - timedelta(days=2)),
        now=TODAY,
    )

    assert await ids(tenant, "?q=vendange") == ["r1"]
    assert await ids(tenant, "?q=COMMENCE") == ["r1"]
    assert await ids(tenant, "?q=commenc%C3%A9") == ["r1"]
    assert await ids(tenant, "?q=vendanges") == ["r2"]
    assert await ids(tenant, "?q=vendange+or+rien") == ["r1", "r2"]
    assert await ids(tenant, "?q=vendange+-commence") == []
    assert await ids(tenant, '?q="a+commence"') == ["r1"]
    assert await ids(tenant, "?q=%26%7C%21") == []


async def test_words_are_found_beside_signs_of_any_script(tenant: Tenant, inbox: Inbox) -> None:
    """A parser that takes all beyond ASCII for letters made one word of `l’aube`."""
    said = "À l’aube, «la vigne\u202f!» et le vin🍷… “bonne\u00a0journée”—à bientôt；再见。"
    await inbox.take(item(1, text=said, said_at=TODAY - timedelta(days=1)), now=TODAY)

    for words in ("aube", "l'aube", "l’aube", "vigne", "vin", "journee", "bientot", "再见"):
        assert (words, await ids(tenant, f"?q={quote(words)}")) == (words, ["r1"])
    assert await ids(tenant, f"?q={quote('“bonne journée”')}") == ["r1"]
    assert await ids(tenant, f"?q={quote('“journée bonne”')}") == []
    assert await ids(tenant, f"?q={quote('vigne -l’aube')}") == []


async def test_words_of_any_script_and_emoji_are_found(tenant: Tenant, inbox: Inbox) -> None:
    said_at = TODAY - timedelta(days=1)
    await inbox.take(
        *(item(remote_id=name, text=each.text, said_at=said_at) for name, each in WRITINGS.items()),
        now=TODAY,
    )

    for name, writing in WRITINGS.items():
        assert name in await ids(tenant, f"?q={quote(writing.finds[0])}")
        sent = {"query": ASK, "variables": {"some": writing.finds[-1], "none": writing.misses[0]}}
        shown = (await tenant.client.post("/graphql", json=sent)).json()["data"]
        assert {"remoteId": name} in shown["some"]["nodes"]
        assert {"remoteId": name} not in shown["none"]["nodes"]


async def test_long_texts_without_spaces_are_found_by_what_comes_first(
    tenant: Tenant, inbox: Inbox
) -> None:
    """A tsvector holds a megabyte and counts 16,383 places."""
    letters = "".join(map(chr, range(0x20000, 0x20000 + 30_000)))
    said_at = TODAY - timedelta(days=1)
    await inbox.take(
        item(1, text=letters[:9_990] + "東京タワー", said_at=said_at),
        item(2, title=letters * 2, text="🍇" * 60_000, said_at=said_at),
        now=TODAY,
    )

    assert await ids(tenant, "?q=東京タワー") == ["r1"]
    assert await ids(tenant, f"?q={letters[15_990:15_999]}") == ["r2"]
    assert await ids(tenant, "?q=🍇") == ["r2"]


async def test_a_link_is_found_as_it_is_copied(tenant: Tenant, inbox: Inbox) -> None:
    said = "À lire : https://example.ch/vigne?x=1 (http://Example.org) !"
    await inbox.take(
        item(1, text=said, said_at=TODAY - timedelta(days=1)),
        item(2, text="https, c'est plus sûr", said_at=TODAY - timedelta(days=2)),
        now=TODAY,
    )

    for link in ("https://example.ch/vigne?x=1", "example.ch", "http://example.org"):
        assert (link, await ids(tenant, f"?q={quote(link)}")) == (link, ["r1"])
        assert (link, await ids(tenant, f"?q=%22{quote(link)}%22")) == (link, ["r1"])
    assert await ids(tenant, f"?q={quote('lire -https://example.ch/vigne?x=1')}") == []
    assert await ids(tenant, f"?q={quote('https://example.ch/vin')}") == []
    assert await ids(tenant, "?q=https") == ["r2"]


async def test_search_looks_ninety_days_back_unless_told(tenant: Tenant, inbox: Inbox) -> None:
    days = (0, 45, 89, 91, 400)
    await inbox.take(
        *(item(number, text="vigne", said_at=TODAY - timedelta(days=number)) for number in days),
        now=TODAY,
    )

    assert await ids(tenant, "?q=vigne") == ["r0", "r45", "r89"]
    since = (TODAY - timedelta(days=500)).isoformat().replace("+00:00", "Z")
    assert await ids(tenant, f"?q=vigne&since={since}") == ["r0", "r45", "r89", "r91", "r400"]
    until = (TODAY - timedelta(days=60)).isoformat().replace("+00:00", "Z")
    assert await ids(tenant, f"?q=vigne&until={until}") == ["r89", "r91"]
    assert await ids(tenant, f"?q=vigne&since={since}&until={until}&sort=said_at") == [
        "r400",
        "r91",
        "r89",
    ]


async def test_search_that_ends_where_time_begins_finds_nothing(
    tenant: Tenant, inbox: Inbox
) -> None:
    """There are no ninety days before it to look back."""
    await inbox.take(item(1, text="vigne", said_at=TODAY), now=TODAY)

    for until in ("0001-01-02T00:00:00Z", "0001-01-01T00:00:00.000002Z"):
        assert await ids(tenant, f"?q=vigne&until={until}") == []


async def test_search_leaves_out_what_was_said_at_its_end(tenant: Tenant, inbox: Inbox) -> None:
    end = TODAY - timedelta(days=1)
    await inbox.take(
        item(1, text="vigne", said_at=end - timedelta(microseconds=1)),
        item(2, text="vigne", said_at=end),
        item(3, text="vigne", said_at=end + timedelta(milliseconds=500)),
        now=TODAY,
    )
    until = end.isoformat().replace("+00:00", "Z")

    assert await ids(tenant, f"?q=vigne&until={until}") == ["r1"]
    assert await ids(tenant, f"?until={until}") == ["r1"]


async def test_found_pages_follow_each_other_through_the_months(
    tenant: Tenant, inbox: Inbox
) -> None:
    days = range(0, 80, 8)
    await inbox.take(
        *(item(number, text="vigne", said_at=TODAY - timedelta(days=number)) for number in days),
        now=TODAY,
    )
    newest = [f"r{number}" for number in days]

    for sort, expected in (("-said_at", newest), ("said_at", newest[::-1])):
        found, url = [], f"/v1/mentions?q=vigne&limit=3&sort={sort}"
        while url:
            answer = await tenant.client.get(url)
            found += [each["remote_id"] for each in answer.json()["data"]]
            url = answer.links.get("next", {}).get("url", "")
        assert found == expected


async def test_search_keeps_to_the_other_filters(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(
        item(1, text="vigne", said_at=TODAY), item(2, text="vigne", said_at=TODAY), now=TODAY
    )
    shown = (await tenant.client.get("/v1/mentions?q=vigne")).json()["data"]
    await tenant.client.patch(
        f"/v1/mentions/{shown[0]['id']}", json={"is_read": True}, headers={"If-Match": "*"}
    )

    assert await ids(tenant, "?q=vigne&is_read=true") == [shown[0]["remote_id"]]
    assert await ids(tenant, "?q=vigne&is_read=false") == [shown[1]["remote_id"]]
    assert await ids(tenant, "?q=vigne&status=archived") == []
    assert await ids(tenant, "?q=vigne&network=sandbox&status=open") != []


async def test_search_has_no_tag_as_its_window_moves(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(item(1, text="vigne", said_at=TODAY), now=TODAY)
    found = await tenant.client.get("/v1/mentions?q=vigne")
    fixed = await tenant.client.get("/v1/mentions?q=vigne&since=2026-01-01T00:00:00Z")

    assert "etag" not in found.headers
    assert "etag" in fixed.headers
