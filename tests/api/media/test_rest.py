"""/v1/media as a client sees it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from starlette import types as asgi

from api.main import create_app
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from domain.kernel.settings import Settings
from domain.media.disk import Disk
from tests.domain.media.files import picture, track, video
from tests.world import Tenant, client_for, make_token, opened

PHOTO = picture("JPEG", (40, 30))
ALT = "A steamboat leaves the pier."


async def send(
    client: httpx2.AsyncClient, content: bytes = PHOTO, **more: object
) -> httpx2.Response:
    headers = more.pop("headers", None)
    name = more.pop("name", "ouchy.jpg")
    files = {"file": (name, content, "application/octet-stream")}
    return await client.post("/v1/media", files=files, data=more, headers=headers)  # type: ignore[arg-type]  # wrong ones on purpose


async def made(tenant: Tenant, content: bytes = PHOTO, **more: object) -> dict[str, object]:
    answer = await send(tenant.client, content, **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


def files(settings: Settings, tenant: Tenant) -> list[str]:
    """What lies in the tenant's folder, and what an upload left beside it."""
    folder = settings.media_dir / tenant.workspace_id.hex
    left = [path.name for path in settings.media_dir.glob(".incoming-*")]
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) + left


async def test_photo_is_known_by_its_bytes_and_read_again(
    tenant: Tenant, settings: Settings
) -> None:
    answer = await send(tenant.client, alt_text=ALT, name="../Ouchy.html")
    media = answer.json()

    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert media["id"].startswith("med_")
    assert (media["kind"], media["content_type"]) == ("image", "image/jpeg")
    assert (media["width"], media["height"], media["size_bytes"]) == (40, 30, len(PHOTO))
    assert (media["file_name"], media["alt_text"]) == ("Ouchy.jpg", ALT)
    assert media["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert (await tenant.client.get(f"/v1/media/{media['id']}")).json() == media
    assert files(settings, tenant) == [media["sha256"]]
    events = (await tenant.client.get("/v1/events")).json()["data"]
    assert (events[-1]["kind"], events[-1]["subject_id"]) == ("media.added", media["id"])


async def test_bytes_come_back_private_and_harmless(tenant: Tenant) -> None:
    media = await made(tenant)
    url = str(media["content_url"])
    whole = await tenant.client.get(url)
    part = await tenant.client.get(url, headers={"Range": "bytes=2-5"})
    again = await tenant.client.get(url, headers={"If-None-Match": whole.headers["etag"]})

    assert (whole.status_code, whole.content) == (200, PHOTO)
    assert whole.headers["content-type"] == "image/jpeg"
    assert whole.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert whole.headers["content-disposition"] == 'inline; filename="ouchy.jpg"'
    assert (part.status_code, part.content) == (206, PHOTO[2:6])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=2-5", 206, PHOTO[2:6]),
        ("Bytes=-4", 206, PHOTO[-4:]),
        ("bytes=0-0", 206, PHOTO[:1]),
        ("bytes=0-999999999999", 206, PHOTO),
        # One of several behind the end is left out.
        ("bytes=999999999-, 0-1", 206, PHOTO[:2]),
        # What is not understood is passed over (RFC 9110, 14.2).
        ("items=0-5", 200, PHOTO),
        ("bytes=abc", 200, PHOTO),
        ("bytes=5-2", 200, PHOTO),
        (f"bytes=0-{'9' * 5000}", 200, PHOTO),
        (f"bytes=-{'9' * 5000}", 200, PHOTO),
        ("bytes=", 200, PHOTO),
    ],
)
async def test_part_of_a_file_is_what_was_asked_for(
    tenant: Tenant, asked: str, status: int, content: bytes
) -> None:
    url = str((await made(tenant))["content_url"])

    answer = await tenant.client.get(url, headers={"Range": asked})

    assert (answer.status_code, answer.content) == (status, content)


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0", "bytes=999999999-, -0"])
async def test_part_behind_the_end_is_refused(tenant: Tenant, asked: str) -> None:
    url = str((await made(tenant))["content_url"])

    answer = await tenant.client.get(url, headers={"Range": asked})
    other = await tenant.client.get(url, headers={"Range": asked, "If-Range": '"other"'})

    assert (answer.status_code, answer.json()["code"]) == (416, "range.outside")
    assert answer.headers["content-range"] == f"bytes */{len(PHOTO)}"
    assert (other.status_code, other.content) == (200, PHOTO)


