"""The curation inbox as a client sees it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from domain.connector.words import InboxItem, InboxKind
from domain.ideas.curating import take_entries
from domain.kernel.caller import Scope, worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id, read, show
from domain.mentions.ingest import ingest
from tests.api.graph.asking import post as ask
from tests.desk import Desk
from tests.inboxes import NOW, Inbox, item, make_inbox
from tests.world import client_for, make_token


def entry(number: int = 1, **changes: Any) -> InboxItem:
    """An entry of a feed, fresh but for `changes`."""
    values = {
        "kind": InboxKind.ENTRY,
        "title": f"Nouvelle {number}",
        "text": "On taille.",
        "url": f"https://village.example/{number}",
        "said_at": NOW - timedelta(hours=1),
        "about": None,
        "root": None,
    }
    return item(number, **{**values, **changes})


@pytest.fixture
async def inbox(desk: Desk, database: Database) -> Inbox:
    """A feed of the desk's community."""
    made = await make_inbox(database, desk.tenant.workspace_id, network="feed")
    here = replace(
        made.reading,
        account_id=read("acct", desk.account),
        community_id=read("com", desk.community),
    )
    return Inbox(database, made.workspace_id, here)


async def bring(inbox: Inbox, *items: InboxItem) -> int:
    """As the worker does that reads the feed; gives how many candidates came of it."""
    caller = worker(inbox.workspace_id)
    async with inbox.database.transaction(inbox.workspace_id) as session:
        taken = await ingest(session, caller, inbox.reading, items, now=NOW)
        return await take_entries(session, caller, inbox.reading, items, taken, now=NOW)


