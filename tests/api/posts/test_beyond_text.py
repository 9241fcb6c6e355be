"""What posts carry beyond text: polls, first comments, and what one network alone is told."""

from typing import Any

import pytest

from domain.kernel.database import Database
from domain.kernel.ids import read, show
from tests.api.graph.asking import ask
from tests.desk import Desk
from tests.world import make_account

POLL = {"options": ["Pain", "Vin"], "duration_s": 3600, "is_multiple": True, "hides_totals": False}
BESIDE = """poll { options durationS isMultiple hidesTotals } firstComment settings"""
ASK = f"""query ($id: ID!) {{ post(id: $id) {{ {BESIDE} variants {{ nodes {{ {BESIDE} }} }}
    adaptations {{ nodes {{ poll {{ options }} firstComment }} }}
    versions(first: 1) {{ nodes {{ {BESIDE} variants {{ settings }} }} }} }} }}"""
CREATE = """mutation ($input: CreatePostInput!) { createPost(input: $input) {
    ... on CreatePostSuccess { post { poll { options durationS } settings } }
    ... on Error { code } ... on ValidationError { faults { pointer code } } } }"""
VALIDATE = """query ($input: ValidatePostInput!) { validatePost(input: $input) { targets {
    poll { options } firstComment firstCommentLength { length maximum } settings
    misfits { pointer code } } } }"""


@pytest.fixture
async def bluesky(desk: Desk, database: Database) -> str:
    community_id = read("com", desk.community)
    id_ = await make_account(database, desk.tenant.workspace_id, community_id, network="bluesky")
    return show("acct", id_)


async def judge(desk: Desk, **body: Any) -> list[dict[str, Any]]:
    answer = await desk.client.post("/v1/posts/validate", json=body)
    assert answer.status_code == 200, answer.text
    targets: list[dict[str, Any]] = answer.json()["targets"]
    return targets


async def test_what_stands_beside_the_text_is_kept_and_shown_on_both_faces(
    desk: Desk, bluesky: str
) -> None:
    own = {"account_id": bluesky, "settings": {"replies_from": []}, "poll": {"options": []}}
    made = await desk.draft(
        poll=POLL,
        first_comment="La suite",
        settings={"sandbox": {"answers_from": "nobody"}},
        adaptations=[{"locale": "de", "poll": POLL | {"options": ["Brot", "Wein"]}}],
        variants=[{"account_id": desk.account}, own],
    )

    shown = (await desk.client.get(f"/v1/posts/{made['id']}")).json()
    graph = (await ask(desk.tenant, ASK, id=made["id"]))["post"]

    assert (shown["poll"], shown["first_comment"]) == (POLL, "La suite")
    assert shown["settings"] == {"sandbox": {"answers_from": "nobody"}}
    assert [each["settings"] for each in shown["variants"]] == [None, {"replies_from": []}]
    assert shown["variants"][1]["poll"]["options"] == []
    in_graph = {"options": ["Pain", "Vin"], "durationS": 3600}
    assert graph["poll"] == in_graph | {"isMultiple": True, "hidesTotals": False}
    assert graph["settings"] == shown["settings"]
    (german,) = graph["adaptations"]["nodes"]
    assert german == {"poll": {"options": ["Brot", "Wein"]}, "firstComment": None}
    assert [each["settings"] for each in graph["variants"]["nodes"]] == [None, {"replies_from": []}]
    (version,) = graph["versions"]["nodes"]
    assert (version["poll"], version["firstComment"]) == (graph["poll"], "La suite")
    assert [each["settings"] for each in version["variants"]] == [None, {"replies_from": []}]


async def test_changes_are_versions_that_compare_and_come_back(desk: Desk) -> None:
    made = await desk.draft(poll=POLL, first_comment="Un")
    url = f"/v1/posts/{made['id']}"
    changed = await desk.client.patch(
        url,
        json={
            "poll": None,
            "first_comment": "Deux",
            "settings": {"sandbox": {"answers_from": "nobody"}},
        },
        headers={"If-Match": '"1"'},
    )
    versions = (await desk.client.get(f"{url}/versions")).json()["data"]

    compared = (await desk.client.get(f"/v1/post-versions/{versions[1]['id']}/comparison")).json()[
        "differences"
    ]
    restored = await desk.client.post(
        f"/v1/post-versions/{versions[1]['id']}/restore", headers={"If-Match": '"2"'}
    )

    assert (changed.json()["poll"], changed.json()["first_comment"]) == (None, "Deux")
    assert [each["pointer"] for each in compared] == ["/first_comment", "/poll", "/settings"]
    assert [each["kind"] for each in compared[0]["pieces"]] == ["removed", "added"]
    assert restored.status_code == 200, restored.text
    assert (restored.json()["poll"], restored.json()["first_comment"]) == (POLL, "Un")
    assert restored.json()["settings"] == {}


