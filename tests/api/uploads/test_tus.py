"""tus 1.0 at /v1/uploads, header by header."""

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.main import create_app
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, read, show
from domain.kernel.settings import Settings
from domain.uploads.pieces import Pieces
from tests.api.uploads.sending import (
    BYTES,
    PHOTO,
    TUS,
    begin,
    begun,
    metadata,
    offset_of,
    send,
)
from tests.world import Tenant, client_for, make_token, make_workspace, opened


def piece_of(settings: Settings, tenant: Tenant, url: str) -> Path:
    id_ = read("upl", url.rpartition("/")[2])
    return Pieces(settings.media_dir).path_of(tenant.workspace_id, id_)


async def kinds(tenant: Tenant) -> list[str]:
    return [each["kind"] for each in (await tenant.client.get("/v1/events")).json()["data"]]


async def media_of(tenant: Tenant) -> list[Any]:
    found: list[Any] = (await tenant.client.get("/v1/media")).json()["data"]
    return found


async def test_anybody_learns_what_is_spoken(app: FastAPI, settings: Settings) -> None:
    async with client_for(app, None) as client:
        answer = await client.options("/v1/uploads")
        one = await client.options(f"/v1/uploads/{show('upl', new_id())}")

    assert answer.status_code == one.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["tus-extension"] == (
        "creation,creation-with-upload,expiration,checksum,termination"
    )
    assert answer.headers["tus-max-size"] == str(settings.media_max_bytes)
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert (answer.headers["allow"], one.headers["allow"]) == (
        "POST, OPTIONS",
        "GET, PATCH, DELETE, HEAD, OPTIONS",
    )


