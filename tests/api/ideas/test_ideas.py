"""The ideas board as a client sees it."""

from itertools import product
from typing import Any

import pytest

from domain.ideas.rules import TRANSITIONS, IdeaState
from domain.kernel.ids import new_id, show
from tests.api.graph.asking import post as ask
from tests.desk import Desk

WAYS = {
    "idea": (),
    "open": ("open",),
    "animated": ("open", "animated"),
    "summarised": ("open", "animated", "summarised"),
    "closed": ("closed",),
}
"""How each state is reached."""


async def idea(desk: Desk, **changes: Any) -> dict[str, Any]:
    body = {"community_id": desk.community, "question": "Vendanger la nuit ?", **changes}
    return await desk.post("/v1/ideas", 201, **body)


async def idea_in(desk: Desk, state: str, **changes: Any) -> dict[str, Any]:
    found = await idea(desk, **changes)
    for each in WAYS[state]:
        found = await move(desk, found["id"], 200, each, summary="Oui.")
    return found


async def move(desk: Desk, id_: str, status: int, state: str, **more: Any) -> dict[str, Any]:
    return await desk.post(f"/v1/ideas/{id_}/move", status, state=state, **more)


async def change(desk: Desk, id_: str, status: int, **body: Any) -> dict[str, Any]:
    answer = await desk.client.patch(f"/v1/ideas/{id_}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def read(desk: Desk, path: str) -> Any:
    answer = await desk.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def kinds(desk: Desk) -> list[str]:
    return [each["kind"] for each in (await read(desk, "/v1/events?limit=100"))["data"]]


async def member(desk: Desk) -> str:
    body = {"name": "Aline", "email": f"{new_id().hex}@example.ch", "role": "editor"}
    id_: str = (await desk.post("/v1/members", 201, **body))["id"]
    return id_


async def pillar(desk: Desk, calendar: str) -> str:
    id_: str = (await desk.post("/v1/pillars", 201, calendar_id=calendar, name="Vin"))["id"]
    return id_


async def elsewhere(desk: Desk) -> tuple[str, str]:
    """Another community and its calendar."""
    other = await desk.post("/v1/communities", 201, name="Jura", slug="jura", time_zone="UTC")
    calendar = await desk.post("/v1/calendars", 201, community_id=other["id"], name="Jura")
    return other["id"], calendar["id"]


async def test_idea_holds_what_whoever_writes_about_it_must_know(desk: Desk) -> None:
    given = {
        "question": "Vendanger la nuit ?",
        "brief": "Trois vignerons, trois réponses.",
        "stance": "Curieux.",
        "claims": ["Il fait 8° de moins."],
        "expert_ids": [await member(desk)],
        "labels": ["vin"],
        "pillar_id": await pillar(desk, desk.calendar),
    }

    made = await idea(desk, **given)

    assert {name: made[name] for name in given} == given
    assert (made["state"], made["next_states"]) == ("idea", ["open", "closed"])
    assert (made["summary"], made["campaign_id"], made["version"]) == (None, None, 1)
    assert await read(desk, f"/v1/ideas/{made['id']}") == made


@pytest.mark.parametrize(("old", "new"), list(product(IdeaState, IdeaState)))
async def test_moves_of_the_drawing_are_made_and_others_refused_by_name(
    desk: Desk, old: IdeaState, new: IdeaState
) -> None:
    before = await idea_in(desk, old)
    events = await kinds(desk)
    answer = await desk.client.post(
        f"/v1/ideas/{before['id']}/move", json={"state": new, "summary": before["summary"] or "Oui"}
    )
    after = await read(desk, f"/v1/ideas/{before['id']}")

    if new in TRANSITIONS[old]:
        assert (answer.status_code, after["state"]) == (200, new)
        assert after["next_states"] == list(TRANSITIONS[new])
        assert await kinds(desk) == [*events, f"idea.{new}"]
    elif new is old:
        assert (answer.status_code, after["state"]) == (200, old)
    else:
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "idea.move_refused")
        assert problem["detail"] == f"From {old} it goes to {' or '.join(TRANSITIONS[old])}."
        assert after == before
        assert await kinds(desk) == events


async def test_move_asked_twice_is_made_once(desk: Desk) -> None:
    made = await idea(desk)

    one = await move(desk, made["id"], 200, "open")
    again = await move(desk, made["id"], 200, "open")

    assert again == one
    assert (await kinds(desk)).count("idea.open") == 1


