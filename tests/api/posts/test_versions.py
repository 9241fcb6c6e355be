"""What a post said before, as a client sees it on both faces."""

import asyncio
from typing import Any

from domain.kernel.database import Database
from domain.kernel.ids import read, show
from tests.api.graph.asking import ask
from tests.api.media.test_rights import send
from tests.desk import Desk
from tests.world import make_account

ASK = """query ($id: ID!, $after: String) { post(id: $id) {
    versions(first: 1, after: $after) {
        nodes { id number text variants { accountId parts } }
        pageInfo { hasNextPage endCursor } } } }"""
CHANGE = """mutation ($input: ChangePostInput!) { changePost(input: $input) {
    ... on VersionStaleError { code
        conflict { base { number text } current { number text } } } } }"""
RESTORE = """mutation ($input: RestorePostInput!) { restorePost(input: $input) {
    ... on RestorePostSuccess { post { text version } } ... on Error { code }
    ... on ConflictError { faults { pointer message } } } }"""


async def change(desk: Desk, post: str, version: int, **values: Any) -> Any:
    return await desk.client.patch(
        f"/v1/posts/{post}", json=values, headers={"If-Match": f'"{version}"'}
    )


async def versions_of(desk: Desk, post: str) -> list[dict[str, Any]]:
    answer = await desk.client.get(f"/v1/posts/{post}/versions")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_every_change_of_the_words_leaves_a_version_and_no_other_change_does(
    desk: Desk,
) -> None:
    draft = await desk.draft(text="Un")
    await change(desk, draft["id"], 1, wall_time="2027-01-15T09:00:00")
    await change(desk, draft["id"], 2, text="Deux")
    own = {"account_id": desk.account, "parts": ["Trois", "Quatre"]}
    await change(desk, draft["id"], 3, variants=[own])

    found = await versions_of(desk, draft["id"])

    assert [(each["number"], each["text"]) for each in found] == [
        (4, "Deux"),
        (3, "Deux"),
        (1, "Un"),
    ]
    assert found[0]["variants"][0]["parts"] == ["Trois", "Quatre"]
    assert found[2]["variants"][0]["parts"] is None


async def test_same_words_leave_no_version(desk: Desk) -> None:
    draft = await desk.draft(text="Un")

    await change(desk, draft["id"], 1, text="Un")

    assert len(await versions_of(desk, draft["id"])) == 1


async def test_graph_shows_the_versions_page_by_page(desk: Desk) -> None:
    draft = await desk.draft(text="Un")
    await change(desk, draft["id"], 1, text="Deux")

    first = await ask(desk.tenant, ASK, id=draft["id"])
    page = first["post"]["versions"]
    after = page["pageInfo"]["endCursor"]
    last = (await ask(desk.tenant, ASK, id=draft["id"], after=after))["post"]["versions"]

    assert [page["nodes"][0]["text"], last["nodes"][0]["text"]] == ["Deux", "Un"]
    assert (page["pageInfo"]["hasNextPage"], last["pageInfo"]["hasNextPage"]) == (True, False)


async def test_late_change_is_told_both_sides_and_changes_nothing(desk: Desk) -> None:
    draft = await desk.draft(text="Un")
    await change(desk, draft["id"], 1, wall_time="2027-01-15T09:00:00")
    await change(desk, draft["id"], 2, text="Deux")

    late = await change(desk, draft["id"], 2, text="Trois")
    sent = {"id": draft["id"], "expectedVersion": 2, "text": "Trois"}
    graph = (await ask(desk.tenant, CHANGE, input=sent))["changePost"]

    conflict = late.json()["conflict"]
    assert (late.status_code, late.json()["code"]) == (412, "version.stale")
    assert (conflict["base"]["number"], conflict["base"]["text"]) == (1, "Un")
    assert (conflict["current"]["number"], conflict["current"]["text"]) == (3, "Deux")
    assert graph == {
        "code": "version.stale",
        "conflict": {
            "base": {"number": 1, "text": "Un"},
            "current": {"number": 3, "text": "Deux"},
        },
    }
    assert (await desk.client.get(f"/v1/posts/{draft['id']}")).json()["text"] == "Deux"