async def test_what_no_network_has_is_refused_when_it_is_written_and_nothing_is_kept(
    desk: Desk, bluesky: str
) -> None:
    wrong = {
        "settings": {"bluesky": {"replies_from": ["friends"]}, "myspace": {}, "feed": {"a": 1}},
        "variants": [{"account_id": desk.account}],
    }
    of_variant = {
        "variants": [
            {"account_id": desk.account, "settings": {"answers_from": "nobody"}},
            {"account_id": bluesky, "settings": {"answers_from": "nobody", "can_be_quoted": "no"}},
        ]
    }
    body = {"calendar_id": desk.calendar, "title": "Vigne", "text": "On taille."}

    master = await desk.client.post("/v1/posts", json=body | wrong)
    variant = await desk.client.post("/v1/posts", json=body | of_variant)
    graph = await ask(
        desk.tenant,
        CREATE,
        input={
            "calendarId": desk.calendar,
            "title": "Vigne",
            "settings": {"bluesky": {"can_be_quoted": "no"}},
        },
    )

    assert (master.status_code, variant.status_code) == (422, 422)
    assert [(each["pointer"], each["code"]) for each in master.json()["errors"]] == [
        ("/settings/bluesky/replies_from/0", "settings.invalid"),
        ("/settings/myspace", "settings.invalid"),
        ("/settings/feed", "settings.invalid"),
    ]
    assert sorted(each["pointer"] for each in variant.json()["errors"]) == [
        "/variants/1/settings/answers_from",
        "/variants/1/settings/can_be_quoted",
    ]
    assert graph["createPost"]["faults"] == [
        {"pointer": "/settings/bluesky/can_be_quoted", "code": "settings.invalid"}
    ]
    assert (await desk.client.get("/v1/posts")).json()["data"] == []


@pytest.mark.parametrize(
    "poll", [{"options": ["Seul"]}, {"options": ["Oui", "oui"]}, {"options": ["a", ""]}]
)
async def test_poll_that_is_no_choice_is_refused(desk: Desk, poll: dict[str, Any]) -> None:
    body = {"calendar_id": desk.calendar, "title": "Vigne", "poll": poll}

    answer = await desk.client.post("/v1/posts", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/poll")


async def test_verdict_tells_what_each_network_would_take_and_what_it_would_say(
    desk: Desk, bluesky: str
) -> None:
    body = {
        "text": "Que faire ?",
        "poll": POLL | {"options": ["a" * 51, "b"]},
        "first_comment": "c" * 501,
        "settings": {"bluesky": {"can_be_quoted": False}},
        "variants": [{"account_id": desk.account}, {"account_id": bluesky}],
    }

    sandbox, other = await judge(desk, **body)
    given = {
        "text": "Que faire ?",
        "firstComment": "ab",
        "settings": body["settings"],
        "variants": [{"accountId": bluesky}],
    }
    (graph,) = (await ask(desk.tenant, VALIDATE, input=given))["validatePost"]["targets"]

    assert [(each["pointer"], each["code"]) for each in sandbox["misfits"]] == [
        ("/first_comment", "text.too_long"),
        ("/poll/options/0", "poll.option_too_long"),
    ]
    assert sandbox["settings"] == {}
    assert sandbox["first_comment_length"] == {"length": 501, "maximum": 500}
    assert [(each["pointer"], each["code"]) for each in other["misfits"]] == [
        ("/first_comment", "text.too_long"),
        ("/poll", "poll.unsupported"),
    ]
    assert other["settings"] == {"can_be_quoted": False}
    assert graph == {
        "poll": None,
        "firstComment": "ab",
        "firstCommentLength": {"length": 2, "maximum": 300},
        "settings": {"can_be_quoted": False},
        "misfits": [],
    }


async def test_network_without_polls_is_told_none_where_the_variant_has_none(
    desk: Desk, bluesky: str
) -> None:
    quiet = {"account_id": bluesky, "poll": {"options": []}, "first_comment": ""}

    (verdict,) = await judge(
        desk, text="Que faire ?", poll=POLL, first_comment="Suite", variants=[quiet]
    )

    assert (verdict["fits"], verdict["poll"], verdict["first_comment"]) == (True, None, None)


async def test_post_that_its_networks_do_not_take_is_not_scheduled(
    desk: Desk, bluesky: str
) -> None:
    made = await desk.draft(poll=POLL, variants=[{"account_id": bluesky}])

    answer = await desk.client.post(f"/v1/posts/{made['id']}/schedule", json={"now": True})

    assert (answer.status_code, answer.json()["code"]) == (422, "post.unfit")
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/variants/0/poll", "poll.unsupported")
    assert (await desk.client.get(f"/v1/posts/{made['id']}")).json()["state"] == "draft"


async def test_resolved_post_says_whose_poll_and_comment_it_is(desk: Desk) -> None:
    made = await desk.draft(
        poll=POLL,
        first_comment="Suite",
        settings={"sandbox": {"answers_from": "nobody"}},
        variants=[{"account_id": desk.account, "first_comment": "Pour vous"}],
    )

    answer = await desk.client.get(f"/v1/posts/{made['id']}/resolved")

    (target,) = answer.json()["targets"]
    assert (target["poll"], target["first_comment"]) == (POLL, "Pour vous")
    assert target["settings"] == {"answers_from": "nobody"}
    assert target["origins"]["poll"]["layer"] == "master"
    assert target["origins"]["first_comment"]["layer"] == "target"
