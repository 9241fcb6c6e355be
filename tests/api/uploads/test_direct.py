"""Direct uploads by REST and by the graph, to a store that is a folder."""

from typing import Any

from fastapi import FastAPI

from api.main import create_app
from domain.kernel.ids import new_id, read, show
from domain.kernel.settings import Settings
from tests.api.graph.asking import post
from tests.api.uploads.sending import PHOTO
from tests.door import URL
from tests.world import Tenant, client_for, opened

COMMAND = {"file_name": "ouchy.jpg", "alt_text": "Un bateau.", "size_bytes": len(PHOTO)}
PREPARE = """mutation ($input: PrepareUploadInput!) { prepareUpload(input: $input) { __typename
  ... on PrepareUploadSuccess { upload { id state way sizeBytes url method
    headerFields { name value } } }
  ... on Error { code } } }"""
COMPLETE = """mutation ($id: ID!) { completeUpload(input: {id: $id}) { __typename
  ... on CompleteUploadSuccess { upload { id state } } ... on Error { code } } }"""
TERMINATE = """mutation ($id: ID!) { terminateUpload(input: {id: $id}) { __typename
  ... on TerminateUploadSuccess { id } ... on Error { code } } }"""
READ = "query ($id: ID!) { upload(id: $id) { id state offsetBytes } }"


async def asked(tenant: Tenant, query: str, **variables: Any) -> Any:
    answer = await post(tenant.client, query, variables)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_way_into_the_store_is_given_once_for_an_id(tenant: Tenant) -> None:
    sent = {**COMMAND, "id": show("upl", new_id())}

    first = await tenant.client.post("/v1/uploads/prepare", json=sent)
    again = await tenant.client.post("/v1/uploads/prepare", json=sent)
    other = await tenant.client.post("/v1/uploads/prepare", json={**sent, "size_bytes": 9})

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["location"] == f"/v1/uploads/{sent['id']}"
    assert again.json()["id"] == first.json()["id"] == sent["id"]
    assert (first.json()["url"], first.json()["way"]) == (URL, "direct")
    assert (other.status_code, other.json()["code"]) == (409, "id.taken")


async def test_bytes_of_a_direct_upload_are_not_taken_here(tenant: Tenant) -> None:
    made = await tenant.client.post("/v1/uploads/prepare", json=COMMAND)
    tus = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }

    answer = await tenant.client.patch(made.headers["location"], content=PHOTO, headers=tus)

    assert (answer.status_code, answer.json()["code"]) == (409, "state.not_allowed")


async def test_without_a_store_it_is_refused_on_both_faces(
    settings: Settings, tenant: Tenant
) -> None:
    async with opened(create_app(settings)) as app, client_for(app, tenant.token) as client:
        rest = await client.post("/v1/uploads/prepare", json=COMMAND)
        graph = await post(
            client, PREPARE, {"input": {"fileName": "a.jpg", "sizeBytes": len(PHOTO)}}
        )

    assert (rest.status_code, rest.json()["code"]) == (409, "upload.direct_unavailable")
    assert graph.json()["data"]["prepareUpload"] == {
        "__typename": "ConflictError",
        "code": "upload.direct_unavailable",
    }


async def test_graph_does_what_rest_does(app: FastAPI, tenant: Tenant) -> None:
    sent = {"fileName": "ouchy.jpg", "sizeBytes": len(PHOTO)}
    prepared = (await asked(tenant, PREPARE, input=sent))["data"]["prepareUpload"]["upload"]
    id_ = prepared["id"]
    door = app.state.parvis.media.door
    door.put(tenant.workspace_id, read("upl", id_), PHOTO)

    completed = (await asked(tenant, COMPLETE, id=id_))["data"]["completeUpload"]
    busy = (await asked(tenant, TERMINATE, id=id_))["data"]["terminateUpload"]
    seen = (await asked(tenant, READ, id=id_))["data"]["upload"]

    assert (prepared["url"], prepared["method"], prepared["state"]) == (URL, "PUT", "OPEN")
    assert prepared["headerFields"] == [
        {"name": "Content-Type", "value": "application/octet-stream"}
    ]
    assert completed["upload"] == {"id": id_, "state": "CHECKING"}
    assert busy == {"__typename": "ConflictError", "code": "state.not_allowed"}
    assert seen == {"id": id_, "state": "CHECKING", "offsetBytes": 0}


async def test_upload_that_was_given_up_is_gone_from_the_graph(
    app: FastAPI, tenant: Tenant
) -> None:
    made = (await tenant.client.post("/v1/uploads/prepare", json=COMMAND)).json()
    door, id_ = app.state.parvis.media.door, read("upl", made["id"])
    door.put(tenant.workspace_id, id_, PHOTO)

    gone = (await asked(tenant, TERMINATE, id=made["id"]))["data"]["terminateUpload"]
    again = (await asked(tenant, TERMINATE, id=made["id"]))["data"]["terminateUpload"]
    seen = await asked(tenant, READ, id=made["id"])

    assert gone == {"__typename": "TerminateUploadSuccess", "id": made["id"]}
    assert again == {"__typename": "NotFoundError", "code": "upload.over"}
    assert [each["extensions"]["code"] for each in seen["errors"]] == ["upload.over"]
    assert door.weight_of(tenant.workspace_id, id_) is None