async def listed(desk: Desk, query: str = "") -> list[dict[str, Any]]:
    answer = await desk.client.get(f"/v1/candidates{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def one(desk: Desk, inbox: Inbox, **changes: Any) -> dict[str, Any]:
    await bring(inbox, entry(**changes))
    [found] = await listed(desk)
    return found


async def kinds(desk: Desk) -> list[str]:
    answer = await desk.client.get("/v1/events?limit=100")
    return [each["kind"] for each in answer.json()["data"]]


async def read_(desk: Desk, path: str) -> Any:
    answer = await desk.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_feed_entries_come_in_with_what_speaks_for_them(desk: Desk, inbox: Inbox) -> None:
    await desk.post(
        "/v1/campaigns", 201, community_id=desk.community, name="Taille", labels=["lac"]
    )
    await desk.post("/v1/pillars", 201, calendar_id=desk.calendar, name="Vigne")
    await desk.post(
        "/v1/ideas", 201, community_id=desk.community, question="?", labels=["Nouvelle"]
    )

    assert await bring(inbox, entry(text="La vigne, et la taille du lac ?")) == 1

    [found] = await listed(desk)
    assert (found["origin"], found["state"], found["became"]) == ("feed", "open", None)
    assert (found["title"], found["url"]) == ("Nouvelle 1", "https://village.example/1")
    assert found["text"] == "La vigne, et la taille du lac ?"
    assert found["reasons"] == [
        {"signal": "fresh", "points": 25, "words": []},
        {"signal": "asks", "points": 20, "words": []},
        {"signal": "words", "points": 40, "words": ["Nouvelle", "Taille", "Vigne", "lac"]},
    ]
    assert found["score"] == 85
    assert await read_(desk, f"/v1/candidates/{found['id']}") == found
    [event] = [
        e
        for e in (await read_(desk, "/v1/events?limit=100"))["data"]
        if "received" in e["kind"] and e["kind"].startswith("cand")
    ]
    assert event["data"] == {"candidate_ids": [found["id"]]}


async def test_words_of_what_is_over_do_not_count(desk: Desk, inbox: Inbox) -> None:
    campaign = await desk.post("/v1/campaigns", 201, community_id=desk.community, name="Taille")
    idea = await desk.post(
        "/v1/ideas", 201, community_id=desk.community, question="?", labels=["vigne"]
    )
    await desk.client.patch(
        f"/v1/campaigns/{campaign['id']}", json={"is_archived": True}, headers={"If-Match": "*"}
    )
    await desk.post(f"/v1/ideas/{idea['id']}/move", 200, state="closed")

    found = await one(desk, inbox, text="La taille de la vigne")

    assert [each["signal"] for each in found["reasons"]] == ["fresh"]


async def test_entry_read_again_is_one_candidate(desk: Desk, inbox: Inbox) -> None:
    assert await bring(inbox, entry()) == 1
    assert await bring(inbox, entry()) == 0
    assert await bring(inbox, entry(text="On taille encore.")) == 0

    [found] = await listed(desk)
    assert found["text"] == "On taille encore."
    assert (await kinds(desk)).count("candidates.received") == 1


async def test_only_entries_of_the_last_days_come_in(desk: Desk, inbox: Inbox) -> None:
    old = entry(2, said_at=NOW - timedelta(days=8))
    reply = item(3, said_at=NOW - timedelta(hours=1))

    assert await bring(inbox, old, reply) == 0
    assert await listed(desk) == []


async def test_of_a_feed_just_connected_the_newest_entries_come_in(
    desk: Desk, inbox: Inbox
) -> None:
    first = Inbox(inbox.database, inbox.workspace_id, replace(inbox.reading, is_first=True))
    entries = [entry(n, said_at=NOW - timedelta(minutes=n)) for n in range(60)]

    assert await bring(first, *entries) == 50

    titles = {each["title"] for each in await listed(desk, "?limit=100")}
    assert titles == {f"Nouvelle {n}" for n in range(50)}


async def test_somebody_picks_a_mention_once(desk: Desk, inbox: Inbox) -> None:
    await bring(inbox, item(1, text="Et le gel ?"))
    [mention] = (await read_(desk, "/v1/mentions"))["data"]

    made = await desk.post("/v1/candidates", 201, mention_id=mention["id"], note="À suivre")
    again = await desk.post("/v1/candidates", 409, mention_id=mention["id"])
    unknown = await desk.post("/v1/candidates", 404, mention_id=show("men", new_id()))

    assert (made["origin"], made["note"], made["mention_id"]) == ("pick", "À suivre", mention["id"])
    assert [each["signal"] for each in made["reasons"]][-1] == "picked"
    assert (again["code"], unknown["code"]) == ("already_exists", "not_found")
    assert await listed(desk) == [made]


async def test_what_is_gone_over_there_is_neither_picked_nor_made_anything_of(
    desk: Desk, inbox: Inbox
) -> None:
    """It became an idea that was called by a dead address."""
    await bring(inbox, item(1), item(2))
    mentions = [each["id"] for each in (await read_(desk, "/v1/mentions"))["data"]]
    picked = await desk.post("/v1/candidates", 201, mention_id=mentions[0])
    await bring(inbox, item(1, is_deleted=True), item(2, is_deleted=True))

    late = await desk.post("/v1/candidates", 409, mention_id=mentions[1])
    accepted = await desk.post(f"/v1/candidates/{picked['id']}/accept", 409)

    assert (late["code"], accepted["code"]) == ("mention.gone", "mention.gone")
    assert (await read_(desk, "/v1/ideas"))["data"] == []
    assert (await desk.post(f"/v1/candidates/{picked['id']}/dismiss", 200))["state"] == "dismissed"


async def test_own_id_sent_twice_picks_once(desk: Desk, inbox: Inbox) -> None:
    await bring(inbox, item(1))
    [mention] = (await read_(desk, "/v1/mentions"))["data"]
    body = {"id": show("cand", new_id()), "mention_id": mention["id"]}

    made = await desk.post("/v1/candidates", 201, **body)
    again = await desk.post("/v1/candidates", 201, **body)
    other = await desk.post("/v1/candidates", 409, **body, note="Autre")

    assert (again, made["id"], other["code"]) == (made, body["id"], "id.taken")


async def test_best_come_first_or_newest_page_by_page(desk: Desk, inbox: Inbox) -> None:
    await bring(inbox, entry(1, text="Et alors ?"))
    await bring(inbox, entry(2))
    await bring(inbox, entry(3), entry(4))

    async def pages(sort: str) -> list[dict[str, Any]]:
        found, cursor = [], ""
        while True:
            page = await read_(desk, f"/v1/candidates?limit=1&sort={sort}{cursor}")
            found += page["data"]
            if not page["page"]["has_more"]:
                return found
            cursor = f"&cursor={page['page']['next_cursor']}"

    best, newest = await pages("-score"), await pages("-created_at")
    assert [each["score"] for each in best] == [45, 25, 25, 25]
    assert len({each["id"] for each in best}) == 4
    assert best[0]["title"] == "Nouvelle 1"
    assert [e["title"] for e in newest[2:]] == ["Nouvelle 2", "Nouvelle 1"]


async def test_filters_hold_each_and_together(desk: Desk, inbox: Inbox) -> None:
    await bring(inbox, entry(1, text="Et alors ?"), entry(2), item(3))
    [reply] = (await read_(desk, "/v1/mentions?kind=reply"))["data"]
    await desk.post("/v1/candidates", 201, mention_id=reply["id"])
    [plain] = [each for each in await listed(desk) if each["title"] == "Nouvelle 2"]
    await desk.post(f"/v1/candidates/{plain['id']}/dismiss", 200)

    for query, titles in (
        ("?state=open&origin=feed", ["Nouvelle 1"]),
        ("?state=dismissed", ["Nouvelle 2"]),
        ("?origin=pick", [None]),
        ("?at_least=45", ["Nouvelle 1"]),
        (f"?community_id={desk.community}&origin=feed", ["Nouvelle 1", "Nouvelle 2"]),
        (f"?community_id={show('com', new_id())}", []),
    ):
        found = await listed(desk, query)
        assert (query, [each["title"] for each in found]) == (query, titles)


async def test_candidate_becomes_an_idea(desk: Desk, inbox: Inbox) -> None:
    found = await one(desk, inbox)

    accepted = await desk.post(f"/v1/candidates/{found['id']}/accept", 200)

    assert (accepted["state"], accepted["became"], accepted["version"]) == ("accepted", "idea", 2)
    idea = await read_(desk, f"/v1/ideas/{accepted['idea_id']}")
    assert (idea["question"], idea["state"]) == ("Nouvelle 1", "idea")
    assert idea["brief"] == "On taille.\n\nhttps://village.example/1"
    assert idea["community_id"] == desk.community
    assert (await kinds(desk))[-2:] == ["idea.created", "candidate.accepted"]


async def test_candidate_becomes_a_draft_that_leads_to_it(desk: Desk, inbox: Inbox) -> None:
    found = await one(desk, inbox, title=None, text="Première ligne\nDeuxième")

    accepted = await desk.post(
        f"/v1/candidates/{found['id']}/accept", 200, calendar_id=desk.calendar
    )

    post = await read_(desk, f"/v1/posts/{accepted['post_id']}")
    assert (post["title"], post["text"], post["state"]) == ("Première ligne", "", "draft")
    assert (post["link_url"], post["language"]) == ("https://village.example/1", "fr")


async def test_address_and_language_that_a_post_cannot_have_are_left_out(
    desk: Desk, inbox: Inbox
) -> None:
    found = await one(desk, inbox, url="https://", language="français", title="", text="")

    accepted = await desk.post(
        f"/v1/candidates/{found['id']}/accept", 200, calendar_id=desk.calendar
    )

    post = await read_(desk, f"/v1/posts/{accepted['post_id']}")
    assert (post["title"], post["link_url"], post["language"]) == ("https://", None, None)


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        ("\u200b", "\u3164\nLa vigne", "La vigne"),
        (None, "\u00ad", "https://village.example/1"),
        ("\u200b" * 200 + "a", "\ufeff", "https://village.example/1"),
    ],
)
async def test_candidate_is_called_by_what_can_be_seen_of_it(
    desk: Desk, inbox: Inbox, title: str | None, text: str, told: str
) -> None:
    """A title that draws nothing is none, and was a fault of ours."""
    found = await one(desk, inbox, title=title, text=text)

    accepted = await desk.post(f"/v1/candidates/{found['id']}/accept", 200)

    idea = await read_(desk, f"/v1/ideas/{accepted['idea_id']}")
    assert idea["question"] == told


