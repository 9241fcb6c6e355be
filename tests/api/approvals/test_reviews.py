"""Reviews as people see them: submitted, decided step by step, asked again after an edit."""

from itertools import product
from typing import Any

import pytest

from domain.approvals.rules import ReviewState
from domain.kernel.ids import new_id, show
from tests.api.approvals.conftest import Hire, Person
from tests.api.graph.asking import ask
from tests.api.graph.asking import post as post_query
from tests.desk import Desk

AT = {"wall_time": "2027-01-15T09:00:00"}
ENDS = ("approve", "refuse", "withdraw")


async def policy(desk: Desk, *people: Person, **changes: Any) -> dict[str, Any]:
    """One step after the other, each asks one person."""
    body = {
        "community_id": desk.community,
        "name": "Droit",
        "steps": [{"member_ids": [each.id]} for each in people],
        **changes,
    }
    return await desk.post("/v1/approval-policies", 201, **body)


async def submit(desk: Desk, post: dict[str, Any], status: int = 201) -> dict[str, Any]:
    return await desk.post(f"/v1/posts/{post['id']}/reviews", status, language="fr", note="Voilà.")


async def schedule(desk: Desk, post: dict[str, Any], status: int) -> dict[str, Any]:
    return await desk.post(f"/v1/posts/{post['id']}/schedule", status, **AT)


