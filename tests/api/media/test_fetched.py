"""/files as a network meets it: one file, without a login, until the address ends."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from domain.media.addresses import LASTS, address_of
from tests.api.media.test_rest import PHOTO, made
from tests.world import Tenant, client_for, make_workspace


def path_to(settings: Settings, workspace_id: UUID, media_id: str, *, now: datetime) -> str:
    keys = KeyRing.parse(settings.sealing_keys.get_secret_value())
    id_ = read("med", media_id)
    address = address_of("https://parvis.example", keys, workspace_id, id_, now=now)
    assert address is not None
    return address.removeprefix("https://parvis.example")


async def fetch(app: FastAPI, path: str, **headers: str) -> httpx2.Response:
    async with client_for(app, None) as client:
        return await client.get(path, headers=headers)


async def test_file_is_fetched_at_its_address_whole_and_in_parts(
    app: FastAPI, settings: Settings, tenant: Tenant
) -> None:
    media = await made(tenant)
    now = datetime.now(UTC)
    path = path_to(settings, tenant.workspace_id, str(media["id"]), now=now)

    whole, part = await fetch(app, path), await fetch(app, path, range="bytes=0-3")
    async with client_for(app, None) as client:
        head = await client.head(path)

    assert (whole.status_code, whole.content) == (200, PHOTO)
    assert (whole.headers["content-type"], whole.headers["cache-control"]) == (
        "image/jpeg",
        "private, no-store",
    )
    assert (part.status_code, part.content) == (206, PHOTO[:4])
    assert (head.status_code, head.content, head.headers["content-length"]) == (
        200,
        b"",
        str(len(PHOTO)),
    )
    assert "set-cookie" not in whole.headers


async def test_nothing_is_fetched_at_an_address_that_ended_or_is_of_another_house(
    app: FastAPI, database: Database, settings: Settings, tenant: Tenant
) -> None:
    media, now = await made(tenant), datetime.now(UTC)
    ended = path_to(settings, tenant.workspace_id, str(media["id"]), now=now - LASTS)
    house = await make_workspace(database)
    elsewhere = path_to(settings, house, str(media["id"]), now=now)
    late = path_to(settings, tenant.workspace_id, str(media["id"]), now=now - timedelta(hours=23))

    answers = [await fetch(app, path) for path in (ended, elsewhere, "/files/none", late)]

    assert [each.status_code for each in answers] == [404, 404, 404, 200]
    assert {each.json()["code"] for each in answers[:3]} == {"not_found"}