async def test_plan_that_changed_meanwhile_is_told_with_the_version_to_send_next(
    desk: Desk,
) -> None:
    draft = await desk.draft(wall_time="2027-01-10T09:00:00")
    await change(desk, draft["id"], 1, wall_time="2027-01-15T09:00:00")

    late = await change(desk, draft["id"], 1, wall_time="2027-01-20T09:00:00")
    sent = {"id": draft["id"], "expectedVersion": 1, "wallTime": "2027-01-20T09:00:00"}
    query = """mutation ($input: ChangePostInput!) { changePost(input: $input) {
        ... on VersionStaleError { conflict { version state wallTime timeZone publishAt } } } }"""
    graph = (await ask(desk.tenant, query, input=sent))["changePost"]["conflict"]
    told = late.json()["conflict"]
    again = await change(desk, draft["id"], told["version"], wall_time="2027-01-20T09:00:00")

    names = ("version", "state", "wall_time", "time_zone", "publish_at")
    assert {name: told[name] for name in names} == {
        "version": 2,
        "state": "draft",
        "wall_time": "2027-01-15T09:00:00",
        "time_zone": "Europe/Zurich",
        "publish_at": "2027-01-15T08:00:00Z",
    }
    assert graph == {
        "version": 2,
        "state": "DRAFT",
        "wallTime": "2027-01-15T09:00:00",
        "timeZone": "Europe/Zurich",
        "publishAt": "2027-01-15T08:00:00Z",
    }
    assert again.status_code == 200


async def test_problems_of_anything_else_have_no_conflict(desk: Desk) -> None:
    answer = await desk.client.get("/v1/posts/post_" + "0" * 32)

    assert "conflict" not in answer.json()


async def test_restored_version_stands_on_top_with_its_variants(desk: Desk) -> None:
    own = {"account_id": desk.account, "parts": ["Un", "Deux"], "content_warning": "Vin"}
    draft = await desk.draft(text="Un", labels=["vigne"], variants=[own])
    await change(desk, draft["id"], 1, text="Autre", labels=[], variants=[])
    [_, first] = await versions_of(desk, draft["id"])

    restored = await desk.client.post(
        f"/v1/post-versions/{first['id']}/restore", headers={"If-Match": '"2"'}
    )

    assert restored.status_code == 200
    assert (restored.json()["text"], restored.json()["labels"]) == ("Un", ["vigne"])
    assert restored.json()["variants"][0]["parts"] == ["Un", "Deux"]
    assert restored.json()["variants"][0]["content_warning"] == "Vin"
    assert [each["number"] for each in await versions_of(desk, draft["id"])] == [3, 2, 1]


async def test_version_that_shows_what_is_gone_is_not_restored_and_says_which(
    desk: Desk, database: Database
) -> None:
    ids = desk.tenant.workspace_id, read("com", desk.community)
    other = show("acct", await make_account(database, *ids))
    [kept, gone] = [await send(desk, colour) for colour in ("teal", "red")]
    quoted = await desk.draft()
    variants = [
        {"account_id": desk.account, "media_ids": [gone]},
        {"account_id": other, "quote_of": quoted["id"]},
    ]
    draft = await desk.draft(text="Un", media_ids=[kept, gone], variants=variants)
    await change(desk, draft["id"], 1, text="Deux", media_ids=[], variants=[])
    [_, first] = await versions_of(desk, draft["id"])
    for path in (f"media/{gone}", f"accounts/{other}", f"posts/{quoted['id']}"):
        removed = await desk.client.delete(f"/v1/{path}", headers={"If-Match": "*"})
        assert removed.status_code == 204, removed.text

    refused = await desk.client.post(
        f"/v1/post-versions/{first['id']}/restore", headers={"If-Match": '"2"'}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "post_version.parts_gone")
    assert [(each["pointer"], each["message"]) for each in refused.json()["errors"]] == [
        ("/media_ids/1", "There is no such media any more."),
        ("/variants/0/media_ids/0", "There is no such media any more."),
        ("/variants/1/account_id", "There is no such account any more."),
        ("/variants/1/quote_of", "There is no such post any more."),
    ]
    by_graph = await ask(desk.tenant, RESTORE, input={"id": first["id"], "expectedVersion": 2})
    assert by_graph["restorePost"]["code"] == "post_version.parts_gone"
    assert [each["pointer"] for each in by_graph["restorePost"]["faults"]] == [
        "/mediaIds/1",
        "/variants/0/mediaIds/0",
        "/variants/1/accountId",
        "/variants/1/quoteOf",
    ]
    assert [each["number"] for each in await versions_of(desk, draft["id"])] == [2, 1]