async def test_move_from_a_stale_version_is_refused(desk: Desk) -> None:
    made = await idea(desk)
    await move(desk, made["id"], 200, "open")

    answer = await desk.client.post(
        f"/v1/ideas/{made['id']}/move", json={"state": "animated"}, headers={"If-Match": '"1"'}
    )

    assert (answer.status_code, answer.json()["code"]) == (412, "version.stale")


async def test_idea_is_summarised_with_a_summary_and_keeps_one(desk: Desk) -> None:
    made = await idea_in(desk, "animated", question="Et le gel ?")
    await change(desk, made["id"], 200, summary=None)

    refused = await move(desk, made["id"], 422, "summarised")
    moved = await move(desk, made["id"], 200, "summarised", summary="Oui, dès 30°.")
    emptied = await change(desk, made["id"], 422, summary=None)

    for problem in (refused, emptied):
        [error] = problem["errors"]
        assert (error["pointer"], error["code"]) == ("/summary", "idea.summary_missing")
    assert moved["summary"] == "Oui, dès 30°."
    assert (await read(desk, f"/v1/ideas/{made['id']}"))["summary"] == "Oui, dès 30°."


async def test_summary_written_before_is_enough(desk: Desk) -> None:
    made = await idea(desk)
    for state in ("open", "animated"):
        await move(desk, made["id"], 200, state)
    await change(desk, made["id"], 200, summary="Oui.")

    assert (await move(desk, made["id"], 200, "summarised"))["summary"] == "Oui."


async def test_board_is_read_by_state_page_by_page(desk: Desk) -> None:
    made = [(await idea_in(desk, "open"))["id"] for _ in range(3)]
    closed = (await idea_in(desk, "closed"))["id"]

    first = await read(desk, "/v1/ideas?state=open&limit=2")
    rest = await read(desk, f"/v1/ideas?state=open&cursor={first['page']['next_cursor']}")
    both = await read(desk, "/v1/ideas?state=open&state=closed")

    assert [each["id"] for each in first["data"] + rest["data"]] == made[::-1]
    assert [each["id"] for each in both["data"]] == [closed, *made[::-1]]


