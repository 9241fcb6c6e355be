"""What a network calls by itself: signed, it has the inbox read at once; else nothing."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from domain.accounts.due import DueKind, put_off
from domain.accounts.service import remove_account
from domain.connector.words import Grant, Profile
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from tests.domain.accounts.build import make_connected, row_of
from tests.world import Tenant, client_for

SECRET = "a secret of the forum"
BODY = b'{"post": {"id": 511, "raw": "Thank you!"}}'
GRANT = Grant(access="key-0", extra={"api_username": "ana", "hook_secret": SECRET})
LOGIN = {"server": "https://forum.example", "api_key": "key-0", "api_username": "ana"}
FAR = datetime.now(UTC) + timedelta(days=1)


def signed(body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, sha256).hexdigest()
    return {"X-Discourse-Event": "post_created", "X-Discourse-Event-Signature": f"sha256={digest}"}


async def forum(database: Database, workspace_id: UUID, grant: Grant = GRANT) -> UUID:
    """An account whose inbox is read tomorrow."""
    profile, root = Profile("ana", "ana"), "https://forum.example"
    id_ = await make_connected(
        database,
        workspace_id,
        grant,
        profile=profile,
        server=root,
        network="discourse",
        login=LOGIN,
    )
    async with database.transaction(workspace_id) as session:
        await put_off(session, worker(workspace_id), id_, DueKind.READ, until=FAR)
    return id_


async def call(
    app: FastAPI, workspace_id: UUID, id_: UUID, headers: Mapping[str, str], body: bytes = BODY
) -> httpx2.Response:
    async with client_for(app, None) as client:
        path = f"/hooks/{show('ws', workspace_id)}/{show('acct', id_)}"
        return await client.post(path, content=body, headers={**headers})


async def read_at(database: Database, workspace_id: UUID, id_: UUID) -> datetime | None:
    return (await row_of(database, workspace_id, id_)).read_at


async def test_signed_hook_has_the_inbox_read_at_once_however_often_it_comes(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    id_ = await forum(database, tenant.workspace_id)

    answers = [await call(app, tenant.workspace_id, id_, signed()) for _ in range(2)]

    assert [(each.status_code, each.content) for each in answers] == [(204, b"")] * 2
    due_at = await read_at(database, tenant.workspace_id, id_)
    assert due_at is not None
    assert due_at <= datetime.now(UTC)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(secret="another"),
        signed(b"other words"),
        {"X-Discourse-Event-Signature": "sha256="},
    ],
)
async def test_hook_that_is_not_signed_for_what_it_says_changes_nothing(
    app: FastAPI, database: Database, tenant: Tenant, headers: dict[str, str]
) -> None:
    id_ = await forum(database, tenant.workspace_id)

    answer = await call(app, tenant.workspace_id, id_, headers)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await read_at(database, tenant.workspace_id, id_) == FAR


async def test_account_without_a_secret_or_of_another_network_or_house_hears_nothing(
    app: FastAPI, database: Database, tenant: Tenant, foreigner: Tenant
) -> None:
    silent = await forum(database, tenant.workspace_id, Grant(access="key-0"))
    bluesky = await make_connected(database, tenant.workspace_id, GRANT)
    theirs = await forum(database, foreigner.workspace_id)

    answers = [
        await call(app, tenant.workspace_id, id_, signed(secret=secret))
        for id_, secret in ((silent, ""), (bluesky, SECRET), (theirs, SECRET), (new_id(), SECRET))
    ]

    assert [each.status_code for each in answers] == [404] * 4
    assert await read_at(database, tenant.workspace_id, silent) == FAR
    assert await read_at(database, foreigner.workspace_id, theirs) == FAR


async def test_account_that_is_removed_hears_nothing(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    id_ = await forum(database, tenant.workspace_id)
    async with database.transaction(tenant.workspace_id) as session:
        await remove_account(
            session, tenant.caller, id_, expected_version=None, now=datetime.now(UTC)
        )

    answer = await call(app, tenant.workspace_id, id_, signed())

    assert answer.status_code == 404


async def test_network_that_asks_whether_the_address_is_ours_hears_what_it_wants_or_nothing(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    grant = Grant(access="token", extra={"hook_word": "our word"})
    page = await make_connected(
        database,
        tenant.workspace_id,
        grant,
        profile=Profile("104", "village.news"),
        server="https://graph.facebook.com",
        network="facebook",
        login={"token": "token"},
    )
    silent = await forum(database, tenant.workspace_id)
    query = {"hub.mode": "subscribe", "hub.challenge": "115", "hub.verify_token": "our word"}

    async def ask(id_: UUID, **changes: str) -> httpx2.Response:
        path = f"/hooks/{show('ws', tenant.workspace_id)}/{show('acct', id_)}"
        async with client_for(app, None) as client:
            return await client.get(path, params={**query, **changes})

    heard = await ask(page)
    others = [await ask(silent), await ask(new_id()), await ask(page, **{"hub.verify_token": "x"})]

    assert (heard.status_code, heard.text) == (200, "115")
    assert heard.headers["content-type"] == "text/plain; charset=utf-8"
    assert [each.status_code for each in others] == [404] * 3
