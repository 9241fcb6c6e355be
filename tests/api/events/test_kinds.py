"""Kinds of events: filters take those that are declared, answers show those that are newer too."""

from typing import Any

import asyncpg
import pytest

from domain.kernel.settings import Settings
from tests.api.graph.asking import ask, post
from tests.world import Tenant

COMMUNITY = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
NEWER = """
UPDATE events SET kind = 'dream.dreamt', subject_kind = 'dream', data = '{"code": "dream.over"}'
 WHERE workspace_id = $1 AND kind = 'community.created'
"""
SHOWN = "nodes { kind subjectKind subjectId data }"


@pytest.mark.parametrize("path", ["/v1/events", "/v1/audit", "/v1/audit/export"])
@pytest.mark.parametrize(
    ("name", "sent", "message"),
    [
        (
            "kind",
            "post.publishd",
            "There is no post.publishd; did you mean post.published?",
        ),
        ("kind", "x", "There is no x."),
        ("kind", "y" * 5000, f"There is no {'y' * 120}."),
        ("subject_kind", "mentoin", "There is no mentoin; did you mean mention?"),
    ],
    ids=["a slip", "nothing alike", "a long one", "a subject"],
)
async def test_who_filters_by_what_is_no_kind_is_told_so(
    tenant: Tenant, path: str, name: str, sent: str, message: str
) -> None:
    answer = await tenant.client.get(path, params={name: [_right(name), sent]})

    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"] == [
        {"pointer": f"/query/{name}/1", "code": "enum", "message": message}
    ]


@pytest.mark.parametrize("field", ["events", "auditEntries"])
@pytest.mark.parametrize(
    ("name", "kind", "word"),
    [("kinds", "EventKind", "POST_PUBLISHD"), ("subjectKinds", "SubjectKind", "MENTOIN")],
)
async def test_the_graph_names_the_kind_that_is_none(
    tenant: Tenant, field: str, name: str, kind: str, word: str
) -> None:
    query = f"query ($given: [{kind}!]) {{ {field}({name}: $given) {{ nodes {{ id }} }} }}"
    answer = await post(tenant.client, query, {"given": [word]})
    [error] = answer.json()["errors"]

    assert (answer.status_code, error["extensions"]["code"]) == (400, "query.invalid")
    assert f"Value '{word}' does not exist in '{kind}' enum." in error["message"]


async def test_both_faces_filter_by_kind(tenant: Tenant) -> None:
    await tenant.client.post("/v1/communities", json=COMMUNITY)

    by_rest = await tenant.client.get("/v1/events?kind=community.created&subject_kind=community")
    by_graph = await ask(
        tenant,
        "{ events(kinds: [COMMUNITY_CREATED], subjectKinds: [COMMUNITY]) { nodes { number } } }",
    )

    [event] = by_rest.json()["data"]
    assert event["kind"] == "community.created"
    assert by_graph["events"]["nodes"] == [{"number": event["number"]}]


async def test_what_a_newer_process_wrote_is_shown(tenant: Tenant, settings: Settings) -> None:
    made = (await tenant.client.post("/v1/communities", json=COMMUNITY)).json()["id"]
    assert settings.migration_database_url is not None
    owner = await asyncpg.connect(settings.migration_database_url.get_secret_value())
    await owner.execute(NEWER, tenant.workspace_id)
    await owner.close()

    by_rest = (await tenant.client.get("/v1/events")).json()["data"][-1]
    trail = (await tenant.client.get("/v1/audit?limit=1")).json()["data"][0]
    by_graph = await ask(tenant, f"{{ events {{ {SHOWN} }} auditEntries(first: 1) {{ {SHOWN} }} }}")
    export = (await tenant.client.get("/v1/audit/export?format=csv")).text.splitlines()

    subject = made.replace("com_", "dream_")
    told = {"code": "dream.over", "type": "/problems#dream.over"}
    shown = ("dream.dreamt", "dream", subject)
    assert _shown(by_rest) == (*shown, told)
    assert _shown(trail)[:3] == shown
    assert f"dream.dreamt,dream,{subject}," in export[3]
    assert _shown(by_graph["events"]["nodes"][-1]) == (*shown, told)
    assert _shown(by_graph["auditEntries"]["nodes"][0])[:3] == shown


def _right(name: str) -> str:
    return {"kind": "post.created", "subject_kind": "post"}[name]


def _shown(event: dict[str, Any]) -> tuple[object, ...]:
    subject = event.get("subject_id") or event.get("subjectId")
    return event["kind"], event.get("subject_kind") or event["subjectKind"], subject, event["data"]
