"""Refusals that are about one place of what was sent point at it, on both faces."""

from typing import Any

import pytest
from pydantic.alias_generators import to_camel

from domain.kernel.ids import new_id, show
from tests.api.graph.asking import post
from tests.desk import Desk
from tests.domain.media.files import picture
from tests.world import Tenant

Json = dict[str, Any]
NOUGHTS = "0" * 32
PAST = "2020-01-01T09:00:00"
VAUD = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
REFUSED = "{ __typename ... on Error { code field } ... on ValidationError { faults { pointer } } }"


def told(answer: Any) -> tuple[int, str, list[str]]:
    problem = answer.json()
    return answer.status_code, problem["code"], [each["pointer"] for each in problem["errors"]]


async def posts(desk: Desk) -> list[str]:
    return [each["title"] for each in (await desk.client.get("/v1/posts")).json()["data"]]


async def by_graph(tenant: Tenant, name: str, given: Json) -> Json:
    query = f"mutation ($in: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $in) {REFUSED} }}"
    found: Json = (await post(tenant.client, query, {"in": given})).json()["data"][name]
    return found


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointers"),
    [
        ({"wall_time": PAST}, 422, "time.past", ["/wall_time"]),
        ({"title": "Vi\0gne"}, 422, "text.unstorable", ["/title"]),
        (
            {"variants": [{"account_id": "", "parts": ["Un", "De\0ux"]}], "text": "a\0"},
            422,
            "text.unstorable",
            ["/text", "/variants/0/parts/1"],
        ),
        ({"variants": [{"account_id": show("acct", new_id())}]}, 404, "not_found", []),
        ({"media_ids": [show("med", new_id())]}, 404, "not_found", ["/media_ids/0"]),
        ({"calendar_id": show("cal", new_id())}, 404, "not_found", ["/calendar_id"]),
        ({"pillar_id": show("cam", new_id())}, 422, "id.wrong_kind", ["/pillar_id"]),
        ({"campaign_id": "none"}, 422, "id.malformed", ["/campaign_id"]),
    ],
)
async def test_post_that_is_refused_for_one_place_points_at_it(
    desk: Desk, changes: Json, status: int, code: str, pointers: list[str]
) -> None:
    body = {"calendar_id": desk.calendar, "title": "Vigne", "text": "On taille.", **changes}
    for variant in body.get("variants", []):
        variant["account_id"] = variant["account_id"] or desk.account
    wanted = pointers or ["/variants/0/account_id"]

    by_rest = await desk.client.post("/v1/posts", json=body)
    graph = await by_graph(desk.tenant, "createPost", camel(body))

    assert told(by_rest) == (status, code, wanted)
    assert (graph["code"], graph["field"]) == (code, camel_pointer(wanted[0]))
    assert await posts(desk) == []


async def test_moment_in_the_past_is_pointed_at_when_a_post_is_scheduled(desk: Desk) -> None:
    draft = await desk.draft()

    late = await desk.client.post(f"/v1/posts/{draft['id']}/schedule", json={"wall_time": PAST})
    timeless = await desk.client.post(f"/v1/posts/{draft['id']}/schedule", json={})

    assert told(late) == (422, "time.past", ["/wall_time"])
    assert told(timeless) == (422, "time.missing", ["/wall_time"])
    assert (await desk.client.get(f"/v1/posts/{draft['id']}")).json() == draft


@pytest.mark.parametrize("year", ["0001", "9999"])
async def test_year_that_no_calendar_reaches_is_pointed_at_on_both_faces(
    desk: Desk, year: str
) -> None:
    draft, wall_time = await desk.draft(), f"{year}-01-01T00:00:00"
    url = f"/v1/posts/{draft['id']}"

    by_rest = await desk.client.post(f"{url}/schedule", json={"wall_time": wall_time})
    graph = await by_graph(desk.tenant, "schedulePost", {"id": draft["id"], "wallTime": wall_time})
    checked = await by_graph(
        desk.tenant, "confirmUpkeep", {"id": draft["id"], "nextCheck": wall_time}
    )

    assert (by_rest.status_code, by_rest.json()["errors"][0]["pointer"]) == (422, "/wall_time")
    assert (graph["__typename"], graph["field"]) == ("ValidationError", "wallTime")
    assert (checked["__typename"], checked["field"]) == ("ValidationError", "nextCheck")
    assert (await desk.client.get(url)).json() == draft


