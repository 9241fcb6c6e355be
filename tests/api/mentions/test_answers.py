"""POST /v1/mentions/{id}/answers: a delivery like any other."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, update

from domain.accounts.tables import Account
from domain.connector.words import InboxKind
from domain.kernel.caller import Scope, worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id, read, show
from domain.mentions.service import answers_delivered, create_answer, mark_mentions
from domain.mentions.shapes import CreateAnswer, MarkMentions
from domain.posts.tables import Delivery
from tests.domain.media.files import picture
from tests.inboxes import NOW, Inbox, item, make_community
from tests.world import Tenant, client_for, make_account, make_token

BODY = {"text": "Merci, à samedi !"}


@pytest.fixture
async def url(inbox: Inbox) -> str:
    [id_] = (await inbox.take(item(1))).new_ids
    return f"/v1/mentions/{show('men', id_)}"


async def deliveries(inbox: Inbox) -> list[Any]:
    return list(await inbox.rows("SELECT id, kind, state, content::text FROM deliveries"))


async def test_answer_is_planned_as_a_delivery_to_the_mention(
    tenant: Tenant, inbox: Inbox, url: str
) -> None:
    answer = await tenant.client.post(f"{url}/answers", json=BODY)
    made = answer.json()
    listed = (await tenant.client.get(f"{url}/answers")).json()

    [delivery] = await deliveries(inbox)
    assert answer.status_code == 201, answer.text
    assert made["id"].startswith("ans_")
    assert (made["text"], made["state"], made["url"]) == (BODY["text"], "waiting", None)
    assert (delivery["kind"], show("dlv", delivery["id"])) == ("answer", made["delivery_id"])
    assert '"reply_to": "r1"' in delivery["content"]
    assert listed["data"] == [made]
    assert answer.headers["location"] == f"/v1/answers/{made['id']}"
    read_again = await tenant.client.get(answer.headers["location"])
    assert read_again.json() == made
    assert read_again.headers["etag"].startswith(answer.headers["etag"].rstrip('"'))
    assert (await tenant.client.get(url)).json()["status"] == "open"


async def test_answer_sent_twice_with_its_id_is_planned_once(
    tenant: Tenant, inbox: Inbox, url: str
) -> None:
    body = {**BODY, "id": show("ans", new_id())}
    one = await tenant.client.post(f"{url}/answers", json=body)
    again = await tenant.client.post(f"{url}/answers", json=body)
    other = await tenant.client.post(f"{url}/answers", json={**body, "text": "Autre"})

    assert (one.status_code, again.json()) == (201, one.json())
    assert (other.status_code, other.json()["code"]) == (409, "id.taken")
    assert len(await deliveries(inbox)) == 1


async def test_same_words_sent_twice_go_out_once_and_the_second_is_told_of_the_first(
    tenant: Tenant, inbox: Inbox, url: str
) -> None:
    """Both went out: a double click, or a client that had waited long enough."""
    both = await asyncio.gather(*(tenant.client.post(f"{url}/answers", json=BODY) for _ in "12"))
    [made] = [each.json() for each in both if each.status_code == 201]
    [refused] = [each for each in both if each.status_code != 201]

    [fault] = refused.json()["errors"]
    assert (refused.status_code, refused.json()["code"]) == (409, "answer.repeated")
    assert (fault["pointer"], fault["message"]) == ("/text", f"{made['id']} says the same.")
    assert len(await deliveries(inbox)) == 1


async def test_same_words_are_said_again_on_purpose_later_or_where_the_first_failed(
    tenant: Tenant, inbox: Inbox, url: str
) -> None:
    made = await tenant.client.post(f"{url}/answers", json=BODY)
    meant = await tenant.client.post(f"{url}/answers", json={**BODY, "is_repeat": True})
    other = await tenant.client.post(f"{url}/answers", json={"text": "Merci !"})
    await inbox.rows("UPDATE answers SET created_at = created_at - interval '10 minutes'")
    later = await tenant.client.post(f"{url}/answers", json=BODY)
    await inbox.rows("UPDATE deliveries SET state = 'failed'")
    anew = await tenant.client.post(f"{url}/answers", json=BODY)

    assert [each.status_code for each in (made, meant, other, later, anew)] == [201] * 5
    assert len(await deliveries(inbox)) == 5


async def test_of_two_who_answer_what_they_read_at_once_one_does(
    tenant: Tenant, inbox: Inbox, url: str
) -> None:
    tag = (await tenant.client.get(url)).headers["etag"]

    both = await asyncio.gather(
        *(
            tenant.client.post(f"{url}/answers", json={"text": text}, headers={"If-Match": tag})
            for text in ("Moi", "Non, moi")
        )
    )

    assert sorted(each.status_code for each in both) == [201, 412]
    refused = next(each.json() for each in both if each.status_code == 412)
    assert refused["code"] == "version.stale"
    assert len(await deliveries(inbox)) == 1
    again = (await tenant.client.get(url)).headers["etag"]
    second = await tenant.client.post(
        f"{url}/answers", json={"text": "Et encore"}, headers={"If-Match": again}
    )
    assert second.status_code == 201


async def test_arrived_answer_makes_the_mention_answered(
    tenant: Tenant, url: str, database: Database
) -> None:
    made = (await tenant.client.post(f"{url}/answers", json=BODY)).json()
    delivery_id = read("dlv", made["delivery_id"])
    async with database.transaction(tenant.workspace_id) as session:
        row = await session.get(Delivery, (tenant.workspace_id, delivery_id))
        assert row is not None
        row.state, row.url, row.remote_id = "done", "https://example.social/1", "our-answer"
        await answers_delivered(session, worker(tenant.workspace_id), [delivery_id], now=NOW)

    mention = (await tenant.client.get(url)).json()
    [answer] = (await tenant.client.get(f"{url}/answers")).json()["data"]
    events = (await tenant.client.get("/v1/events?kind=mention.answered")).json()["data"]
    assert (mention["status"], mention["read_at"], mention["version"]) == (
        "answered",
        "2026-11-23T09:00:00Z",
        3,
    )
    assert (answer["state"], answer["url"]) == ("done", "https://example.social/1")
    assert [event["data"]["answer_id"] for event in events] == [made["id"]]


async def test_answer_that_a_person_found_out_there_makes_the_mention_answered(
    tenant: Tenant, inbox: Inbox, url: str
) -> None:
    made = (await tenant.client.post(f"{url}/answers", json=BODY)).json()
    await inbox.rows("UPDATE deliveries SET state = 'unknown', sent_at = due_at")
    word = {"is_published": True, "remote_id": "our-answer"}
    settled = await tenant.client.post(f"/v1/deliveries/{made['delivery_id']}/settle", json=word)

    assert (settled.status_code, settled.json()["state"]) == (200, "done")
    assert (await tenant.client.get(url)).json()["status"] == "answered"
    events = (await tenant.client.get("/v1/events?kind=mention.answered")).json()["data"]
    assert [event["data"]["answer_id"] for event in events] == [made["id"]]


async def test_answers_that_arrive_and_people_who_mark_do_not_wait_crosswise(
    tenant: Tenant, inbox: Inbox, database: Database
) -> None:
    found = await inbox.take(*(item(number) for number in range(30)))
    caller, said = worker(tenant.workspace_id), CreateAnswer(text="Merci !")
    async with database.transaction(tenant.workspace_id) as session:
        made = [
            await create_answer(session, caller, id_, said, expected_version=None, now=NOW)
            for id_ in reversed(found.new_ids)
        ]

    async def arrive() -> None:
        async with database.transaction(tenant.workspace_id) as session:
            arrived = [each.delivery_id for each in made]
            await answers_delivered(session, caller, arrived, now=NOW)

    async def mark() -> None:
        marking = MarkMentions(mention_ids=list(found.new_ids), is_read=True)
        async with database.transaction(tenant.workspace_id) as session:
            await mark_mentions(session, caller, marking, now=NOW)

    await asyncio.gather(arrive(), *(mark() for _ in range(4)))

    [row] = await inbox.rows("SELECT count(*) FROM mentions WHERE status = 'answered'")
    assert row["count"] == 30


async def test_reply_to_our_answer_stays_in_the_conversation(
    tenant: Tenant, inbox: Inbox, url: str, database: Database
) -> None:
    made = (await tenant.client.post(f"{url}/answers", json=BODY)).json()
    async with database.transaction(tenant.workspace_id) as session:
        row = await session.get(Delivery, (tenant.workspace_id, read("dlv", made["delivery_id"])))
        assert row is not None
        row.remote_id = "our-answer"
    await inbox.take(item(2, about="our-answer", root=None))

    shown = (await tenant.client.get("/v1/mentions")).json()["data"]
    assert len({each["conversation_id"] for each in shown}) == 1


async def test_gesture_and_deleted_mention_cannot_be_answered(
    tenant: Tenant, inbox: Inbox, url: str
) -> None:
    [like] = (await inbox.take(item(2, kind=InboxKind.LIKE, text=""))).new_ids
    await inbox.take(item(1, is_deleted=True))
    gesture = await tenant.client.post(f"/v1/mentions/{show('men', like)}/answers", json=BODY)
    gone = await tenant.client.post(f"{url}/answers", json=BODY)

    assert (gesture.status_code, gesture.json()["code"]) == (409, "state.not_allowed")
    assert (gone.status_code, gone.json()["code"]) == (409, "mention.gone")
    assert await deliveries(inbox) == []


async def test_disconnected_or_removed_account_and_long_text_are_refused_and_nothing_is_planned(
    tenant: Tenant, inbox: Inbox, url: str, database: Database
) -> None:
    long = await tenant.client.post(f"{url}/answers", json={"text": "x" * 60_000})
    empty = await tenant.client.post(f"{url}/answers", json={"text": "  "})
    async with database.transaction(tenant.workspace_id) as session:
        statement = update(Account).where(col(Account.id) == inbox.reading.account_id)
        await session.exec(statement.values(state="action_required"))
    away = await tenant.client.post(f"{url}/answers", json=BODY)
    async with database.transaction(tenant.workspace_id) as session:
        await session.exec(statement.values(removed_at=NOW))
    gone = await tenant.client.post(f"{url}/answers", json=BODY)

    assert (long.status_code, long.json()["errors"][0]["pointer"]) == (422, "/text")
    assert (empty.status_code, empty.json()["errors"][0]["pointer"]) == (422, "/text")
    assert (away.status_code, away.json()["code"]) == (409, "account.disconnected")
    assert (gone.status_code, gone.json()["code"]) == (409, "account.removed")
    assert await deliveries(inbox) == []


async def test_answer_with_too_many_pictures_points_at_its_media(
    tenant: Tenant, inbox: Inbox, url: str
) -> None:
    files = {"file": ("vigne.png", picture(), "image/png")}
    media = (await tenant.client.post("/v1/media", files=files)).json()["id"]

    answer = await tenant.client.post(
        f"{url}/answers", json={"text": "Voyez.", "media_ids": [media] * 5}
    )

    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/media_ids", "media.too_many")
    assert await deliveries(inbox) == []


@pytest.mark.parametrize(
    ("changes", "is_answered"),
    [
        ({}, True),
        ({"remote_id": "somebody-else"}, False),
        ({"server": "http://other.test"}, False),
        ({"community_id": None}, False),
        ({"removed_at": NOW}, False),
    ],
)
async def test_mention_of_a_removed_account_is_answered_by_the_same_identity_connected_again(
    tenant: Tenant, inbox: Inbox, url: str, database: Database, *, changes: Any, is_answered: bool
) -> None:
    """Its open mentions stayed for good: nothing could answer them."""
    [before] = await inbox.rows("SELECT remote_id, community_id FROM accounts")
    await inbox.rows("UPDATE accounts SET removed_at = now(), state = 'removed'")
    if "community_id" in changes:
        changes = {"community_id": await make_community(database, tenant.workspace_id)}
    again = {**dict(before), **changes}
    new = await make_account(database, tenant.workspace_id, again.pop("community_id"), **again)
    answer = await tenant.client.post(f"{url}/answers", json=BODY)

    found = await inbox.rows("SELECT account_id FROM deliveries")
    assert [row["account_id"] for row in found] == ([new] if is_answered else [])
    assert answer.json().get("code") == (None if is_answered else "account.removed")


async def test_answering_needs_its_own_scope_and_no_other(
    tenant: Tenant, url: str, app: FastAPI, database: Database
) -> None:
    reader = await make_token(database, tenant.workspace_id, [Scope.MENTIONS_READ])
    writer = await make_token(
        database, tenant.workspace_id, [Scope.MENTIONS_READ, Scope.MENTIONS_ANSWER]
    )
    async with client_for(app, reader) as client:
        refused = await client.post(f"{url}/answers", json=BODY)
    async with client_for(app, writer) as client:
        made = await client.post(f"{url}/answers", json=BODY)

    assert (refused.status_code, refused.json()["code"]) == (403, "scope.missing")
    assert made.status_code == 201
