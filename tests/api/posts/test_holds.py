"""Legal hold: who may, what it keeps everybody from, and what is told of it."""

from typing import Any

import pytest

from tests.api.approvals.conftest import Hire, Person, hire
from tests.api.approvals.test_reviews import AT, events, policy, read, submit
from tests.api.graph.asking import ask
from tests.desk import Desk

__all__ = ["hire"]

REASON = "Mise en demeure du 24 novembre."
ACTS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("PATCH", "", {"text": "On taille encore."}),
    ("DELETE", "", None),
    ("POST", "/schedule", AT),
    ("POST", "/queue", {}),
    ("POST", "/retry", {}),
    ("POST", "/edit", {"parts": ["Autre"]}),
    ("POST", "/withdraw", None),
    ("POST", "/hold", {"reason": "Encore."}),
]


async def hold(person: Person, post: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = await person.client.post(f"/v1/posts/{post['id']}/hold", json={"reason": REASON})
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(("method", "path", "body"), ACTS)
async def test_held_post_is_changed_by_nobody(
    desk: Desk, hire: Hire, method: str, path: str, body: dict[str, Any] | None
) -> None:
    post = await desk.draft()
    await hold(await hire("Aline", "manager"), post)
    before = await read(desk, f"/v1/posts/{post['id']}"), await events(desk)

    refused = await desk.client.request(
        method, f"/v1/posts/{post['id']}{path}", json=body, headers={"If-Match": "*"}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "post.on_hold")
    assert (await read(desk, f"/v1/posts/{post['id']}"), await events(desk)) == before


async def test_hold_says_who_and_why_and_is_lifted_by_who_may_hold_alone(
    desk: Desk, hire: Hire
) -> None:
    aline, marc = await hire("Aline", "manager"), await hire("Marc")
    post = await desk.draft()

    unable = await hold(marc, post, 403)
    free = await aline.client.post(f"/v1/posts/{post['id']}/release")
    held = await hold(aline, post)
    unfit = await marc.client.post(f"/v1/posts/{post['id']}/release")
    still = (await read(desk, f"/v1/posts/{post['id']}"))["approval"]
    released = (await aline.client.post(f"/v1/posts/{post['id']}/release")).json()

    assert (unable["code"], unfit.json()["code"]) == ("scope.missing", "scope.missing")
    assert (free.status_code, free.json()["code"]) == (409, "state.not_allowed")
    assert held["approval"] == still
    assert (still["state"], still["hold"]["reason"]) == ("on_hold", REASON)
    assert still["hold"]["actor"] == f"member:{aline.id}"
    assert (released["approval"]["state"], released["approval"]["hold"]) == ("not_needed", None)
    told = [each for each in await events(desk) if each["kind"] in {"post.held", "post.released"}]
    assert [(each["actor"], each["data"]) for each in told] == [
        (f"member:{aline.id}", {"reason": REASON}),
        (f"member:{aline.id}", {"reason": REASON, "held_by": f"member:{aline.id}"}),
    ]


async def test_held_post_is_approved_meanwhile(desk: Desk, hire: Hire) -> None:
    aline, marc = await hire("Aline"), await hire("Marc", "manager")
    await policy(desk, aline)
    post = await desk.draft()
    made = await submit(desk, post)
    await hold(marc, post)

    await aline.decide(made["id"], "approve", 200)

    held = (await read(desk, f"/v1/posts/{post['id']}"))["approval"]
    await marc.client.post(f"/v1/posts/{post['id']}/release")
    released = (await read(desk, f"/v1/posts/{post['id']}"))["approval"]
    assert (held["state"], released["state"]) == ("on_hold", "approved")


async def test_graph_holds_and_releases(desk: Desk) -> None:
    post = await desk.draft()
    shown = "post { approval { state hold { reason } } } } ... on Error { code } } }"
    hold = (
        'mutation($id: ID!) { holdPost(input: {id: $id, reason: "Plainte"}) {'
        f" ... on HoldPostSuccess {{ {shown}"
    )
    release = (
        "mutation($id: ID!) { releasePost(input: {id: $id}) {"
        f" ... on ReleasePostSuccess {{ {shown}"
    )

    found = [await ask(desk.tenant, each, id=post["id"]) for each in (hold, hold, release)]

    held = {"state": "ON_HOLD", "hold": {"reason": "Plainte"}}
    assert found[0]["holdPost"]["post"]["approval"] == held
    assert found[1]["holdPost"]["code"] == "post.on_hold"
    assert found[2]["releasePost"]["post"]["approval"] == {"state": "NOT_NEEDED", "hold": None}
