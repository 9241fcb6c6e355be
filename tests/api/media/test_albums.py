"""/v1/albums as a client sees it."""

from typing import Any

import pytest

from domain.kernel.ids import new_id, show
from domain.media import albums
from tests.api.graph.asking import ask
from tests.api.media.test_rights import change, read, send, told
from tests.desk import Desk

COLOURS = ("red", "green", "blue", "teal")


async def make(desk: Desk, *media: str, **body: Any) -> str:
    """An album with files in it."""
    album = await desk.post("/v1/albums", 201, **{"name": "Vendanges", **body})
    id_: str = album["id"]
    if media:
        await place(desk, id_, *media)
    return id_


async def shelf(desk: Desk, *colours: str) -> list[str]:
    return [await send(desk, colour) for colour in colours or COLOURS]


async def place(desk: Desk, album: str, *media: str, **more: Any) -> dict[str, Any]:
    return await desk.post(f"/v1/albums/{album}/place", 200, media_ids=list(media), **more)


async def shown(desk: Desk, album: str) -> list[str]:
    found = (await read(desk, f"/v1/albums/{album}/media"))["data"]
    assert [each["position"] for each in found] == sorted({each["position"] for each in found})
    return [each["media"]["id"] for each in found]


async def test_album_is_made_changed_and_removed_and_its_files_stay(desk: Desk) -> None:
    [media] = await shelf(desk, "red")
    album = await make(desk, media, description="Ce qui reste.", cover_id=media)

    changed = await change(desk, f"/v1/albums/{album}", name="Vignes", cover_id=None)
    gone = await desk.client.delete(f"/v1/albums/{album}")

    assert (changed["name"], changed["cover_id"], changed["version"]) == ("Vignes", None, 3)
    assert changed["description"] == "Ce qui reste."
    assert (gone.status_code, (await desk.client.get(f"/v1/albums/{album}")).status_code) == (
        204,
        404,
    )
    assert (await read(desk, f"/v1/media/{media}"))["id"] == media
    kinds = ("album.created", "album.arranged", "album.changed", "album.removed")
    assert [each["kind"] for each in await told(desk, *kinds)] == list(kinds)


async def test_files_are_placed_and_moved_and_twice_is_once(desk: Desk) -> None:
    one, two, three, four = await shelf(desk)
    album = await make(desk, one, two, three)

    before = await place(desk, album, four, before_id=two)
    again = await place(desk, album, four, before_id=two)
    moved = await place(desk, album, three, one)

    assert before == again
    assert (before["version"], moved["version"]) == (3, 4)
    assert await shown(desk, album) == [four, two, three, one]
    events = [each["data"]["media"] for each in await told(desk, "album.arranged")]
    assert events == [[one, two, three], [four], [three, one]]


async def test_files_are_taken_out_and_twice_is_once(desk: Desk) -> None:
    one, two, three, _ = await shelf(desk)
    album = await make(desk, one, two, three)

    for version in (3, 3):
        out = await desk.post(f"/v1/albums/{album}/take-out", 200, media_ids=[two, one])
        assert out["version"] == version

    assert await shown(desk, album) == [three]
    [thinned] = await told(desk, "album.thinned")
    assert sorted(thinned["data"]["media"]) == sorted([one, two])


async def test_file_that_is_removed_leaves_its_albums_and_their_covers(desk: Desk) -> None:
    one, two, *_ = await shelf(desk)
    album = await make(desk, one, two, cover_id=one)

    answer = await desk.client.delete(f"/v1/media/{one}")

    assert answer.status_code == 204
    assert await shown(desk, album) == [two]
    assert (await read(desk, f"/v1/albums/{album}"))["cover_id"] is None