async def edit(desk: Desk, post: dict[str, Any], **changes: Any) -> None:
    answer = await desk.client.patch(
        f"/v1/posts/{post['id']}", json=changes, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text


async def read(desk: Desk, path: str) -> Any:
    answer = await desk.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def events(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await read(desk, "/v1/events?limit=100"))["data"]
    return found


async def test_without_a_policy_nothing_is_asked(desk: Desk) -> None:
    post = await desk.draft()

    scheduled = await schedule(desk, post, 200)
    refused = await submit(desk, post, 409)

    assert scheduled["state"] == "scheduled"
    assert refused["code"] == "state.not_allowed"
    assert (await read(desk, "/v1/reviews"))["data"] == []


async def test_post_is_scheduled_once_every_step_has_approved_it(desk: Desk, hire: Hire) -> None:
    aline, marc = await hire("Aline"), await hire("Marc")
    await policy(desk, aline, marc)
    post = await desk.draft()

    before = await schedule(desk, post, 409)
    made = await submit(desk, post)
    halfway = await aline.decide(made["id"], "approve", 200, words="Bien.")
    still = await schedule(desk, post, 409)
    done = await marc.decide(made["id"], "approve", 200)
    after = await schedule(desk, post, 200)

    for refused in (before, still):
        assert (refused["code"], refused["detail"]) == (
            "post.not_approved",
            "Approval is missing for: Droit.",
        )
        assert [each["code"] for each in refused["errors"]] == ["approval.missing"]
    assert (halfway["state"], halfway["step"], halfway["member_ids"]) == ("open", 1, [marc.id])
    assert (done["state"], after["state"]) == ("approved", "scheduled")
    assert [(each["step"], each["verdict"], each["words"]) for each in done["decisions"]] == [
        (0, "approved", "Bien."),
        (1, "approved", ""),
    ]
    assert [each["member_id"] for each in done["decisions"]] == [aline.id, marc.id]


async def test_the_same_accounts_sent_again_leave_an_approval_as_it_is(
    desk: Desk, hire: Hire
) -> None:
    aline = await hire("Aline")
    await policy(desk, aline)
    post = await desk.draft()
    made = await submit(desk, post)
    await aline.decide(made["id"], "approve", 200)

    await edit(desk, post, **AT, variants=[{"account_id": desk.account}])

    scheduled = await schedule(desk, post, 200)
    assert scheduled["approval"]["state"] == "approved"


async def test_who_decided_what_is_told_with_what_was_before(desk: Desk, hire: Hire) -> None:
    aline, marc = await hire("Aline"), await hire("Marc")
    await policy(desk, aline, marc)
    made = await submit(desk, await desk.draft())

    await aline.decide(made["id"], "approve", 200)
    await marc.decide(made["id"], "refuse", 200, words="Le chiffre est faux.")

    submitted, passed, refused = [e for e in await events(desk) if e["kind"].startswith("review.")]
    assert (submitted["kind"], submitted["data"]["asked"]) == ("review.submitted", [aline.id])
    assert (passed["kind"], passed["actor"]) == ("review.step_approved", f"member:{aline.id}")
    assert passed["data"]["asked"] == [marc.id]
    assert (refused["kind"], refused["actor"]) == ("review.refused", f"member:{marc.id}")
    told = {"step": 1, "member_ids": [marc.id]}
    assert refused["data"]["previous"] == {"state": "open", **told}
    assert refused["data"]["current"] == {"state": "refused", **told}
    assert "chiffre" not in str(refused)


async def test_second_approval_of_the_same_version_does_not_fall_on_the_next_step(
    desk: Desk, hire: Hire
) -> None:
    aline = await hire("Aline")
    await policy(desk, aline, aline)
    made = await submit(desk, await desk.draft())
    path, seen = f"/v1/reviews/{made['id']}/approve", {"If-Match": '"1"'}

    first = await aline.client.post(path, json={}, headers=seen)
    second = await aline.client.post(path, json={}, headers=seen)
    by_graph = await post_query(
        aline.client,
        "mutation($id: ID!) { approveReview(input: {id: $id, expectedVersion: 1}) "
        "{ ... on Error { code } } }",
        {"id": made["id"]},
    )

    assert (first.status_code, first.json()["step"]) == (200, 1)
    assert (second.status_code, second.json()["code"]) == (412, "version.stale")
    assert by_graph.json()["data"]["approveReview"] == {"code": "version.stale"}
    assert await read(desk, f"/v1/reviews/{made['id']}") == first.json()


@pytest.mark.parametrize(("first", "then"), list(product(ENDS, (*ENDS, "remind", "delegate"))))
async def test_review_that_has_ended_stays_so(
    desk: Desk, hire: Hire, first: str, then: str
) -> None:
    aline = await hire("Aline")
    await policy(desk, aline)
    made = await submit(desk, await desk.draft())
    words = {"words": "Non."}
    bodies = {"approve": words, "refuse": words, "delegate": {"member_id": aline.id}}
    ended = await aline.decide(made["id"], first, 200, **bodies.get(first, {}))
    before = await events(desk)

    refused = await aline.decide(made["id"], then, 409, **bodies.get(then, {}))

    assert refused["code"] == "state.not_allowed"
    assert await read(desk, f"/v1/reviews/{made['id']}") == ended
    assert await events(desk) == before


@pytest.mark.parametrize(
    "change",
    [
        {"text": "On taille encore."},
        {"labels": ["gel"]},
        {"title": "Autre"},
        {"adaptations": [{"locale": "de", "parts": ["Wir schneiden."]}]},
    ],
)
async def test_edit_after_approval_asks_again(
    desk: Desk, hire: Hire, change: dict[str, Any]
) -> None:
    aline = await hire("Aline")
    await policy(desk, aline)
    post = await desk.draft()
    first = await submit(desk, post)
    await aline.decide(first["id"], "approve", 200)
    await edit(desk, post, **change)

    refused = await schedule(desk, post, 409)
    again = await submit(desk, post)

    assert refused["code"] == "post.not_approved"
    assert again["post_version_id"] != first["post_version_id"]
    [lost] = [each for each in await events(desk) if each["kind"] == "post.approval_lost"]
    assert lost["data"]["post_version"] == first["post_version_id"]
    assert (await read(desk, f"/v1/reviews/{first['id']}"))["state"] == "approved"


async def test_edit_during_a_review_makes_it_undecidable_and_a_new_one_outdates_it(
    desk: Desk, hire: Hire
) -> None:
    aline = await hire("Aline")
    await policy(desk, aline)
    post = await desk.draft()
    first = await submit(desk, post)
    twice = await submit(desk, post, 409)
    await edit(desk, post, text="On taille encore.")

    late = await aline.decide(first["id"], "approve", 409)
    await submit(desk, post)

    assert (twice["code"], late["code"]) == ("already_exists", "state.not_allowed")
    assert (await read(desk, f"/v1/reviews/{first['id']}"))["state"] == "outdated"
    assert (await schedule(desk, post, 409))["code"] == "post.not_approved"


async def test_review_lapses_with_the_only_policy_that_asked_for_it(desk: Desk, hire: Hire) -> None:
    aline = await hire("Aline")
    of_all = await policy(desk, aline)
    of_vines = await policy(desk, aline, name="Vigne", labels=["vigne"])
    both, one = await desk.draft(labels=["vigne"]), await desk.draft()
    asked, alone = await submit(desk, both), await submit(desk, one)

    gone = await desk.client.delete(f"/v1/approval-policies/{of_all['id']}")

    states = [(await read(desk, f"/v1/reviews/{each['id']}"))["state"] for each in (asked, alone)]
    assert (gone.status_code, states) == (204, ["open", "lapsed"])
    [told] = [each for each in await events(desk) if each["kind"] == "review.lapsed"]
    assert (told["subject_id"], told["data"]["post"]) == (alone["id"], one["id"])
    assert [told["data"][side]["state"] for side in ("previous", "current")] == ["open", "lapsed"]
    assert (await read(desk, f"/v1/posts/{one['id']}"))["approval"]["state"] == "not_needed"
    refused = await aline.decide(alone["id"], "approve", 409)
    assert (refused["code"], refused["detail"]) == ("state.not_allowed", "The review is lapsed.")
    removes = "mutation($id: ID!) { removeApprovalPolicy(input: {id: $id}) { __typename } }"
    await ask(desk.tenant, removes, id=of_vines["id"])
    assert (await read(desk, f"/v1/reviews/{asked['id']}"))["state"] == "lapsed"


async def test_only_who_is_asked_decides(desk: Desk, hire: Hire) -> None:
    aline, marc, luc = await hire("Aline"), await hire("Marc"), await hire("Luc", "editor")
    await policy(desk, aline)
    made = await submit(desk, await desk.draft())

    other = await marc.decide(made["id"], "approve", 403)
    unable = await luc.decide(made["id"], "approve", 403)
    nobody = await desk.post(f"/v1/reviews/{made['id']}/approve", 403)

    codes = (other["code"], unable["code"], nobody["code"])
    assert codes == ("review.not_asked", "scope.missing", "member.missing")
    assert await read(desk, f"/v1/reviews/{made['id']}") == made


async def test_department_is_asked_as_it_stands(desk: Desk, hire: Hire) -> None:
    aline, marc, luc = await hire("Aline"), await hire("Marc"), await hire("Luc", "editor")
    law = await desk.post("/v1/departments", 201, name="Droit", member_ids=[aline.id, luc.id])
    await policy(desk, steps=[{"department_id": law["id"], "hours": 2}])
    made = await submit(desk, await desk.draft())
    before = await marc.decide(made["id"], "approve", 403)
    await desk.client.patch(
        f"/v1/departments/{law['id']}",
        json={"member_ids": [marc.id]},
        headers={"If-Match": "*"},
    )

    done = await marc.decide(made["id"], "approve", 200)

    assert before["code"] == "review.not_asked"
    assert (done["state"], done["department_id"]) == ("approved", law["id"])
    [submitted] = [each for each in await events(desk) if each["kind"] == "review.submitted"]
    assert submitted["data"]["asked"] == [aline.id]


async def test_step_that_asks_nobody_who_may_approve_is_refused(desk: Desk, hire: Hire) -> None:
    luc = await hire("Luc", "editor")
    desks = await desk.post("/v1/departments", 201, name="Web", member_ids=[luc.id])
    await policy(desk, steps=[{"department_id": desks["id"]}])

    refused = await submit(desk, await desk.draft(), 409)

    assert (refused["code"], refused["detail"]) == (
        "state.not_allowed",
        "Step 1 asks nobody who may approve.",
    )
    assert (await read(desk, "/v1/reviews"))["data"] == []


async def test_policies_apply_by_their_conditions(desk: Desk, hire: Hire) -> None:
    aline = await hire("Aline")
    other = await desk.post("/v1/calendars", 201, community_id=desk.community, name="Autre")
    campaign = await desk.post("/v1/campaigns", 201, community_id=desk.community, name="Gel")
    post = await desk.draft(labels=["vin"], campaign_id=campaign["id"])
    for applies, conditions in (
        (False, {"calendar_id": other["id"]}),
        (True, {"calendar_id": desk.calendar}),
        (False, {"networks": ["bluesky"]}),
        (True, {"networks": ["sandbox", "bluesky"]}),
        (False, {"labels": ["gel"]}),
        (True, {"labels": ["vin"]}),
        (True, {"is_for_first_use": True}),
    ):
        made = await policy(desk, aline, **conditions)
        answer = await desk.client.post(f"/v1/posts/{post['id']}/schedule", json=AT)
        assert (conditions, answer.status_code) == (conditions, 409 if applies else 200)
        await desk.client.delete(f"/v1/approval-policies/{made['id']}")


async def test_every_policy_that_applies_is_asked_oldest_first(desk: Desk, hire: Hire) -> None:
    aline, marc = await hire("Aline"), await hire("Marc")
    first, second = await policy(desk, marc), await policy(desk, aline, name="Rédaction")
    post = await desk.draft()
    refused = await schedule(desk, post, 409)

    made = await submit(desk, post)

    assert refused["detail"] == "Approval is missing for: Droit, Rédaction."
    assert [each["policy_id"] for each in made["steps"]] == [first["id"], second["id"]]
    assert [each["member_ids"] for each in made["steps"]] == [[marc.id], [aline.id]]


async def test_policy_that_comes_later_asks_for_its_own_steps_alone(desk: Desk, hire: Hire) -> None:
    aline, marc = await hire("Aline"), await hire("Marc")
    await policy(desk, aline)
    post = await desk.draft()
    await aline.decide((await submit(desk, post))["id"], "approve", 200)
    later = await policy(desk, marc, name="Rédaction")

    refused = await schedule(desk, post, 409)
    made = await submit(desk, post)
    await marc.decide(made["id"], "approve", 200)

    assert refused["detail"] == "Approval is missing for: Rédaction."
    assert [each["policy_id"] for each in made["steps"]] == [later["id"]]
    assert (await schedule(desk, post, 200))["state"] == "scheduled"


async def test_lists_are_read_page_by_page_and_by_what_is_mine(desk: Desk, hire: Hire) -> None:
    aline, marc = await hire("Aline"), await hire("Marc")
    await policy(desk, aline, marc)
    made = [(await submit(desk, await desk.draft()))["id"] for _ in range(3)]
    await aline.decide(made[0], "approve", 200)
    await aline.decide(made[1], "refuse", 200, words="Non.")

    async def ids(person: Person, query: str) -> list[str]:
        page = (await person.client.get(f"/v1/reviews?{query}")).json()
        return [each["id"] for each in page["data"]]

    first = (await aline.client.get("/v1/reviews?limit=2")).json()
    rest = await ids(aline, f"cursor={first['page']['next_cursor']}")
    assert [each["id"] for each in first["data"]] + rest == made[::-1]
    assert await ids(aline, "is_mine=true") == [made[2]]
    assert await ids(marc, "is_mine=true") == [made[0]]
    assert await ids(marc, "is_mine=false") == [made[2], made[1]]
    assert await ids(marc, "state=refused") == [made[1]]
    assert await ids(marc, f"community_id={desk.community}&state=open") == [made[2], made[0]]
    assert (await read(desk, "/v1/reviews?is_mine=true"))["data"] == []


async def test_member_who_may_not_approve_is_named_by_no_policy(desk: Desk, hire: Hire) -> None:
    luc = await hire("Luc", "editor")
    body = {"community_id": desk.community, "name": "Droit"}

    unable = await desk.post("/v1/approval-policies", 422, steps=[{"member_ids": [luc.id]}], **body)
    unknown = await desk.post(
        "/v1/approval-policies", 404, steps=[{"department_id": show("dept", new_id())}], **body
    )

    [fault] = unable["errors"]
    assert (fault["pointer"], fault["code"]) == (
        "/steps/0/member_ids/0",
        "member.may_not_approve",
    )
    assert unknown["code"] == "not_found"
    assert (await read(desk, "/v1/approval-policies"))["data"] == []


async def test_public_post_is_edited_by_who_may_approve_alone(desk: Desk, hire: Hire) -> None:
    aline, luc = await hire("Aline"), await hire("Luc", "editor")
    await policy(desk, aline)
    post = await desk.draft()

    unable = await luc.client.post(f"/v1/posts/{post['id']}/edit", json={"parts": ["Autre"]})
    able = await aline.client.post(f"/v1/posts/{post['id']}/edit", json={"parts": ["Autre"]})

    assert (unable.status_code, able.status_code) == (403, 409)


async def test_graph_submits_decides_and_shows_what_was_reviewed(desk: Desk, hire: Hire) -> None:
    aline = await hire("Aline")
    await policy(desk, aline)
    post = await desk.draft()

    made = await ask(
        desk.tenant,
        "mutation($id: ID!) { submitReview(input: {postId: $id, language: FRENCH}) {"
        " ... on SubmitReviewSuccess { review { id state post { id } postVersion { text } } }"
        " ... on Error { code } } }",
        id=post["id"],
    )
    again = await ask(
        desk.tenant,
        "mutation($id: ID!) { schedulePost(input: {id: $id, now: true}) {"
        " ... on Error { code } } }",
        id=post["id"],
    )
    shown = await ask(
        desk.tenant,
        "query($id: ID!) { post(id: $id) { reviews { nodes { state steps { memberIds } } } } }",
        id=post["id"],
    )

    review = made["submitReview"]["review"]
    assert review["state"] == ReviewState.OPEN.name
    assert (review["post"]["id"], review["postVersion"]["text"]) == (post["id"], "On taille.")
    assert again["schedulePost"]["code"] == "post.not_approved"
    steps = [{"memberIds": [aline.id]}]
    assert shown["post"]["reviews"]["nodes"] == [{"state": "OPEN", "steps": steps}]


async def test_policy_and_review_sent_twice_with_their_own_ids_are_made_once(
    desk: Desk, hire: Hire
) -> None:
    aline = await hire("Aline")
    one = {"id": show("pol", new_id())}
    made = await policy(desk, aline, **one)
    path, body = f"/v1/posts/{(await desk.draft())['id']}/reviews", {"id": show("rev", new_id())}
    review = await desk.post(path, 201, language="fr", **body)

    again = await policy(desk, aline, **one)
    twice = await desk.post(path, 201, language="fr", **body)
    other = await desk.post(path, 409, language="de", **body)
    otherwise = await desk.post(
        "/v1/approval-policies",
        409,
        community_id=desk.community,
        name="Autre",
        steps=[{"member_ids": [aline.id]}],
        **one,
    )

    assert (again, twice) == (made, review)
    assert (other["code"], otherwise["code"]) == ("id.taken", "id.taken")
    kinds = [each["kind"] for each in await events(desk)]
    assert (kinds.count("approval_policy.created"), kinds.count("review.submitted")) == (1, 1)


async def test_step_is_handed_over_to_somebody_else_who_may_approve(desk: Desk, hire: Hire) -> None:
    aline, marc, luc = await hire("Aline"), await hire("Marc"), await hire("Luc", "editor")
    await policy(desk, aline)
    made = await submit(desk, await desk.draft())

    unable = await aline.decide(made["id"], "delegate", 422, member_id=luc.id)
    nobody = await aline.decide(made["id"], "delegate", 404, member_id=show("mem", new_id()))
    uninvited = await marc.decide(made["id"], "delegate", 403, member_id=marc.id)
    before = await read(desk, f"/v1/reviews/{made['id']}")
    handed = await aline.decide(made["id"], "delegate", 200, member_id=marc.id)
    late = await aline.decide(made["id"], "approve", 403)
    done = await marc.decide(made["id"], "approve", 200)

    assert unable["errors"][0]["code"] == "member.may_not_approve"
    assert nobody["code"] == "not_found"
    assert (uninvited["code"], late["code"]) == ("review.not_asked", "review.not_asked")
    assert before == made
    assert (handed["member_ids"], done["state"]) == ([marc.id], "approved")
    [event] = [each for each in await events(desk) if each["kind"] == "review.delegated"]
    assert event["data"]["previous"]["member_ids"] == [aline.id]
    assert event["data"]["current"]["member_ids"] == [marc.id]


async def test_queue_takes_what_is_approved_and_goes_on_with_what_was_edited_since(
    desk: Desk, hire: Hire
) -> None:
    aline = await hire("Aline")
    await policy(desk, aline)
    slot = {"calendar_id": desk.calendar, "weekday": 1, "wall_time": "09:00"}
    await desk.post("/v1/slots", 201, **slot)
    post = await desk.draft()
    path, queue = f"/v1/posts/{post['id']}/queue", f"/v1/calendars/{desk.calendar}/queue"

    refused = await desk.post(path, 409)
    await aline.decide((await submit(desk, post))["id"], "approve", 200)
    queued = await desk.post(path, 200)
    await desk.post(f"{queue}/pause", 200)
    await edit(desk, post, text="On taille encore.")
    resumed = await desk.post(f"{queue}/resume", 200)

    assert (refused["code"], queued["state"]) == ("post.not_approved", "scheduled")
    assert [each["post_id"] for each in resumed["places"]] == [post["id"]]