async def test_file_comes_in_pieces_and_becomes_a_medium_once(
    tenant: Tenant, settings: Settings
) -> None:
    said = metadata(filename="../Ouchy.html", alt_text="Un bateau.", relativePath="x")
    made = await begin(tenant.client, **{"Upload-Metadata": said})
    url = made.headers["location"]
    first = await send(tenant.client, url, PHOTO[:100])
    half = await offset_of(tenant.client, url)
    last = await send(tenant.client, url, PHOTO[100:], 100)
    again = await send(tenant.client, url, b"", len(PHOTO))

    assert (made.status_code, made.headers["tus-resumable"]) == (201, "1.0.0")
    assert (made.json()["state"], made.json()["way"]) == ("open", "resumable")
    assert (first.status_code, first.headers["upload-offset"], half) == (204, "100", 100)
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(PHOTO)))
    assert again.status_code == 409
    [medium] = await media_of(tenant)
    assert last.headers["parvis-media-id"] == medium["id"]
    assert medium["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert (medium["file_name"], medium["alt_text"]) == ("Ouchy.jpg", "Un bateau.")
    view = (await tenant.client.get(url)).json()
    assert (view["state"], view["media_id"]) == ("complete", medium["id"])
    assert (await tenant.client.get(medium["content_url"])).content == PHOTO
    assert not piece_of(settings, tenant, url).exists()
    assert (await kinds(tenant))[-4:] == [
        "upload.created",
        "upload.arrived",
        "media.added",
        "upload.completed",
    ]


async def test_first_bytes_may_come_along(tenant: Tenant) -> None:
    sent = {**BYTES, "Upload-Length": str(len(PHOTO))}
    half = await tenant.client.post("/v1/uploads", content=PHOTO[:50], headers=sent)
    whole = await tenant.client.post("/v1/uploads", content=PHOTO, headers=sent)

    assert (half.status_code, half.headers["upload-offset"]) == (201, "50")
    assert await offset_of(tenant.client, half.headers["location"]) == 50
    assert (whole.status_code, whole.headers["upload-offset"]) == (201, str(len(PHOTO)))
    assert [whole.headers["parvis-media-id"]] == [each["id"] for each in await media_of(tenant)]


@pytest.mark.parametrize("offset", [0, 99, 101, 10**9])
async def test_bytes_that_do_not_go_on_are_refused(tenant: Tenant, offset: int) -> None:
    url = await begun(tenant.client)
    await send(tenant.client, url, PHOTO[:100])

    answer = await send(tenant.client, url, PHOTO[offset:], offset)

    assert (answer.status_code, answer.json()["code"]) == (409, "upload.offset_wrong")
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert await offset_of(tenant.client, url) == 100


@pytest.mark.parametrize("version", [{}, {"Tus-Resumable": "0.2.2"}])
async def test_another_version_is_refused_with_ours(
    tenant: Tenant, version: dict[str, str]
) -> None:
    url = await begun(tenant.client)
    sent = {**BYTES, "Upload-Offset": "0"}
    sent.pop("Tus-Resumable")
    for answer in (
        await tenant.client.patch(url, content=PHOTO, headers={**sent, **version}),
        await tenant.client.post("/v1/uploads", headers={"Upload-Length": "9", **version}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (412, "upload.protocol_unknown")
        assert answer.headers["tus-version"] == "1.0.0"
    assert await offset_of(tenant.client, url) == 0


async def test_bytes_of_another_type_are_refused(tenant: Tenant) -> None:
    url = await begun(tenant.client)

    answer = await send(tenant.client, url, PHOTO, **{"Content-Type": "image/jpeg"})
    made = await begin(tenant.client, **{"Content-Type": "text/plain", "Content-Length": "3"})

    assert (answer.status_code, answer.json()["code"]) == (415, "body.unsupported")
    assert made.status_code == 415
    assert await offset_of(tenant.client, url) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_stretch_that_is_not_what_it_should_be_is_dropped(
    tenant: Tenant, settings: Settings, algorithm: str
) -> None:
    url = await begun(tenant.client)
    await send(tenant.client, url, PHOTO[:100])
    digest = hashlib.new(algorithm, PHOTO[100:200]).digest()
    sum_ = {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}

    wrong = await send(tenant.client, url, PHOTO[101:201], 100, **sum_)
    kept = await offset_of(tenant.client, url)
    size = piece_of(settings, tenant, url).stat().st_size
    right = await send(tenant.client, url, PHOTO[100:200], 100, **sum_)

    assert (wrong.status_code, wrong.json()["code"]) == (460, "upload.checksum_wrong")
    assert (kept, size) == (100, 100)
    assert (right.status_code, right.headers["upload-offset"]) == (204, "200")


@pytest.mark.parametrize("said", ["crc32 AAAA", "sha1 ~", "sha1"])
async def test_checksum_that_nobody_understands_is_refused(tenant: Tenant, said: str) -> None:
    url = await begun(tenant.client)

    answer = await send(tenant.client, url, PHOTO, **{"Upload-Checksum": said})

    assert answer.status_code == (460 if said == "sha1" else 400)
    assert await offset_of(tenant.client, url) == 0


async def test_upload_is_given_up(tenant: Tenant, settings: Settings) -> None:
    url = await begun(tenant.client)
    await send(tenant.client, url, PHOTO[:100])

    gone = await tenant.client.delete(url, headers=TUS)
    for answer in (
        await tenant.client.head(url, headers=TUS),
        await send(tenant.client, url, PHOTO[100:], 100),
        await tenant.client.delete(url, headers=TUS),
    ):
        assert answer.status_code == 410

    assert (gone.status_code, gone.headers["tus-resumable"]) == (204, "1.0.0")
    assert not piece_of(settings, tenant, url).exists()
    assert await media_of(tenant) == []
    assert (await kinds(tenant))[-1] == "upload.terminated"


async def test_medium_outlives_the_upload_that_it_came_by(tenant: Tenant) -> None:
    url = await begun(tenant.client)
    last = await send(tenant.client, url, PHOTO)

    assert (await tenant.client.delete(url)).status_code == 204
    assert [each["id"] for each in await media_of(tenant)] == [last.headers["parvis-media-id"]]


async def test_removed_medium_leaves_its_upload(tenant: Tenant) -> None:
    url = await begun(tenant.client)
    last = await send(tenant.client, url, PHOTO)

    await tenant.client.delete(f"/v1/media/{last.headers['parvis-media-id']}")

    assert (await tenant.client.get(url)).json()["media_id"] is None


async def test_file_of_no_kind_is_refused_and_ends_the_upload(
    tenant: Tenant, settings: Settings
) -> None:
    url = await begun(tenant.client, 9)

    answer = await send(tenant.client, url, b"<svg></a>")
    view = (await tenant.client.get(url)).json()

    assert (answer.status_code, answer.json()["code"]) == (415, "media.unsupported")
    assert (view["state"], view["problem_code"]) == ("refused", "media.unsupported")
    assert not piece_of(settings, tenant, url).exists()
    assert await media_of(tenant) == []
    assert list(settings.media_dir.glob(".incoming-*")) == []


async def test_expiry_is_told_and_moves_with_each_stretch(tenant: Tenant) -> None:
    made = await begin(tenant.client)
    more = await send(tenant.client, made.headers["location"], PHOTO[:100])

    for answer in (made, more):
        until = parsedate_to_datetime(answer.headers["upload-expires"]) - datetime.now(UTC)
        assert timedelta(hours=23) < until <= timedelta(hours=24)


@pytest.fixture
async def small(settings: Settings) -> AsyncIterator[FastAPI]:
    """An api that takes files of a thousand bytes."""
    limited = settings.model_copy(update={"media_max_bytes": 1000})
    async with opened(create_app(limited)) as running:
        yield running


async def test_more_than_may_come_is_refused(small: FastAPI, tenant: Tenant) -> None:
    async with client_for(small, tenant.token) as client:
        heavy = await begin(client, 1001)
        url = await begun(client, 1000)
        announced = await send(client, url, bytes(1001))
        endless = await send(client, url, stream([b"x" * 600] * 9))

        assert (heavy.status_code, heavy.json()["code"]) == (413, "media.too_large")
        for answer in (announced, endless):
            assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")
        assert await offset_of(client, url) == 0


async def stream(parts: list[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize("said", ["filename ~", f"alt_text {'QQ' * 3000}", "filename /w=="])
async def test_metadata_that_cannot_be_read_is_refused(tenant: Tenant, said: str) -> None:
    answer = await begin(tenant.client, **{"Upload-Metadata": said})

    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/header/Upload-Metadata"]
    assert "upload.created" not in await kinds(tenant)


async def test_others_of_the_house_and_other_houses_find_nothing(
    app: FastAPI, tenant: Tenant, database: Database
) -> None:
    url = await begun(tenant.client)
    colleague = await make_token(database, tenant.workspace_id)
    stranger = await make_token(database, await make_workspace(database))

    for token in (colleague, stranger):
        async with client_for(app, token) as client:
            for answer in (
                await client.get(url),
                await send(client, url, PHOTO),
                await client.delete(url),
            ):
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await offset_of(tenant.client, url) == 0


async def test_reader_sends_nothing(app: FastAPI, tenant: Tenant, database: Database) -> None:
    token = await make_token(database, tenant.workspace_id, {Scope.POSTS_READ})
    async with client_for(app, token) as client:
        answer = await begin(client)

    assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")
    assert answer.headers["tus-resumable"] == "1.0.0"


async def test_resent_beginning_gives_the_same_upload(tenant: Tenant) -> None:
    first = await begin(tenant.client, **{"Idempotency-Key": "one"})
    again = await begin(tenant.client, **{"Idempotency-Key": "one"})
    other = await begin(tenant.client, 77, **{"Idempotency-Key": "one"})

    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key.reused")
    assert (await kinds(tenant)).count("upload.created") == 1


async def test_resent_beginning_tells_where_the_upload_stands(tenant: Tenant) -> None:
    key, client = {"Idempotency-Key": "one"}, tenant.client
    url = (await begin(client, **key)).headers["location"]
    at_once = await begin(client, **key)
    await client.patch(url, content=PHOTO[:9], headers={**BYTES, "Upload-Offset": "0"})
    later = await begin(client, **key)
    rest = {**BYTES, "Upload-Offset": later.headers["upload-offset"]}
    done = await client.patch(url, content=PHOTO[9:], headers=rest)
    at_its_end = await begin(client, **key)
    await client.delete(url, headers=TUS)
    given_up = await begin(client, **key)

    answers = (at_once, later, at_its_end)
    assert [each.headers["upload-offset"] for each in answers] == ["0", "9", str(len(PHOTO))]
    assert [each.headers["upload-length"] for each in answers] == [str(len(PHOTO))] * 3
    assert "upload-expires" in at_once.headers
    assert at_its_end.headers["parvis-media-id"] == done.headers["parvis-media-id"]
    assert (given_up.status_code, "upload-offset" in given_up.headers) == (201, False)


async def test_client_that_knows_post_alone_says_what_it_means(tenant: Tenant) -> None:
    url = await begun(tenant.client)
    meant = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}

    sent = await tenant.client.post(url, content=PHOTO[:9], headers={**BYTES, **meant})
    gone = await tenant.client.post(url, headers={**TUS, "X-HTTP-Method-Override": "DELETE"})

    assert (sent.status_code, sent.headers["upload-offset"]) == (204, "9")
    assert gone.status_code == 204
    assert (await tenant.client.get(url)).status_code == 410


async def test_pages_of_other_origins_read_where_it_stands(
    settings: Settings, tenant: Tenant
) -> None:
    origin = "https://app.example.ch"
    open_to_it = create_app(settings.model_copy(update={"cors_origins": (origin,)}))
    asks = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
    async with opened(open_to_it) as app, client_for(app, tenant.token) as client:
        before = await client.options("/v1/uploads", headers=asks)
        made = await begin(client, Origin=origin)

    allowed = before.headers["access-control-allow-headers"].split(", ")
    assert {"Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset"} <= {*allowed}
    assert {"Upload-Checksum", "X-HTTP-Method-Override"} <= {*allowed}
    readable = made.headers["access-control-expose-headers"].split(", ")
    assert {"Location", "Upload-Offset", "Upload-Length", "Upload-Expires"} <= {*readable}
    assert {"Tus-Resumable", "Tus-Max-Size", "Parvis-Media-Id"} <= {*readable}


async def test_no_more_is_told_than_the_disk_has(tenant: Tenant, settings: Settings) -> None:
    url = await begun(tenant.client)
    await send(tenant.client, url, PHOTO[:100])
    with piece_of(settings, tenant, url).open("r+b") as file:
        file.truncate(40)

    assert await offset_of(tenant.client, url) == 40
    last = await send(tenant.client, url, PHOTO[40:], 40)
    assert last.headers["upload-offset"] == str(len(PHOTO))
    assert len(await media_of(tenant)) == 1
