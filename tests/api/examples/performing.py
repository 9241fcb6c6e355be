"""Performs the steps of an example against a running api, in the furnished workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from api.contract.describe import operations
from api.contract.examples import Json
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import read
from tests.domain.identity.build import build_key
from tests.domain.media.files import picture
from tests.furnished import Furnished, named, with_ids
from tests.world import make_token

SENT = ("path", "query", "headers", "body", "form", "text")
GRAPHQL = "graphql"
"""What a step calls an operation of the graph, which the contract of REST does not know."""
MEMBERS = {"member": 4, "owner": 5}
"""For whom a step may act, and which of the furnished members that is."""
ACTORS = ("", *MEMBERS)
Scopes = frozenset[Scope]
EVERYTHING = frozenset(Scope)


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    described: Json

    @property
    def scopes(self) -> Scopes:
        """Those that the contract says are needed, whichever way a token came."""
        ways = self.described.get("security", [])
        return frozenset(
            Scope(scope) for way in ways for scopes in way.values() for scope in scopes
        )


def described(document: Json) -> dict[str, Operation]:
    """Every operation of the contract by its name."""
    found = {
        operation["operationId"]: Operation(method, path, operation)
        for path, method, operation in operations(document)
    }
    return {**found, GRAPHQL: Operation("post", "/graphql", {})}


async def perform(
    client: httpx2.AsyncClient,
    operation: Operation,
    step: Json,
    ids: Mapping[str, str],
    *,
    bearer: str,
) -> httpx2.Response:
    """Sends the step with the ids that stand for its own."""
    sent = with_ids({name: step[name] for name in SENT if name in step}, ids)
    more: dict[str, Any] = {"json": sent["body"]} if "body" in sent else {}
    if "text" in sent:
        more = {"content": sent["text"]}
    if "form" in sent:
        fields = {name: each for name, each in sent["form"].items() if name != "file"}
        file = (sent["form"]["file"], picture(), "image/png")
        more = {"files": {"file": file}, "data": fields}
    return await client.request(
        operation.method.upper(),
        sent["path"],
        params=sent.get("query"),
        headers={"Authorization": f"Bearer {bearer}", **sent.get("headers", {})},
        **more,
    )


async def bearer_for(
    database: Database, furnished: Furnished, step: Json, scopes: Scopes = EVERYTHING
) -> str:
    """A token with these scopes and the step's own; a member's where it acts for one."""
    workspace_id = furnished.tenant.workspace_id
    more = step.get("scopes", ())
    lent = sorted(EVERYTHING if more == ["*"] else {*scopes, *more})
    place = MEMBERS.get(step.get("acts_for", ""))
    if place is not None:
        member_id = read("mem", furnished.here[named("mem", place)])
        return await build_key(database, workspace_id, member_id, scopes=lent)
    return await make_token(database, workspace_id, map(Scope, lent))


def answered(answer: httpx2.Response) -> Any:
    """The JSON of an answer; None where it has none."""
    content_type = answer.headers.get("content-type", "").partition(";")[0]
    is_json = content_type == "application/json" or content_type.endswith("+json")
    return answer.json() if is_json and answer.content else None
