"""/v1/applications: registered by administrators, with secrets that are shown once and rotate."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, read, show
from domain.workspaces.shapes import Role
from tests.api.graph.asking import ask
from tests.api.identity.conftest import Join
from tests.domain.identity.build import build_access, build_member
from tests.world import Tenant, client_for, make_token

BODY = {
    "name": "Village Desk",
    "kind": "live",
    "is_confidential": True,
    "redirect_uris": ["https://desk.example.ch/callback"],
    "origins": ["https://desk.example.ch"],
    "scopes": ["openid", "mentions:read"],
}
CREATE = """
mutation ($input: CreateApplicationInput!) {
  createApplication(input: $input) {
    ... on CreateApplicationSuccess { application { id clientId grantTypes scopes version } }
    ... on Error { code field }
  }
}
"""
SECRET = """
mutation ($input: CreateApplicationSecretInput!) {
  createApplicationSecret(input: $input) {
    ... on CreateApplicationSecretSuccess { secret { id secret hint } }
    ... on Error { code }
  }
}
"""


async def register(tenant: Tenant, **changes: object) -> dict[str, Any]:
    answer = await tenant.client.post("/v1/applications", json={**BODY, **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_application_is_registered_and_read_again(tenant: Tenant) -> None:
    answer = await tenant.client.post("/v1/applications", json=BODY)
    made = answer.json()

    assert answer.status_code == 201
    assert made["client_id"].startswith(made["id"] + ".")
    assert made["grant_types"] == ["authorization_code", "refresh_token"]
    assert (made["secrets"], made["suspended_at"]) == ([], None)
    read = await tenant.client.get(f"/v1/applications/{made['id']}")
    assert read.json() == made
    assert read.headers["etag"].startswith('"1-')
    assert (await tenant.client.get("/v1/applications")).json()["data"] == [made]


async def test_secrets_are_shown_once_and_rotate_with_overlap(tenant: Tenant) -> None:
    made = await register(tenant)
    url = f"/v1/applications/{made['id']}"

    first = await tenant.client.post(f"{url}/secrets", json={})
    second = (await tenant.client.post(f"{url}/secrets", json={"overlap_h": 2})).json()
    shown = (await tenant.client.get(url)).json()["secrets"]

    assert first.status_code == 201
    assert first.json()["secret"].startswith("pvs_")
    assert first.json()["secret"] != second["secret"]
    assert [each["hint"] for each in shown] == [first.json()["hint"], second["hint"]]
    assert all("secret" not in each for each in shown)
    ends_at = datetime.fromisoformat(shown[0]["expires_at"])
    made_at = datetime.fromisoformat(shown[1]["created_at"])
    assert ends_at - made_at == timedelta(hours=2)
    assert shown[1]["expires_at"] is None


async def test_secret_ends_at_once_by_revocation_or_without_overlap(tenant: Tenant) -> None:
    made = await register(tenant)
    url = f"/v1/applications/{made['id']}"
    first = (await tenant.client.post(f"{url}/secrets", json={})).json()
    second = (await tenant.client.post(f"{url}/secrets", json={"overlap_h": 0})).json()

    gone = await tenant.client.delete(f"/v1/application-secrets/{second['id']}")
    again = await tenant.client.delete(f"/v1/application-secrets/{second['id']}")

    assert (gone.status_code, again.status_code) == (204, 404)
    [left] = (await tenant.client.get(url)).json()["secrets"]
    assert left["id"] == first["id"]
    assert datetime.fromisoformat(left["expires_at"]) <= datetime.fromisoformat(
        second["created_at"]
    )


async def test_public_application_gets_no_secret(tenant: Tenant) -> None:
    made = await register(tenant, is_confidential=False)
    url = f"/v1/applications/{made['id']}"

    answer = await tenant.client.post(f"{url}/secrets", json={})

    assert (answer.status_code, answer.json()["code"]) == (409, "state.not_allowed")
    assert (await tenant.client.get(url)).json()["secrets"] == []


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        (
            {"redirect_uris": ["https://a.example/x", "http://a.example/x"]},
            "redirect_uri.unfit",
            "/redirect_uris/1",
        ),
        ({"redirect_uris": ["https://a.example/#x"]}, "redirect_uri.unfit", "/redirect_uris/0"),
        ({"redirect_uris": ["ch.example.app:/x"]}, "redirect_uri.unfit", "/redirect_uris/0"),
        ({"redirect_uris": ["http://localhost/x"]}, "redirect_uri.unfit", "/redirect_uris/0"),
        ({"redirect_uris": []}, "request.invalid", "/redirect_uris"),
        ({"post_logout_uris": ["/out"]}, "redirect_uri.unfit", "/post_logout_uris/0"),
        ({"origins": ["https://a.example/"]}, "origin.unfit", "/origins/0"),
        ({"scopes": ["everything"]}, "request.invalid", "/scopes/0"),
        ({"grant_types": ["implicit"]}, "request.invalid", "/grant_types/0"),
        ({"grant_types": ["refresh_token"]}, "request.invalid", "/grant_types"),
        ({"homepage_url": "javascript:alert(1)"}, "request.invalid", "/homepage_url"),
        (
            {"is_confidential": False, "grant_types": ["client_credentials"]},
            "request.invalid",
            "/grant_types",
        ),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_written(
    tenant: Tenant, changes: dict[str, object], code: str, pointer: str
) -> None:
    answer = await tenant.client.post("/v1/applications", json={**BODY, **changes})

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await tenant.client.get("/v1/applications")).json()["data"] == []


async def test_change_is_judged_like_a_new_one_and_told_in_the_log(tenant: Tenant) -> None:
    made = await register(tenant)
    url = f"/v1/applications/{made['id']}"
    unfit = await tenant.client.patch(
        url, json={"redirect_uris": ["http://a.example/"]}, headers={"If-Match": "*"}
    )
    changed = await tenant.client.patch(
        url, json={"scopes": ["openid"]}, headers={"If-Match": '"1"'}
    )

    assert (unfit.status_code, unfit.json()["code"]) == (422, "redirect_uri.unfit")
    assert (changed.json()["scopes"], changed.json()["version"]) == (["openid"], 2)
    last = (await tenant.client.get("/v1/events")).json()["data"][-1]
    assert (last["kind"], last["subject_id"]) == ("application.changed", made["id"])
    assert last["data"] == {
        "changed": ["scopes"],
        "previous": {"scopes": ["openid", "mentions:read"]},
        "current": {"scopes": ["openid"]},
    }


async def test_suspended_and_removed_applications_hold_nothing(
    database: Database, tenant: Tenant, foreigner: Tenant
) -> None:
    made = await register(tenant, scopes=["posts:read"])
    url = f"/v1/applications/{made['id']}"
    member_id = await build_member(database, foreigner.workspace_id)
    application = (tenant.workspace_id, read("app", made["id"]))
    access = await build_access(database, foreigner.workspace_id, member_id, application)
    headers = {"Authorization": f"Bearer {access.bearer}"}

    async def status() -> int:
        return (await tenant.client.get("/v1/posts", headers=headers)).status_code

    seen = [await status()]
    for is_suspended in (True, False):
        body = {"is_suspended": is_suspended}
        answer = await tenant.client.patch(url, json=body, headers={"If-Match": "*"})
        assert (answer.json()["suspended_at"] is not None) is is_suspended
        seen.append(await status())
    assert (await tenant.client.delete(url)).status_code == 204
    seen.append(await status())

    assert seen == [200, 401, 200, 401]
    kinds = [each["kind"] for each in (await tenant.client.get("/v1/events")).json()["data"]]
    assert kinds[-3:] == ["application.suspended", "application.resumed", "application.removed"]


async def test_only_administrators_see_applications(join: Join, tenant: Tenant) -> None:
    made = await register(tenant)
    manager = await join(Role.MANAGER)
    url = f"/v1/applications/{made['id']}"

    answers = [
        await manager.client.get("/v1/applications"),
        await manager.client.post("/v1/applications", json=BODY),
        await manager.client.get(url),
        await manager.client.patch(url, json={"name": "X"}, headers={"If-Match": "*"}),
        await manager.client.delete(url),
        await manager.client.post(f"{url}/secrets", json={}),
        await manager.client.delete(f"/v1/application-secrets/{show('sec', new_id())}"),
    ]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "scope.missing")}
    assert (await tenant.client.get(url)).json() == made


async def test_nobody_gives_an_application_of_its_own_more_than_they_may(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    """An application with client credentials is whoever has its secret."""
    may = (Scope.ADMINISTRATION, Scope.POSTS_READ)
    weak = await make_token(database, tenant.workspace_id, may)
    own = {"grant_types": ["client_credentials"], "scopes": ["openid", "posts:read"]}
    strong = await register(tenant, grant_types=["client_credentials"], scopes=["posts:publish"])
    url = f"/v1/applications/{strong['id']}"
    async with client_for(app, weak) as client:
        made = await client.post("/v1/applications", json={**BODY, **own})
        mine = f"/v1/applications/{made.json()['id']}"
        asks_others = await client.post("/v1/applications", json=BODY)
        secret = await client.post(f"{mine}/secrets", json={})
        renamed = await client.patch(url, json={"name": "X"}, headers={"If-Match": "*"})
        suspended = await client.patch(url, json={"is_suspended": True}, headers={"If-Match": "*"})
        refused = [
            await client.post("/v1/applications", json={**BODY, **own, "scopes": ["posts:write"]}),
            await client.patch(mine, json={"scopes": ["posts:write"]}, headers={"If-Match": "*"}),
            await client.patch(
                f"/v1/applications/{asks_others.json()['id']}",
                json={"grant_types": ["client_credentials"]},
                headers={"If-Match": "*"},
            ),
            await client.post(f"{url}/secrets", json={}),
        ]

    assert [each.status_code for each in (made, asks_others, secret)] == [201] * 3
    assert [each.status_code for each in (renamed, suspended)] == [200] * 2
    assert {(each.status_code, each.json()["code"]) for each in refused} == {(403, "scope.beyond")}
    assert (await tenant.client.get(url)).json()["secrets"] == []


async def test_foreigner_finds_no_application(tenant: Tenant, foreigner: Tenant) -> None:
    made = await register(tenant)
    url = f"/v1/applications/{made['id']}"
    secret = (await tenant.client.post(f"{url}/secrets", json={})).json()
    before = (await tenant.client.get(url)).json()

    answers = [
        await foreigner.client.get(url),
        await foreigner.client.patch(url, json={"name": "X"}, headers={"If-Match": "*"}),
        await foreigner.client.delete(url),
        await foreigner.client.post(f"{url}/secrets", json={}),
        await foreigner.client.delete(f"/v1/application-secrets/{secret['id']}"),
    ]

    assert {each.status_code for each in answers} == {404}
    assert (await tenant.client.get(url)).json() == before


async def test_the_graph_registers_and_makes_secrets_too(tenant: Tenant) -> None:
    given = {
        "name": "Graph",
        "kind": "TEST",
        "isConfidential": True,
        "grantTypes": ["CLIENT"],
        "scopes": ["posts:read"],
    }
    done = (await ask(tenant, CREATE, input=given))["createApplication"]["application"]
    secret = (await ask(tenant, SECRET, input={"id": done["id"]}))["createApplicationSecret"]
    refused = (await ask(tenant, CREATE, input={**given, "redirectUris": ["x"]}))[
        "createApplication"
    ]

    rest = (await tenant.client.get(f"/v1/applications/{done['id']}")).json()
    assert (rest["client_id"], rest["kind"]) == (done["clientId"], "test")
    assert rest["secrets"][0]["hint"] == secret["secret"]["secret"][-4:]
    assert (refused["code"], refused["field"]) == ("redirect_uri.unfit", "redirectUris.0")