async def test_restoring_by_the_graph_needs_the_version_that_is_there(desk: Desk) -> None:
    draft = await desk.draft(text="Un")
    await change(desk, draft["id"], 1, text="Deux")
    [_, first] = await versions_of(desk, draft["id"])

    late = await ask(desk.tenant, RESTORE, input={"id": first["id"], "expectedVersion": 1})
    done = await ask(desk.tenant, RESTORE, input={"id": first["id"], "expectedVersion": 2})

    assert late["restorePost"] == {"code": "version.stale"}
    assert done["restorePost"] == {"post": {"text": "Un", "version": 3}}


async def test_two_changes_of_one_version_at_once_leave_one_winner_and_one_version(
    desk: Desk,
) -> None:
    draft = await desk.draft(text="Un")

    answers = await asyncio.gather(
        *(change(desk, draft["id"], 1, text=text) for text in ("Deux", "Trois"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(await versions_of(desk, draft["id"])) == 2


async def test_versions_of_two_posts_cannot_be_compared(desk: Desk) -> None:
    one, other = await desk.draft(text="Un"), await desk.draft(text="Deux")
    [first] = await versions_of(desk, one["id"])
    [second] = await versions_of(desk, other["id"])

    answer = await desk.client.get(
        f"/v1/post-versions/{first['id']}/comparison", params={"other_id": second["id"]}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "state.not_allowed")


async def test_comparison_names_every_place_that_differs(desk: Desk) -> None:
    draft = await desk.draft(text="Un mot", labels=["vigne"])
    own = {"account_id": desk.account, "parts": ["À moi"]}
    await change(desk, draft["id"], 1, text="Un autre mot", labels=[], variants=[own])
    [_, first] = await versions_of(desk, draft["id"])

    answer = await desk.client.get(f"/v1/post-versions/{first['id']}/comparison")
    found = answer.json()

    told = {each["pointer"]: (each["before"], each["after"]) for each in found["differences"]}
    assert told == {
        "/labels": ('["vigne"]', "[]"),
        "/text": ("Un mot", "Un autre mot"),
        f"/variants/{desk.account}/parts/0": (None, "À moi"),
    }
    [text] = [each for each in found["differences"] if each["pointer"] == "/text"]
    assert [(each["kind"], each["text"]) for each in text["pieces"]] == [
        ("same", "Un "),
        ("added", "autre "),
        ("same", "mot"),
    ]


async def test_texts_beyond_the_most_that_is_compared_stand_whole(desk: Desk) -> None:
    first, second = ["un " * 3_000 + "un", "deux"], ["une " * 3_000 + "une", "trois deux"]
    own = {"account_id": desk.account, "parts": first}
    draft = await desk.draft(variants=[own])
    await change(desk, draft["id"], 1, variants=[{**own, "parts": second}])
    [_, version] = await versions_of(desk, draft["id"])

    answer = await desk.client.get(f"/v1/post-versions/{version['id']}/comparison")

    long, short = answer.json()["differences"]
    assert [each["kind"] for each in long["pieces"]] == ["removed", "added"]
    assert [each["text"] for each in long["pieces"]] == [first[0], second[0]]
    assert [each["text"] for each in short["pieces"]] == ["deux", "trois deux"]