async def test_file_is_in_several_albums_and_found_by_them(desk: Desk) -> None:
    one, two, *_ = await shelf(desk)
    first, second = await make(desk, one, name="A"), await make(desk, two, one, name="B")
    await make(desk, name="C")

    async def holding(media: str) -> list[str]:
        found = (await read(desk, "/v1/albums", media_id=media))["data"]
        return [each["id"] for each in found]

    assert (await holding(one), await holding(two)) == ([second, first], [second])


async def test_album_is_read_page_by_page(desk: Desk) -> None:
    media = await shelf(desk)
    album = await make(desk, *media)
    found, cursor = [], None
    while True:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = await read(desk, f"/v1/albums/{album}/media", **query)
        found += [each["media"]["id"] for each in page["data"]]
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            break

    assert found == media


async def test_strange_files_and_places_are_refused_and_nothing_moves(desk: Desk) -> None:
    one, two, *_ = await shelf(desk)
    album, strange = await make(desk, one), show("med", new_id())
    path = f"/v1/albums/{album}/place"

    nothing = await desk.post(path, 404, media_ids=[two, strange])
    nowhere = await desk.post(path, 404, media_ids=[two], before_id=strange)
    itself = await desk.post(path, 404, media_ids=[one], before_id=one)

    assert {each["code"] for each in (nothing, nowhere, itself)} == {"not_found"}
    assert await shown(desk, album) == [one]


async def test_full_album_takes_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(albums, "MOST_MEDIA", 2)
    one, two, three, _ = await shelf(desk)
    album = await make(desk, one, two)

    refused = await desk.post(f"/v1/albums/{album}/place", 422, media_ids=[three])

    assert [each["code"] for each in refused["errors"]] == ["album.full"]
    assert await shown(desk, album) == [one, two]


async def test_graph_arranges_and_shows_albums(desk: Desk) -> None:
    one, two, *_ = await shelf(desk)
    album = await make(desk, one, two)
    placed = await ask(
        desk.tenant,
        """mutation($input: PlaceAlbumMediaInput!) { placeAlbumMedia(input: $input) {
             ... on PlaceAlbumMediaSuccess { album { items(first: 1) {
               nodes { media { id } } pageInfo { endCursor } } } } } }""",
        input={"id": album, "mediaIds": [two], "beforeId": one},
    )
    items = placed["placeAlbumMedia"]["album"]["items"]
    rest = await ask(
        desk.tenant,
        """query($id: ID!, $after: String) { album(id: $id) { items(after: $after) {
             nodes { media { id } } } } }""",
        id=album,
        after=items["pageInfo"]["endCursor"],
    )

    assert items["nodes"] == [{"media": {"id": two}}]
    assert rest["album"]["items"]["nodes"] == [{"media": {"id": one}}]


async def test_alternative_texts_are_kept_by_language_and_judged_in_the_posts_own(
    desk: Desk,
) -> None:
    [media] = await shelf(desk, "red")
    texts = [{"language": "de", "text": "ü" * 1501}, {"language": "fr", "text": "Une vigne."}]
    changed = await change(desk, f"/v1/media/{media}", alt_text="A vineyard.", alt_texts=texts)

    async def misfits(language: str) -> list[str]:
        judged = await desk.post(
            "/v1/posts/validate",
            200,
            text="a",
            language=language,
            media_ids=[media],
            variants=[{"account_id": desk.account}],
        )
        return [each["code"] for each in judged["targets"][0]["misfits"]]

    assert (changed["alt_text"], changed["alt_texts"]) == ("A vineyard.", texts)
    assert await misfits("fr-CH") == []
    assert await misfits("de-CH") == ["alt_text.too_long"]


async def test_language_has_one_alternative_text(desk: Desk) -> None:
    [media] = await shelf(desk, "red")
    texts = [{"language": "de", "text": "a"}, {"language": "de", "text": "b"}]

    refused = await change(desk, f"/v1/media/{media}", 422, alt_texts=texts)

    assert refused["code"] == "request.invalid"
    assert (await read(desk, f"/v1/media/{media}"))["alt_texts"] == []