async def test_board_is_read_in_every_order_on_both_faces(desk: Desk) -> None:
    one, two, three = [(await idea_in(desk, "open"))["id"] for _ in range(3)]
    await change(desk, two, 200, brief="Trois vignerons, trois réponses.")
    ask = """query ($by: IdeaSort!, $after: String) {
        ideas(first: 2, after: $after, sort: $by) { nodes { id } pageInfo { endCursor } } }"""

    for sort, by, found in (
        ("created_at", "CREATED", [one, two, three]),
        ("-created_at", "CREATED_DOWN", [three, two, one]),
        ("updated_at", "UPDATED", [one, three, two]),
        ("-updated_at", "UPDATED_DOWN", [two, three, one]),
    ):
        first = await read(desk, f"/v1/ideas?limit=2&sort={sort}")
        rest = await read(desk, f"/v1/ideas?sort={sort}&cursor={first['page']['next_cursor']}")
        assert (sort, [each["id"] for each in first["data"] + rest["data"]]) == (sort, found)
        shown: list[str] = []
        after = None
        for _ in range(2):
            sent = {"query": ask, "variables": {"by": by, "after": after}}
            page = (await desk.client.post("/graphql", json=sent)).json()["data"]["ideas"]
            shown += [each["id"] for each in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
        assert (by, shown) == (by, found)


async def test_cursor_of_another_order_is_refused(desk: Desk) -> None:
    for _ in range(2):
        await idea_in(desk, "open")
    first = await read(desk, "/v1/ideas?limit=1&sort=updated_at")
    cursor = first["page"]["next_cursor"]
    answer = await desk.client.get(f"/v1/ideas?sort=-created_at&cursor={cursor}")

    assert (answer.status_code, answer.json()["code"]) == (422, "cursor.invalid")


async def test_filters_hold_each_and_together(desk: Desk) -> None:
    campaign = (
        await desk.post("/v1/campaigns", 201, community_id=desk.community, name="Vendanges")
    )["id"]
    theme = await pillar(desk, desk.calendar)
    here = (await idea(desk, labels=["vin"], campaign_id=campaign))["id"]
    themed = (await idea(desk, labels=["vin", "gel"], pillar_id=theme))["id"]
    other, _ = await elsewhere(desk)
    there = (await idea(desk, community_id=other))["id"]

    for query, found in (
        ("", [there, themed, here]),
        (f"?community_id={desk.community}", [themed, here]),
        (f"?campaign_id={campaign}", [here]),
        (f"?pillar_id={theme}", [themed]),
        ("?label=vin&label=gel", [themed, here]),
        (f"?label=vin&campaign_id={campaign}", [here]),
    ):
        page = await read(desk, f"/v1/ideas{query}")
        assert (query, [each["id"] for each in page["data"]]) == (query, found)


async def test_change_touches_only_what_is_sent_and_tells_both_values(desk: Desk) -> None:
    made, expert = await idea(desk), await member(desk)

    changed = await change(desk, made["id"], 200, expert_ids=[expert], stance="Pour.")

    assert changed == {
        **made,
        "expert_ids": [expert],
        "stance": "Pour.",
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    event = (await read(desk, "/v1/events?limit=100"))["data"][-1]
    assert event["kind"] == "idea.changed"
    assert event["data"]["current"] == {"expert_ids": [expert], "stance": "Pour."}


async def test_idea_stays_with_its_community(desk: Desk) -> None:
    other, calendar = await elsewhere(desk)
    campaign = (await desk.post("/v1/campaigns", 201, community_id=other, name="Jura"))["id"]
    theme = await pillar(desk, calendar)
    made = await idea(desk)

    for body, code in (
        ({"campaign_id": campaign}, "campaign.other_community"),
        ({"pillar_id": theme}, "pillar.other_community"),
    ):
        refused = await change(desk, made["id"], 422, **body)
        unmade = await desk.post(
            "/v1/ideas", 422, community_id=desk.community, question="?", **body
        )
        assert refused["errors"][0]["code"] == unmade["errors"][0]["code"] == code
    unknown = await change(desk, made["id"], 404, expert_ids=[show("mem", new_id())])
    assert unknown["code"] == "not_found"
    assert (await read(desk, "/v1/ideas"))["data"] == [made]


async def test_idea_becomes_draft_posts_that_stay_linked_to_it(desk: Desk) -> None:
    campaign = (
        await desk.post("/v1/campaigns", 201, community_id=desk.community, name="Vendanges")
    )["id"]
    theme = await pillar(desk, desk.calendar)
    made = await idea_in(desk, "open", campaign_id=campaign, pillar_id=theme, labels=["vin"])

    path = f"/v1/ideas/{made['id']}/posts"
    one = await desk.post(path, 201, calendar_id=desk.calendar, text="On vendange.")
    two = await desk.post(
        path,
        201,
        calendar_id=desk.calendar,
        title="De nuit",
        adaptations=[{"locale": "de", "parts": ["Nachts."]}],
        variants=[{"account_id": desk.account}],
        wall_time="2027-01-15T09:00:00",
    )

    assert (one["title"], one["text"], one["state"]) == (
        "Vendanger la nuit ?",
        "On vendange.",
        "draft",
    )
    assert (one["campaign_id"], one["pillar_id"], one["labels"]) == (campaign, theme, ["vin"])
    assert (two["title"], two["publish_at"]) == ("De nuit", "2027-01-15T08:00:00Z")
    assert [each["parts"] for each in two["adaptations"]] == [["Nachts."]]
    listed = await read(desk, path)
    assert [each["id"] for each in listed["data"]] == [one["id"], two["id"]]
    assert (await kinds(desk))[-2:] == ["post.created", "idea.drafted"]


async def test_draft_sent_twice_with_its_own_id_is_made_once(desk: Desk) -> None:
    made, other = await idea(desk), await idea(desk)
    body = {"id": show("post", new_id()), "calendar_id": desk.calendar}

    one = await desk.post(f"/v1/ideas/{made['id']}/posts", 201, **body)
    await move(desk, made["id"], 200, "closed")
    await change(desk, made["id"], 200, question="Vendanger de nuit ?", labels=["vigne"])
    again = await desk.post(f"/v1/ideas/{made['id']}/posts", 201, **body)
    elsewhere = await desk.post(f"/v1/ideas/{other['id']}/posts", 409, **body)

    altered = await desk.post(f"/v1/ideas/{made['id']}/posts", 409, **body, text="Oui.")

    assert again == one
    assert (elsewhere["code"], altered["code"]) == ("id.taken", "id.taken")
    assert (await kinds(desk)).count("idea.drafted") == 1


@pytest.mark.parametrize("state", ["summarised", "closed"])
async def test_of_an_idea_that_is_done_no_post_is_made(desk: Desk, state: str) -> None:
    made = await idea_in(desk, state)

    refused = await desk.post(f"/v1/ideas/{made['id']}/posts", 409, calendar_id=desk.calendar)

    assert refused["code"] == "state.not_allowed"
    assert (await read(desk, "/v1/posts"))["data"] == []


async def test_post_of_an_idea_stands_in_a_calendar_of_its_community(desk: Desk) -> None:
    _, calendar = await elsewhere(desk)
    made = await idea(desk)

    refused = await desk.post(f"/v1/ideas/{made['id']}/posts", 422, calendar_id=calendar)

    assert refused["errors"][0]["code"] == "calendar.other_community"
    assert (await read(desk, "/v1/posts"))["data"] == []


async def test_pillar_of_another_calendar_is_left_out_of_the_post(desk: Desk) -> None:
    side = await desk.post("/v1/calendars", 201, community_id=desk.community, name="Side")
    made = await idea(desk, pillar_id=await pillar(desk, side["id"]))

    draft = await desk.post(f"/v1/ideas/{made['id']}/posts", 201, calendar_id=desk.calendar)

    assert draft["pillar_id"] is None


async def test_post_that_is_there_is_linked_and_unlinked_once(desk: Desk) -> None:
    made, other, draft = await idea(desk), await idea(desk), await desk.draft()
    path = f"/v1/ideas/{made['id']}"

    linked = [await desk.post(f"{path}/link", 200, post_id=draft["id"]) for _ in range(2)]
    taken = await desk.post(f"/v1/ideas/{other['id']}/link", 409, post_id=draft["id"])
    await desk.post(f"/v1/ideas/{other['id']}/unlink", 200, post_id=draft["id"])

    assert linked == [made, made]
    assert taken["code"] == "already_exists"
    assert [each["id"] for each in (await read(desk, f"{path}/posts"))["data"]] == [draft["id"]]
    for _ in range(2):
        await desk.post(f"{path}/unlink", 200, post_id=draft["id"])
    assert (await read(desk, f"{path}/posts"))["data"] == []
    assert (await kinds(desk))[-2:] == ["idea.post_linked", "idea.post_unlinked"]
    assert (await read(desk, f"/v1/posts/{draft['id']}"))["id"] == draft["id"]


async def test_post_of_another_community_is_not_linked(desk: Desk) -> None:
    _, calendar = await elsewhere(desk)
    made = await idea(desk)
    foreign = await desk.post("/v1/posts", 201, calendar_id=calendar, title="Jura")

    refused = await desk.post(f"/v1/ideas/{made['id']}/link", 422, post_id=foreign["id"])

    assert refused["errors"][0]["code"] == "post.other_community"
    assert (await read(desk, f"/v1/ideas/{made['id']}/posts"))["data"] == []


async def test_idea_with_posts_is_closed_and_not_removed(desk: Desk) -> None:
    made, bare = await idea(desk), await idea(desk)
    draft = await desk.post(f"/v1/ideas/{made['id']}/posts", 201, calendar_id=desk.calendar)

    refused = await desk.client.delete(f"/v1/ideas/{made['id']}")
    gone = await desk.client.delete(f"/v1/ideas/{bare['id']}")
    await desk.client.delete(f"/v1/posts/{draft['id']}")
    free = await desk.client.delete(f"/v1/ideas/{made['id']}")

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert (gone.status_code, free.status_code) == (204, 204)
    assert (await read(desk, "/v1/ideas"))["data"] == []


async def test_graph_tells_who_knows_and_what_came_of_it(desk: Desk) -> None:
    expert = await member(desk)
    made = await idea(desk, expert_ids=[expert])
    moved = await ask(
        desk.client,
        "mutation($id: ID!) { moveIdea(input: {id: $id, state: CLOSED}) {"
        " ... on MoveIdeaSuccess { idea { state nextStates } } ... on Error { code message } } }",
        {"id": made["id"]},
    )
    refused = await ask(
        desk.client,
        "mutation($id: ID!) { moveIdea(input: {id: $id, state: ANIMATED}) {"
        " ... on Error { code message } } }",
        {"id": made["id"]},
    )
    await move(desk, made["id"], 200, "open")
    draft = await desk.post(f"/v1/ideas/{made['id']}/posts", 201, calendar_id=desk.calendar)

    answer = await ask(
        desk.client,
        "query($id: ID!) { idea(id: $id) { experts { id } community { id }"
        " posts { nodes { id idea { id } } } } }",
        {"id": made["id"]},
    )

    assert moved.json()["data"]["moveIdea"] == {"idea": {"state": "CLOSED", "nextStates": ["OPEN"]}}
    assert refused.json()["data"]["moveIdea"] == {
        "code": "idea.move_refused",
        "message": "From closed it goes to open.",
    }
    assert answer.json()["data"]["idea"] == {
        "experts": [{"id": expert}],
        "community": {"id": desk.community},
        "posts": {"nodes": [{"id": draft["id"], "idea": {"id": made["id"]}}]},
    }