@pytest.mark.parametrize("becomes", ["idea", "post"])
async def test_pressed_ten_times_at_once_it_becomes_one(
    desk: Desk, inbox: Inbox, becomes: str
) -> None:
    found = await one(desk, inbox)
    body = {"calendar_id": desk.calendar} if becomes == "post" else {}

    accepted = await asyncio.gather(
        *(desk.post(f"/v1/candidates/{found['id']}/accept", 200, **body) for _ in range(10))
    )

    assert len({each[f"{becomes}_id"] for each in accepted}) == 1
    assert len((await read_(desk, f"/v1/{becomes}s"))["data"]) == 1
    assert (await kinds(desk)).count("candidate.accepted") == 1


async def test_what_became_one_thing_does_not_become_another(desk: Desk, inbox: Inbox) -> None:
    found = await one(desk, inbox)
    path = f"/v1/candidates/{found['id']}"
    accepted = await desk.post(f"{path}/accept", 200)

    as_post = await desk.post(f"{path}/accept", 409, calendar_id=desk.calendar)
    dismissed = await desk.post(f"{path}/dismiss", 409)

    assert as_post["code"] == dismissed["code"] == "candidate.accepted"
    assert await listed(desk) == [accepted]
    assert (await read_(desk, "/v1/posts"))["data"] == []