async def test_bytes_that_are_known_are_not_sent_again(tenant: Tenant) -> None:
    url = str((await made(tenant))["content_url"])
    tag = (await tenant.client.get(url)).headers["etag"]

    async def status(known: str) -> int:
        return (await tenant.client.get(url, headers={"If-None-Match": known})).status_code

    assert [await status(each) for each in (f'"x", W/{tag}', "*", '"x"', "")] == [
        304,
        304,
        200,
        200,
    ]


class Elsewhere(Disk):
    """A shelf that clients read from by themselves."""

    def place_of(self, workspace_id: UUID, sha256: str) -> Path | str:  # type: ignore[override]  # as Shelf has it
        return f"https://store.example.ch/{workspace_id.hex}/{sha256}"


async def test_bytes_on_a_shelf_elsewhere_are_read_there(
    settings: Settings, tenant: Tenant
) -> None:
    media = await made(tenant)
    async with opened(create_app(settings)) as app, client_for(app, tenant.token) as client:
        state = app.state.parvis
        shelf = replace(state.media, kept_on=Elsewhere(settings.media_dir))
        app.state.parvis = replace(state, media=shelf)
        answer = await client.get(str(media["content_url"]))
        again = await client.get(
            str(media["content_url"]), headers={"If-None-Match": f'"{media["sha256"]}"'}
        )

    place = f"https://store.example.ch/{tenant.workspace_id.hex}/{media['sha256']}"
    assert (answer.status_code, answer.headers["location"]) == (307, place)
    assert answer.headers["cache-control"] == "private, max-age=240"
    assert again.status_code == 304


async def test_video_is_taken_with_its_size(tenant: Tenant) -> None:
    film = await made(tenant, video(track(1280, 720)), name="film")

    assert (film["kind"], film["content_type"]) == ("video", "video/mp4")
    assert (film["width"], film["height"], film["file_name"]) == (1280, 720, "film.mp4")


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"MZ" + bytes(99), PHOTO[:-200]])
async def test_other_kinds_are_refused_and_leave_nothing(
    tenant: Tenant, settings: Settings, content: bytes
) -> None:
    answer = await send(tenant.client, content)

    assert (answer.status_code, answer.json()["code"]) == (415, "media.unsupported")
    assert files(settings, tenant) == []
    assert (await tenant.client.get("/v1/media")).json()["data"] == []


@pytest.fixture
async def small(settings: Settings) -> AsyncIterator[FastAPI]:
    """An api that takes files of a thousand bytes."""
    limited = settings.model_copy(update={"media_max_bytes": 1000})
    async with opened(create_app(limited)) as running:
        yield running


