"""What a plan can run into: each trouble has one code on both faces, and nothing is lost."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic.alias_generators import to_camel
from sqlmodel import col, update

from domain.accounts.tables import Account
from domain.kernel.database import Database
from domain.kernel.ids import read
from tests.api.graph.asking import post as ask
from tests.api.posts.test_rest import TOMORROW, set_delivery
from tests.desk import Desk
from tests.world import Tenant

Json = dict[str, Any]
PAST = "2020-01-01T09:00:00"
NOBODY = "0" * 32
CHANGE = "mutation ($input: ChangePostInput!) { done: changePost(input: $input) { %s } }"
SCHEDULE = "mutation ($input: SchedulePostInput!) { done: schedulePost(input: $input) { %s } }"
REMOVE = "mutation ($input: RemovePostInput!) { done: removePost(input: $input) { %s } }"
CREATE = "mutation ($input: CreatePostInput!) { done: createPost(input: $input) { %s } }"
ERROR = "__typename ... on Error { code field }"
Prepare = Callable[[Desk, Database, str], Awaitable[None]]


async def as_it_is(_: Desk, __: Database, ___: str) -> None: ...


async def going_out(desk: Desk, database: Database, id_: str) -> None:
    await desk.post(f"/v1/posts/{id_}/schedule", 200, now=True)
    await set_delivery(database, desk, id_, "going")


async def published(desk: Desk, database: Database, id_: str) -> None:
    await desk.post(f"/v1/posts/{id_}/schedule", 200, now=True)
    await set_delivery(database, desk, id_, "done")


async def disconnected(desk: Desk, database: Database, _: str) -> None:
    async with database.transaction(desk.tenant.workspace_id) as session:
        await session.exec(
            update(Account)
            .where(col(Account.id) == read("acct", desk.account))
            .values(state="action_required")
        )


CASES: list[tuple[str, Prepare, str, Json, int, str, str]] = [
    ("change", going_out, CHANGE, {"text": "Non"}, 409, "post.going_out", "ConflictError"),
    ("change", published, CHANGE, {"text": "Non"}, 409, "post.published", "ConflictError"),
    ("remove", going_out, REMOVE, {}, 409, "post.going_out", "ConflictError"),
    ("remove", published, REMOVE, {}, 409, "post.published", "ConflictError"),
    ("schedule", disconnected, SCHEDULE, {"now": True}, 409, "account.disconnected", "Conflict"),
    ("schedule", as_it_is, SCHEDULE, {"wall_time": PAST}, 422, "time.past", "Validation"),
    ("schedule", as_it_is, SCHEDULE, {}, 422, "time.missing", "Validation"),
    ("schedule", going_out, SCHEDULE, {"now": True}, 409, "state.not_allowed", "Conflict"),
    ("change", as_it_is, CHANGE, {"wall_time": PAST}, 422, "time.past", "Validation"),
    ("change", as_it_is, CHANGE, {"time_zone": "Nowhere"}, 422, "time_zone.unknown", "Validation"),
    ("change", as_it_is, CHANGE, {"calendar_id": f"com_{NOBODY}"}, 422, "id.wrong_kind", "Valid"),
    ("change", as_it_is, CHANGE, {"calendar_id": f"cal_{NOBODY}"}, 404, "not_found", "NotFound"),
    ("change", as_it_is, CHANGE, {"media_ids": [f"med_{NOBODY}"]}, 404, "not_found", "NotFound"),
    ("change", as_it_is, CHANGE, {"quote_of": f"post_{NOBODY}"}, 404, "not_found", "NotFound"),
    ("change", as_it_is, CHANGE, {"quote_of": f"dlv_{NOBODY}"}, 404, "not_found", "NotFound"),
    ("change", as_it_is, CHANGE, {"title": "Vi\0gne"}, 422, "text.unstorable", "Validation"),
    ("change", as_it_is, CHANGE, {"title": "x" * 201}, 422, "request.invalid", "Validation"),
]


@pytest.mark.parametrize(("act", "prepare", "mutation", "sent", "status", "code", "kind"), CASES)
async def test_trouble_has_one_code_on_both_faces_and_changes_nothing(
    desk: Desk,
    database: Database,
    act: str,
    prepare: Prepare,
    mutation: str,
    sent: Json,
    status: int,
    code: str,
    kind: str,
) -> None:
    draft = await desk.draft()
    await prepare(desk, database, draft["id"])
    url = f"/v1/posts/{draft['id']}"
    before = (await desk.client.get(url)).json()

    by_rest = await _by_rest(desk, act, url, sent)
    by_graph = await _by_graph(desk, mutation, draft["id"], before["version"], sent)

    assert (by_rest.status_code, by_rest.json()["code"]) == (status, code), by_rest.text
    assert by_graph["code"] == code, by_graph
    assert by_graph["__typename"].startswith(kind)
    assert (await desk.client.get(url)).json() == before


async def _by_rest(desk: Desk, act: str, url: str, sent: Json) -> Any:
    if act == "change":
        return await desk.client.patch(url, json=sent, headers={"If-Match": "*"})
    if act == "remove":
        return await desk.client.delete(url)
    return await desk.client.post(f"{url}/{act}", json=sent)


async def _by_graph(desk: Desk, mutation: str, id_: str, version: int, sent: Json) -> Json:
    asked = {to_camel(name): value for name, value in sent.items()}
    own = {"id": id_, "expectedVersion": version, **asked}
    answer = await ask(desk.client, mutation % ERROR, {"input": own})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()["data"]["done"]
    return found


async def test_post_of_another_workspace_is_there_for_neither_face(
    desk: Desk, foreigner: Tenant
) -> None:
    draft = await desk.draft()
    sent = {"id": draft["id"], "expectedVersion": 1, "text": "Non"}

    by_rest = await foreigner.client.patch(
        f"/v1/posts/{draft['id']}", json={"text": "Non"}, headers={"If-Match": "*"}
    )
    by_graph = await ask(foreigner.client, CHANGE % ERROR, {"input": sent})
    read_by_graph = await ask(foreigner.client, f'{{ node(id: "{draft["id"]}") {{ id }} }}')

    assert (by_rest.status_code, by_rest.json()["code"]) == (404, "not_found")
    assert by_graph.json()["data"]["done"]["code"] == "not_found"
    assert read_by_graph.json()["data"] == {"node": None}
    assert (await desk.client.get(f"/v1/posts/{draft['id']}")).json() == draft


async def test_every_misfit_is_told_at_once_with_its_place_on_both_faces(desk: Desk) -> None:
    body = {
        "calendar_id": desk.calendar,
        "title": "",
        "labels": ["a" * 61],
        "variants": [{"account_id": desk.account, "link_url": "no link"}],
    }
    sent = {
        "calendarId": desk.calendar,
        "title": "",
        "labels": ["a" * 61],
        "variants": [{"accountId": desk.account, "linkUrl": "no link"}],
    }

    by_rest = await desk.client.post("/v1/posts", json=body)
    query = CREATE % "... on ValidationError { code field faults { pointer code } }"
    by_graph = (await ask(desk.client, query, {"input": sent})).json()["data"]["done"]

    assert by_rest.status_code == 422
    assert [(each["pointer"], each["code"]) for each in by_rest.json()["errors"]] == [
        ("/labels/0", "string_too_long"),
        ("/variants/0/link_url", "url_parsing"),
    ]
    assert by_graph == {
        "code": "request.invalid",
        "field": "labels.0",
        "faults": [
            {"pointer": "/labels/0", "code": "string_too_long"},
            {"pointer": "/variants/0/linkUrl", "code": "url_parsing"},
        ],
    }
    assert (await desk.client.get("/v1/posts")).json()["data"] == []


async def test_life_of_a_post_by_the_graph_alone(desk: Desk) -> None:
    made = await ask(
        desk.client,
        CREATE % "... on CreatePostSuccess { post { id version state } }",
        {
            "input": {
                "calendarId": desk.calendar,
                "title": "Vigne",
                "text": "On taille.",
                "variants": [{"accountId": desk.account}],
                "wallTime": TOMORROW.isoformat(),
            }
        },
    )
    post = made.json()["data"]["done"]["post"]
    planned = await ask(
        desk.client,
        SCHEDULE % "... on SchedulePostSuccess { post { state deliveries { nodes { state } } } }",
        {"input": {"id": post["id"]}},
    )
    cancelled = await ask(
        desk.client, REMOVE % "... on RemovePostSuccess { id }", {"input": {"id": post["id"]}}
    )
    left = await ask(desk.client, f'{{ post(id: "{post["id"]}") {{ state }} }}')

    assert (post["version"], post["state"]) == (1, "DRAFT")
    assert planned.json()["data"]["done"]["post"] == {
        "state": "SCHEDULED",
        "deliveries": {"nodes": [{"state": "WAITING"}]},
    }
    assert cancelled.json()["data"]["done"] == {"id": post["id"]}
    assert left.json()["data"]["post"] == {"state": "CANCELLED"}