async def test_what_it_became_once_removed_it_may_become_anew_or_anything_else(
    desk: Desk, inbox: Inbox
) -> None:
    """It stayed accepted, as a post that was not there."""
    path = f"/v1/candidates/{(await one(desk, inbox))['id']}"
    draft = await desk.post(f"{path}/accept", 200, calendar_id=desk.calendar)
    await desk.client.delete(f"/v1/posts/{draft['post_id']}", headers={"If-Match": "*"})

    anew = await desk.post(f"{path}/accept", 200, calendar_id=desk.calendar)
    await desk.client.delete(f"/v1/posts/{anew['post_id']}", headers={"If-Match": "*"})
    idea = await desk.post(f"{path}/accept", 200)
    await desk.client.delete(f"/v1/ideas/{idea['idea_id']}", headers={"If-Match": "*"})
    dismissed = await desk.post(f"{path}/dismiss", 200)

    assert anew["post_id"] not in {None, draft["post_id"]}
    assert (idea["became"], idea["post_id"]) == ("idea", None)
    assert [dismissed[name] for name in ("state", "became", "idea_id", "post_id")] == [
        *("dismissed", None, None, None)
    ]


async def test_title_that_cannot_be_kept_is_refused_the_first_time_and_later(
    desk: Desk, inbox: Inbox
) -> None:
    path = f"/v1/candidates/{(await one(desk, inbox))['id']}"
    bad = {"title": "Vi\0gne"}

    first = await desk.client.post(f"{path}/accept", json=bad)
    accepted = await desk.post(f"{path}/accept", 200, title="Vigne")
    later = await desk.client.post(f"{path}/accept", json=bad)

    for answer in (first, later):
        assert (answer.status_code, answer.json()["code"]) == (422, "text.unstorable")
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/title"]
    assert await read_(desk, path) == accepted


async def test_dismissed_candidate_stays_so_until_it_is_accepted(desk: Desk, inbox: Inbox) -> None:
    found = await one(desk, inbox)
    path = f"/v1/candidates/{found['id']}"

    one_time = await desk.post(f"{path}/dismiss", 200)
    again = await desk.post(f"{path}/dismiss", 200)
    accepted = await desk.post(f"{path}/accept", 200, title="Et la taille ?")

    assert (one_time["state"], again) == ("dismissed", one_time)
    assert accepted["state"] == "accepted"
    assert (await read_(desk, f"/v1/ideas/{accepted['idea_id']}"))["question"] == "Et la taille ?"
    assert (await kinds(desk)).count("candidate.dismissed") == 1


async def test_calendar_of_another_community_takes_none(desk: Desk, inbox: Inbox) -> None:
    other = await desk.post("/v1/communities", 201, name="Jura", slug="jura", time_zone="UTC")
    calendar = await desk.post("/v1/calendars", 201, community_id=other["id"], name="Jura")
    found = await one(desk, inbox)

    refused = await desk.post(
        f"/v1/candidates/{found['id']}/accept", 422, calendar_id=calendar["id"]
    )

    assert refused["errors"][0]["code"] == "calendar.other_community"
    assert await listed(desk) == [found]


@pytest.mark.parametrize(
    ("becomes", "scope"), [("idea", Scope.CALENDARS_WRITE), ("post", Scope.POSTS_WRITE)]
)
async def test_who_may_not_make_it_cannot_accept_it(
    app: FastAPI, desk: Desk, inbox: Inbox, database: Database, becomes: str, scope: Scope
) -> None:
    found = await one(desk, inbox)
    token = await make_token(database, inbox.workspace_id, frozenset(Scope) - {scope})
    body = {"calendar_id": desk.calendar} if becomes == "post" else {}

    async with client_for(app, token) as client:
        answer = await client.post(f"/v1/candidates/{found['id']}/accept", json=body)

    assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")
    assert await listed(desk) == [found]


async def test_graph_decides_too(desk: Desk, inbox: Inbox) -> None:
    await bring(inbox, entry(1))
    answer = await ask(
        desk.client,
        "{ candidates(states: [OPEN], sort: CREATED_DOWN) { nodes {"
        " id score reasons { signal points } mention { title } community { id } } } }",
        {},
    )
    [found] = answer.json()["data"]["candidates"]["nodes"]

    accepted = await ask(
        desk.client,
        "mutation($id: ID!) { acceptCandidate(input: {id: $id}) {"
        " ... on AcceptCandidateSuccess {"
        " candidate { state became idea { question } post { id } } }"
        " ... on Error { code } } }",
        {"id": found["id"]},
    )

    assert found["reasons"] == [{"signal": "FRESH", "points": 25}]
    assert (found["mention"]["title"], found["community"]["id"]) == ("Nouvelle 1", desk.community)
    assert accepted.json()["data"]["acceptCandidate"]["candidate"] == {
        "state": "ACCEPTED",
        "became": "IDEA",
        "idea": {"question": "Nouvelle 1"},
        "post": None,
    }