async def test_file_above_the_limit_is_refused(
    small: FastAPI, tenant: Tenant, settings: Settings
) -> None:
    read: list[int] = []
    read_by_then: list[int] = []

    async def watched(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        async def told(message: asgi.Message) -> None:
            if message["type"] == "http.response.start":
                read_by_then.append(len(read))
            await send(message)

        await small(scope, receive, told)

    async with client_for(watched, tenant.token) as client:
        fits = await send(client, picture("PNG"))
        large = await send(client, PHOTO + bytes(1001 - len(PHOTO)))
        announced = await send(client, bytes(200_000))
        endless = await client.post(
            "/v1/media",
            content=pieces(read),
            headers={"content-type": "multipart/form-data; boundary=edge"},
        )

    assert fits.status_code == 201
    for answer in (large, announced, endless):
        assert (answer.status_code, answer.json()["code"]) == (413, "media.too_large")
    assert len(files(settings, tenant)) == 1
    assert read_by_then[-1] < 10


async def pieces(read: list[int]) -> AsyncIterator[bytes]:
    """A file without end that announces no length; notes what was read of it."""
    yield b'--edge\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    for place in range(1000):
        read.append(place)
        yield bytes(10_000)


async def test_broken_forms_have_their_own_codes(tenant: Tenant) -> None:
    other = await tenant.client.post("/v1/media", data={"alt_text": "x"})
    nothing = await tenant.client.post("/v1/media", files={"alt_text": (None, b"x")})
    torn = await tenant.client.post(
        "/v1/media",
        content=b"--edge\r\nnonsense",
        headers={"content-type": "multipart/form-data; boundary=edge"},
    )
    boundless = await tenant.client.post(
        "/v1/media", content=b"x", headers={"content-type": "multipart/form-data"}
    )
    two = await tenant.client.post(
        "/v1/media", files=[("file", ("a", PHOTO)), ("file", ("b", PHOTO))]
    )
    long = await send(tenant.client, alt_text="x" * 4001)

    assert (other.status_code, other.json()["code"]) == (415, "body.unsupported")
    assert (nothing.status_code, nothing.json()["errors"][0]["pointer"]) == (422, "/file")
    assert (torn.status_code, torn.json()["errors"][0]["pointer"]) == (422, "/file")
    assert [(a.status_code, a.json()["code"]) for a in (boundless, two)] == [
        (400, "body.malformed")
    ] * 2
    assert (long.status_code, long.json()["errors"][0]["pointer"]) == (422, "/alt_text")


async def test_key_makes_one_file_whatever_the_edges_of_the_form(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "photo"}
    answers = await asyncio.gather(
        *(send(tenant.client, alt_text=ALT, headers=headers) for _ in range(4))
    )
    other = await send(tenant.client, alt_text="Another.", headers=headers)

    assert {answer.text for answer in answers} == {answers[0].text}
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 3
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key.reused")
    assert len((await tenant.client.get("/v1/media")).json()["data"]) == 1


async def test_new_file_says_where_it_is_read(tenant: Tenant) -> None:
    made = await send(tenant.client)

    assert made.headers["location"] == f"/v1/media/{made.json()['id']}"
    assert (await tenant.client.get(made.headers["location"])).json() == made.json()


async def test_client_made_id_twice_gives_the_first_file(tenant: Tenant) -> None:
    id_ = show("med", new_id())
    first = await made(tenant, id=id_)
    again = await made(tenant, id=id_)
    other = await send(tenant.client, picture("PNG"), id=id_)

    assert first["id"] == id_
    assert again == first
    assert (other.status_code, other.json()["code"]) == (409, "id.taken")


async def test_list_is_filtered_and_paged(tenant: Tenant) -> None:
    photo = await made(tenant)
    film = await made(tenant, video(track(4, 3)))

    async def ids(query: str) -> list[str]:
        answer = await tenant.client.get(f"/v1/media?{query}")
        return [each["id"] for each in answer.json()["data"]]

    assert await ids("") == [film["id"], photo["id"]]
    assert await ids("sort=created_at") == [photo["id"], film["id"]]
    assert await ids("kind=video") == [film["id"]]
    page = await tenant.client.get("/v1/media?limit=1")
    following = await tenant.client.get(page.links["next"]["url"])
    assert [each["id"] for each in following.json()["data"]] == [photo["id"]]


async def test_alternative_text_is_changed_with_the_version(tenant: Tenant) -> None:
    media = await made(tenant, alt_text=ALT)
    url = f"/v1/media/{media['id']}"
    missing = await tenant.client.patch(url, json={"alt_text": "B"})
    stale = await tenant.client.patch(url, json={"alt_text": "B"}, headers={"If-Match": '"4"'})
    other = await tenant.client.patch(url, json={"width": 9}, headers={"If-Match": "*"})
    done = await tenant.client.patch(url, json={"alt_text": None}, headers={"If-Match": '"1"'})

    assert [a.status_code for a in (missing, stale, other)] == [428, 412, 422]
    assert (done.status_code, done.json()["alt_text"]) == (200, None)
    assert done.headers["etag"] == '"2"'


async def test_bytes_that_two_files_share_go_with_the_last(
    tenant: Tenant, settings: Settings
) -> None:
    first, second = await made(tenant), await made(tenant, name="copy.jpg")

    assert (await tenant.client.delete(f"/v1/media/{first['id']}")).status_code == 204
    assert (await tenant.client.get(str(second["content_url"]))).content == PHOTO
    assert (await tenant.client.delete(f"/v1/media/{second['id']}")).status_code == 204
    assert (await tenant.client.get(str(second["content_url"]))).status_code == 404
    assert files(settings, tenant) == []


async def test_file_that_a_post_shows_stays(tenant: Tenant) -> None:
    media = await made(tenant)
    community = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
    community_id = (await tenant.client.post("/v1/communities", json=community)).json()["id"]
    calendar = {"community_id": community_id, "name": "Calendar", "colour": "#336699"}
    calendar_id = (await tenant.client.post("/v1/calendars", json=calendar)).json()["id"]
    post = {"calendar_id": calendar_id, "title": "T", "text": "Look", "media_ids": [media["id"]]}
    sent = await tenant.client.post("/v1/posts", json=post)

    refused = await tenant.client.delete(f"/v1/media/{media['id']}")

    assert sent.status_code == 201, sent.text
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert (await tenant.client.get(str(media["content_url"]))).content == PHOTO


async def test_bytes_that_are_missing_are_the_operators_matter(
    tenant: Tenant, settings: Settings
) -> None:
    media = await made(tenant)
    sha256 = str(media["sha256"])
    (settings.media_dir / tenant.workspace_id.hex / sha256[:2] / sha256).unlink()

    answer = await tenant.client.get(str(media["content_url"]))

    assert (answer.status_code, answer.json()["code"]) == (503, "dependency.away")
    assert answer.json()["acting_party"] == "operator"


async def test_a_removed_file_is_gone_although_the_store_refuses(
    tenant: Tenant, settings: Settings
) -> None:
    """It was answered as if nothing had been done: who tried again found nothing to remove."""
    media = await made(tenant)
    sha256, url = str(media["sha256"]), f"/v1/media/{media['id']}"
    kept = settings.media_dir / tenant.workspace_id.hex / sha256[:2] / sha256
    kept.unlink()
    kept.mkdir()

    answer = await tenant.client.delete(url)

    assert answer.status_code == 204
    assert (await tenant.client.get(url)).status_code == 404
    assert kept.is_dir()


async def test_foreigner_sees_nothing(tenant: Tenant, foreigner: Tenant) -> None:
    media = await made(tenant)
    url = f"/v1/media/{media['id']}"
    client = foreigner.client

    answers = [
        await client.get(url),
        await client.get(f"{url}/content"),
        await client.patch(url, json={"alt_text": "x"}, headers={"If-Match": "*"}),
        await client.delete(url),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert (await client.get("/v1/media")).json()["data"] == []
    assert (await tenant.client.get(f"{url}/content")).content == PHOTO


async def test_scopes_and_tokens_come_before_everything(
    app: FastAPI, database: Database, tenant: Tenant, stranger: httpx2.AsyncClient
) -> None:
    url = f"/v1/media/{show('med', new_id())}"
    reader = await make_token(database, tenant.workspace_id, [Scope.POSTS_READ])
    nobody = await make_token(database, tenant.workspace_id, [Scope.EVENTS_READ])
    async with client_for(app, reader) as client:
        writes = [
            await send(client, b"junk"),
            await client.patch(url, json={}, headers={"If-Match": "*"}),
            await client.delete(url),
        ]
    async with client_for(app, nobody) as client:
        reads = [await client.get(path) for path in ("/v1/media", url, f"{url}/content")]

    assert [(a.status_code, a.json()["code"]) for a in writes] == [(403, "scope.missing")] * 3
    assert [a.status_code for a in reads] == [403] * 3
    assert (await send(stranger)).status_code == 401
    assert (await stranger.get(f"{url}/content")).status_code == 401


def test_store_is_one_folder_of_the_settings(settings: Settings) -> None:
    assert settings.media_dir == Path(settings.data_dir) / "media"
