"""/v1/expert-requests and their page: advice from people without a seat."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import text

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from domain.workspaces.shapes import Role
from tests.api.graph.asking import ask
from tests.api.workspaces.conftest import Seat, last_event, link_to
from tests.browsing import Tab, browsing
from tests.held import Place, make_place
from tests.inboxes import item, make_inbox
from tests.people import letters_to
from tests.world import Tenant, client_for, make_token

MARC = {"expert_name": "Marc Bovet", "language": "en"}
QUESTION = "When are vines pruned?"


@pytest.fixture
async def place(tenant: Tenant, database: Database) -> Place:
    return await make_place(database, tenant.workspace_id, word="raclette")


@pytest.fixture
def email() -> str:
    return f"{new_id().hex}@example.ch"


async def request(tenant: Tenant, place: Place, email: str, **changes: Any) -> dict[str, Any]:
    body = MARC | {
        "subject": show("men", place.ids["men"]),
        "question": QUESTION,
        "expert_email": email,
    }
    answer = await tenant.client.post("/v1/expert-requests", json=body | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def read_again(tenant: Tenant, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await tenant.client.get(f"/v1/expert-requests/{made['id']}")).json()
    return found


async def test_expert_answers_through_their_mailbox_without_a_seat(
    tenant: Tenant, database: Database, tab: Tab, place: Place, email: str
) -> None:
    made = await request(tenant, place, email)
    link = await link_to(database, email, "expert")
    await tab.open(link)
    assert tab.title == "Test house asks for your advice"
    for said in (QUESTION, "Marc Bovet", "On parle de raclette"):
        assert said in tab.page.text

    await tab.send(link, answer="In February.\nBefore the sap rises.")

    assert tab.title == "Thank you!"
    found = await read_again(tenant, made)
    assert (found["state"], found["answer"]) == (
        "answered",
        "In February.\nBefore the sap rises.",
    )
    assert found["answered_at"] is not None
    event = await last_event(tenant)
    assert (event["kind"], event["actor"]) == ("expert_request.answered", f"expert:{made['id']}")
    assert "February" not in str(event)
    assert (await tab.open(link)).status_code == 404


async def test_expert_is_shown_the_headline_and_the_address_of_what_a_feed_brought(
    tenant: Tenant, database: Database, tab: Tab, place: Place, email: str
) -> None:
    """Of an article there was its author and a line of its text."""
    inbox = await make_inbox(database, tenant.workspace_id)
    entry = item(1, title="Le gel & la vigne", text="Court.", url="https://village.example/1")
    [id_] = (await inbox.take(entry)).new_ids

    await request(tenant, place, email, subject=show("men", id_))
    await tab.open(await link_to(database, email, "expert"))

    for said in ("Le gel &amp; la vigne", "Court.", "https://village.example/1"):
        assert said in tab.page.text


async def test_nobody_is_asked_about_what_is_gone_over_there(
    tenant: Tenant, database: Database, email: str
) -> None:
    inbox = await make_inbox(database, tenant.workspace_id)
    [id_] = (await inbox.take(item(1))).new_ids
    await inbox.take(item(1, is_deleted=True))
    body = MARC | {"question": QUESTION, "expert_email": email, "subject": show("men", id_)}

    refused = await tenant.client.post("/v1/expert-requests", json=body)

    assert (refused.status_code, refused.json()["code"]) == (409, "mention.gone")
    assert await letters_to(database, email) == []


async def test_request_names_its_subject_and_its_community(
    tenant: Tenant, place: Place, email: str
) -> None:
    of_mention = await request(tenant, place, email)
    of_post = await request(tenant, place, email, subject=show("post", place.ids["post"]))

    community = show("com", place.community_id)
    assert of_mention["subject"] == show("men", place.ids["men"])
    assert of_mention["community_id"] == of_post["community_id"] == community
    listed = await tenant.client.get(f"/v1/expert-requests?subject={of_post['subject']}")
    assert listed.json()["data"][-1] == of_post
    event = await last_event(tenant)
    assert event["data"] == {"subject": of_post["subject"]}


async def test_one_answer_counts_also_when_two_come_at_once(
    app: FastAPI, tenant: Tenant, database: Database, place: Place, email: str
) -> None:
    made = await request(tenant, place, email)
    link = await link_to(database, email, "expert")
    async with browsing(app) as one, browsing(app) as other:
        await one.open(link)
        await other.open(link)

        await asyncio.gather(one.send(link, answer="One"), other.send(link, answer="Other"))

        statuses = {one.page.status_code: "One", other.page.status_code: "Other"}
    assert set(statuses) == {200, 404}
    assert (await read_again(tenant, made))["answer"] == statuses[200]


@pytest.mark.parametrize("nothing", ["   ", "\u200b\u2060"])
async def test_empty_answer_is_asked_for_again(
    tenant: Tenant, database: Database, tab: Tab, place: Place, email: str, nothing: str
) -> None:
    made = await request(tenant, place, email)
    link = await link_to(database, email, "expert")
    await tab.open(link)

    await tab.send(link, answer=nothing)

    assert tab.page.status_code == 422
    assert 'aria-invalid="true"' in tab.page.text
    assert (await read_again(tenant, made))["state"] == "open"


@pytest.mark.parametrize("ended", ["withdrawn", "expired", "reminded", "forged", "invitation"])
async def test_link_that_counts_no_longer_shows_nothing(
    tenant: Tenant, database: Database, tab: Tab, place: Place, email: str, ended: str
) -> None:
    made = await request(tenant, place, email)
    link = await link_to(database, email, "expert")
    path = f"/v1/expert-requests/{made['id']}"
    if ended == "withdrawn":
        await tenant.client.post(f"{path}/withdraw")
    elif ended == "expired":
        await expire(database, tenant)
    elif ended == "reminded":
        await tenant.client.post(f"{path}/remind", json={})
    elif ended == "forged":
        link = link[:-1] + ("a" if link[-1] != "a" else "b")
    else:
        link = link.replace("/expert/", "/invitations/")

    await tab.open(link)

    assert tab.page.status_code == 404
    assert QUESTION not in tab.page.text
    await tab.open("/sign-in")
    sent = await tab.send(link, answer="A")
    assert sent.status_code == 404 or tab.path.startswith("/sign-in")
    assert (await read_again(tenant, made))["answer"] is None


async def expire(database: Database, tenant: Tenant) -> None:
    async with database.transaction(tenant.workspace_id) as session:
        await session.exec(text("UPDATE expert_requests SET expires_at = now() - interval '1 s'"))  # type: ignore[call-overload]  # SQLModel types no text()


async def test_expert_is_reminded_with_a_new_link(
    tenant: Tenant, database: Database, tab: Tab, place: Place, email: str
) -> None:
    made = await request(tenant, place, email)
    await expire(database, tenant)
    assert (await read_again(tenant, made))["state"] == "expired"
    [listed] = (await tenant.client.get("/v1/expert-requests?state=expired")).json()["data"]
    assert listed["id"] == made["id"]

    again = await tenant.client.post(f"/v1/expert-requests/{made['id']}/remind", json={})

    assert (again.json()["state"], again.json()["version"]) == ("open", 2)
    await tab.open(await link_to(database, email, "expert"))
    assert QUESTION in tab.page.text


async def test_answered_and_withdrawn_requests_stay_so(
    tenant: Tenant, database: Database, tab: Tab, place: Place, email: str
) -> None:
    answered, withdrawn = await request(tenant, place, email), None
    link = await link_to(database, email, "expert")
    await tab.open(link)
    await tab.send(link, answer="Yes")
    withdrawn = await request(tenant, place, email)
    await tenant.client.post(f"/v1/expert-requests/{withdrawn['id']}/withdraw")

    for made, state in ((answered, "answered"), (withdrawn, "withdrawn")):
        for act, body in (("remind", {}), ("withdraw", None)):
            answer = await tenant.client.post(f"/v1/expert-requests/{made['id']}/{act}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (409, "state.not_allowed")
        assert (await read_again(tenant, made))["state"] == state


@pytest.mark.parametrize(
    ("subject", "status"),
    [("men_", 404), ("post_", 404), ("com_", 422), ("", 422)],
)
async def test_what_is_no_post_or_mention_here_is_not_asked_about(
    tenant: Tenant, database: Database, email: str, subject: str, status: int
) -> None:
    body = MARC | {
        "subject": f"{subject}{new_id().hex}" if subject else "?",
        "question": QUESTION,
        "expert_email": email,
    }

    answer = await tenant.client.post("/v1/expert-requests", json=body)

    assert answer.status_code == status
    assert await letters_to(database, email) == []


async def test_who_may_not_write_about_a_thing_may_not_ask_about_it(
    app: FastAPI, tenant: Tenant, database: Database, place: Place, email: str
) -> None:
    made = await request(tenant, place, email)
    token = await make_token(
        database, tenant.workspace_id, [Scope.MENTIONS_READ, Scope.POSTS_WRITE, Scope.POSTS_READ]
    )
    body = MARC | {"subject": made["subject"], "question": "?", "expert_email": email}

    async with client_for(app, token) as client:
        asked = await client.post("/v1/expert-requests", json=body)
        withdrawn = await client.post(f"/v1/expert-requests/{made['id']}/withdraw")
        of_post = await client.post(
            "/v1/expert-requests", json=body | {"subject": show("post", place.ids["post"])}
        )

    for answer in (asked, withdrawn):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")
    assert of_post.status_code == 201
    assert (await read_again(tenant, made))["state"] == "open"


async def test_who_sees_posts_alone_sees_requests_about_posts_alone(
    app: FastAPI, tenant: Tenant, database: Database, place: Place, email: str
) -> None:
    of_mention = await request(tenant, place, email)
    of_post = await request(tenant, place, email, subject=show("post", place.ids["post"]))
    token = await make_token(database, tenant.workspace_id, [Scope.POSTS_READ])
    nothing = await make_token(database, tenant.workspace_id, [Scope.METRICS_READ])

    async with client_for(app, token) as client:
        listed = (await client.get("/v1/expert-requests")).json()["data"]
        hidden = await client.get(f"/v1/expert-requests/{of_mention['id']}")
    async with client_for(app, nothing) as client:
        refused = await client.get("/v1/expert-requests")

    assert [each["subject"] for each in listed] == [of_post["subject"]] * 2
    assert {(each["expert_name"], each["expert_email"]) for each in listed} == {(None, None)}
    assert hidden.status_code == 404
    assert (refused.status_code, refused.json()["code"]) == (403, "scope.missing")


async def test_held_editor_asks_about_their_communities_alone(
    tenant: Tenant, database: Database, seat: Seat, place: Place, email: str
) -> None:
    other = await make_place(database, tenant.workspace_id, word="fondue")
    editor = await seat(Role.EDITOR, communities=[place.community_id])
    about = MARC | {"question": QUESTION, "expert_email": email}

    there = await editor.client.post(
        "/v1/expert-requests", json=about | {"subject": show("post", other.ids["post"])}
    )
    here = await editor.client.post(
        "/v1/expert-requests", json=about | {"subject": show("post", place.ids["post"])}
    )

    assert (there.status_code, here.status_code) == (404, 201)
    assert here.json()["asked_by"] == editor.id


async def test_foreign_requests_do_not_exist(
    tenant: Tenant, foreigner: Tenant, place: Place, email: str
) -> None:
    made = await request(tenant, place, email)
    path = f"/v1/expert-requests/{made['id']}"

    answers = [
        await foreigner.client.get(path),
        await foreigner.client.post(f"{path}/remind", json={}),
        await foreigner.client.post(f"{path}/withdraw"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert (await read_again(tenant, made))["state"] == "open"


async def test_graph_asks_and_shows_the_answer(
    tenant: Tenant, database: Database, tab: Tab, place: Place, email: str
) -> None:
    made = await ask(
        tenant,
        "mutation($subject: String!, $email: String!) { createExpertRequest(input: "
        '{subject: $subject, question: "?", expertName: "Marc", expertEmail: $email, '
        "language: ENGLISH}) { ... on CreateExpertRequestSuccess { expertRequest { id } } "
        "... on Error { code } } }",
        subject=show("men", place.ids["men"]),
        email=email,
    )
    id_ = made["createExpertRequest"]["expertRequest"]["id"]
    link = await link_to(database, email, "expert")
    await tab.open(link)
    await tab.send(link, answer="In February.")

    found = await ask(
        tenant,
        "query($id: ID!) { expertRequest(id: $id) { answer state community { id } } "
        "node(id: $id) { id } expertRequests(states: [ANSWERED]) { nodes { id } } }",
        id=id_,
    )

    assert found["expertRequest"] == {
        "answer": "In February.",
        "state": "ANSWERED",
        "community": {"id": show("com", place.community_id)},
    }
    assert (found["node"], found["expertRequests"]["nodes"]) == ({"id": id_}, [{"id": id_}])
