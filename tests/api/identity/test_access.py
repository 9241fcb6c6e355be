"""/v1/tokens and /v1/grants: who and what may act, and how it is ended."""

from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.workspaces.shapes import Role
from tests.api.graph.asking import ask
from tests.api.identity.conftest import Join
from tests.domain.identity.build import build_access, build_application
from tests.world import Tenant

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def test_administrator_sees_and_ends_every_token(
    database: Database, tenant: Tenant, join: Join
) -> None:
    person = await join(Role.READER)
    application = (tenant.workspace_id, await build_application(database, tenant.workspace_id))
    access = await build_access(database, tenant.workspace_id, person.member_id, application)

    tokens = (await tenant.client.get("/v1/tokens")).json()["data"]
    own = (await person.client.get("/v1/tokens")).json()["data"]

    assert [each["kind"] for each in tokens] == ["operator", "access"]
    assert own == tokens[1:]
    assert own[0]["id"] == show("tok", access.token_id)
    assert own[0]["grant_id"] == show("grant", access.grant_id)
    assert (await person.client.get(f"/v1/tokens/{tokens[0]['id']}")).status_code == 404
    assert (await person.client.delete(f"/v1/tokens/{tokens[0]['id']}")).status_code == 404
    assert (await person.client.delete(f"/v1/tokens/{own[0]['id']}")).status_code == 204
    assert (await person.client.get(f"/v1/tokens/{own[0]['id']}")).status_code == 404
    headers = {"Authorization": f"Bearer {access.bearer}"}
    assert (await tenant.client.get("/v1/posts", headers=headers)).status_code == 401


async def test_member_sees_and_revokes_what_they_let_in(
    database: Database, tenant: Tenant, join: Join
) -> None:
    person, other = await join(Role.READER), await join(Role.READER)
    application_id = await build_application(database, tenant.workspace_id)
    application = (tenant.workspace_id, application_id)
    access = await build_access(database, tenant.workspace_id, person.member_id, application)
    url = f"/v1/grants/{show('grant', access.grant_id)}"

    [grant] = (await person.client.get("/v1/grants")).json()["data"]

    assert grant["client_id"].startswith(show("app", application_id))
    assert grant["application_name"] == "Village Desk"
    assert grant["member_id"] == show("mem", person.member_id)
    assert (await other.client.get("/v1/grants")).json()["data"] == []
    assert (await other.client.delete(url)).status_code == 404
    assert (await tenant.client.get(url)).json() == grant
    assert (await person.client.delete(url)).status_code == 204
    assert (await person.client.get(url)).status_code == 404
    headers = {"Authorization": f"Bearer {access.bearer}"}
    assert (await tenant.client.get("/v1/posts", headers=headers)).status_code == 401
    last = (await tenant.client.get("/v1/events")).json()["data"][-1]
    assert (last["kind"], last["actor"]) == (
        "grant.revoked",
        f"member:{show('mem', person.member_id)}",
    )


async def test_nodes_of_identity_are_found_by_id(
    database: Database, tenant: Tenant, foreigner: Tenant, join: Join
) -> None:
    person = await join()
    application_id = await build_application(database, tenant.workspace_id)
    access = await build_access(
        database, tenant.workspace_id, person.member_id, (tenant.workspace_id, application_id)
    )
    key = (await tenant.client.get("/v1/api-keys")).json()["data"][0]["id"]
    ids = [
        show("app", application_id),
        show("tok", access.token_id),
        show("grant", access.grant_id),
        key,
    ]

    mine = (await ask(tenant, NODES, ids=ids))["nodes"]
    theirs = (await ask(foreigner, NODES, ids=ids))["nodes"]

    kinds = ["Application", "Token", "Grant", "ApiKey"]
    assert [(each["__typename"], each["id"]) for each in mine] == list(zip(kinds, ids, strict=True))
    assert theirs == [None] * 4