async def test_name_and_id_that_are_taken_are_pointed_at(tenant: Tenant) -> None:
    id_ = show("com", new_id())
    await tenant.client.post("/v1/communities", json={**VAUD, "id": id_})
    other = await tenant.client.post("/v1/communities", json={**VAUD, "slug": "valais"})

    twice = await tenant.client.post("/v1/communities", json=VAUD)
    same_id = await tenant.client.post("/v1/communities", json={**VAUD, "id": id_, "name": "V"})
    renamed = await tenant.client.patch(
        f"/v1/communities/{other.json()['id']}", json={"slug": "vaud"}, headers={"If-Match": "*"}
    )
    graph = await by_graph(tenant, "createCommunity", camel(VAUD))

    assert told(twice) == told(renamed) == (409, "already_exists", ["/slug"])
    assert told(same_id) == (409, "id.taken", ["/id"])
    assert (graph["code"], graph["field"]) == ("already_exists", "slug")


async def test_form_and_query_with_what_cannot_be_kept_are_pointed_at(tenant: Tenant) -> None:
    form, files = {"alt_text": "Vi\0gne"}, {"file": ("vigne.png", picture(), "image/png")}

    answer = await tenant.client.post("/v1/media", data=form, files=files)
    searched = await tenant.client.get("/v1/mentions", params={"q": "Vi\0gne"})
    filtered = await tenant.client.get("/v1/authors", params={"handle": "Vi\0gne"})

    assert told(answer) == (422, "text.unstorable", ["/alt_text"])
    assert told(searched) == (422, "text.unstorable", ["/query/q"])
    assert told(filtered) == (422, "text.unstorable", ["/query/handle"])
    assert (await tenant.client.get("/v1/media")).json()["data"] == []


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ('{ post(id: "com_1") { id } }', "id.wrong_kind", "/id"),
        ('{ node(id: "xyz") { id } }', "id.malformed", "/id"),
        ('{ nodes(ids: ["usr_1"]) { id } }', "id.wrong_kind", "/ids/0"),
        ('{ posts(calendarIds: ["x"]) { nodes { id } } }', "id.malformed", "/calendarIds/0"),
        ("{ posts(first: 0) { nodes { id } } }", "request.invalid", "/first"),
        ('{ posts(after: "x") { nodes { id } } }', "cursor.invalid", "/after"),
    ],
)
async def test_arguments_of_the_graph_are_pointed_at(
    tenant: Tenant, query: str, code: str, pointer: str
) -> None:
    [error] = (await post(tenant.client, query)).json()["errors"]

    assert error["extensions"]["code"] == code
    assert [each["pointer"] for each in error["extensions"]["faults"]] == [pointer]


async def test_cursor_that_no_list_gave_is_pointed_at(tenant: Tenant) -> None:
    assert told(await tenant.client.get("/v1/posts?cursor=x")) == (
        422,
        "cursor.invalid",
        ["/query/cursor"],
    )


def camel(given: Any) -> Any:
    if isinstance(given, dict):
        return {to_camel(name): camel(each) for name, each in given.items()}
    return [camel(each) for each in given] if isinstance(given, list) else given


def camel_pointer(pointer: str) -> str:
    return ".".join(to_camel(step) for step in pointer[1:].split("/"))


@pytest.mark.parametrize(
    ("read", "code", "pointer"),
    [
        ('events(subjects: ["com_1"]) { nodes { id } }', "id.malformed", "/subjects/0"),
        ('auditEntries(subjects: ["x"]) { nodes { id } }', "id.malformed", "/subjects/0"),
        ('expertRequests(subjects: ["x"]) { nodes { id } }', "id.malformed", "/subjects/0"),
        (
            f'expertRequests(subjects: ["com_{NOUGHTS}"]) {{ nodes {{ id }} }}',
            "string_pattern_mismatch",
            "/subjects/0",
        ),
        ("auditVerification(fromNumber: 0) { isWhole }", "request.invalid", "/fromNumber"),
        ("metricSeries(metrics: []) { __typename }", "request.invalid", "/metrics"),
    ],
)
async def test_arguments_of_reads_are_pointed_at(
    tenant: Tenant, read: str, code: str, pointer: str
) -> None:
    answer = await tenant.client.post("/graphql", json={"query": f"{{ {read} }}"})

    (error,) = answer.json()["errors"]
    faults = error["extensions"]["faults"]
    assert [(each["code"], each["pointer"]) for each in faults] == [(code, pointer)]
