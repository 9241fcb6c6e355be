"""How the approval of a post stands, wherever the post is shown."""

from typing import Any

from domain.kernel.errors import NotApproved
from tests.api.approvals.conftest import Hire
from tests.api.approvals.test_reviews import edit, policy, read, schedule, submit
from tests.api.graph.asking import ask
from tests.api.graph.counting import statements
from tests.desk import Desk

STANDING = """query($id: ID!) { post(id: $id) { approval {
    state policyIds missingPolicyIds reviewId review { id } } } }"""


async def standing(desk: Desk, post: dict[str, Any]) -> dict[str, Any]:
    """As the post, the list and the graph tell it, which is the same."""
    found: dict[str, Any] = (await read(desk, f"/v1/posts/{post['id']}"))["approval"]
    listed = (await read(desk, "/v1/posts?limit=100"))["data"]
    graph = (await ask(desk.tenant, STANDING, id=post["id"]))["post"]["approval"]
    assert [each["approval"] for each in listed if each["id"] == post["id"]] == [found]
    assert (graph["state"], graph["policyIds"]) == (found["state"].upper(), found["policy_ids"])
    assert graph["missingPolicyIds"] == found["missing_policy_ids"]
    assert graph["reviewId"] == found["review_id"]
    assert graph["review"] == (found["review_id"] and {"id": found["review_id"]})
    return found


async def test_post_that_no_policy_is_for_needs_no_approval(desk: Desk, hire: Hire) -> None:
    await policy(desk, await hire("Aline"), labels=["droit"])

    found = await standing(desk, await desk.draft())

    assert found == {
        "state": "not_needed",
        "policy_ids": [],
        "missing_policy_ids": [],
        "review_id": None,
        "hold": None,
    }


async def test_post_shows_its_approval_from_the_first_question_to_the_last(
    desk: Desk, hire: Hire
) -> None:
    aline, marc = await hire("Aline"), await hire("Marc")
    law = await policy(desk, aline, marc)
    post = await desk.draft()
    shown = [await standing(desk, post)]

    async def then(act: str, review: str, **body: Any) -> None:
        await (aline if body.pop("by_aline", False) else marc).decide(review, act, 200, **body)
        shown.append(await standing(desk, post))

    first = (await submit(desk, post))["id"]
    shown.append(await standing(desk, post))
    await then("approve", first, by_aline=True)
    await then("approve", first)
    await edit(desk, post, text="On taille encore.")
    shown.append(await standing(desk, post))
    second = (await submit(desk, post))["id"]
    await then("withdraw", second)
    third = (await submit(desk, post))["id"]
    await then("refuse", third, by_aline=True, words="Non.")
    await edit(desk, post, text="On taille enfin.")
    shown.append(await standing(desk, post))

    missing = [law["id"]]
    assert [(each["state"], each["review_id"]) for each in shown] == [
        ("needed", None),
        ("asked", first),
        ("asked", first),
        ("approved", first),
        ("lost", first),
        ("needed", second),
        ("refused", third),
        ("needed", third),
    ]
    assert [each["missing_policy_ids"] for each in shown] == [
        [] if each["state"] == "approved" else missing for each in shown
    ]
    assert all(each["policy_ids"] == missing for each in shown)


async def test_review_that_was_edited_under_is_lost(desk: Desk, hire: Hire) -> None:
    await policy(desk, await hire("Aline"))
    post = await desk.draft()
    made = await submit(desk, post)

    await edit(desk, post, text="On taille encore.")

    found = await standing(desk, post)
    assert (found["state"], found["review_id"]) == ("lost", made["id"])


async def test_topic_in_the_words_of_one_account_is_enough(desk: Desk, hire: Hire) -> None:
    law = await policy(desk, await hire("Aline"), topics=["grêle tardive"])
    own = [{"account_id": desk.account, "parts": ["Bonjour.", "Après la GRELE tardive…"]}]
    warned = [{"account_id": desk.account, "content_warning": "Grêle, tardive"}]

    found = [
        (await desk.draft(**changes))["approval"]["policy_ids"]
        for changes in (
            {"variants": own},
            {"variants": warned},
            {"adaptations": [{"locale": "de", "parts": ["La grêle tardive"]}]},
            {"text": "grêle tardive"},
            {"text": "grêle"},
            {"title": "grêle tardive"},
        )
    ]

    assert found == [[law["id"]]] * 4 + [[]] * 2


async def test_topic_without_a_word_is_refused(desk: Desk, hire: Hire) -> None:
    steps = [{"member_ids": [(await hire("Aline")).id]}]

    refused = await desk.post(
        "/v1/approval-policies",
        422,
        community_id=desk.community,
        name="Droit",
        topics=["vigne", "…"],
        steps=steps,
    )

    assert [each["pointer"] for each in refused["errors"]] == ["/topics/1"]


async def test_more_posts_do_not_mean_more_statements(desk: Desk, hire: Hire) -> None:
    await policy(desk, await hire("Aline"), topics=["vigne"], is_for_first_use=True)
    campaign = await desk.post("/v1/campaigns", 201, community_id=desk.community, name="Gel")
    counts = []

    for number in (1, 4):
        for _ in range(number):
            await desk.draft(text="La vigne.", campaign_id=campaign["id"])
        with statements() as seen:
            listed = await read(desk, "/v1/posts")
        counts.append(len(seen))

    assert [each["approval"]["state"] for each in listed["data"]] == ["needed"] * 5
    assert counts[0] == counts[1]


async def test_agenda_tells_of_a_planned_post_that_its_words_are_not_approved(
    desk: Desk, hire: Hire
) -> None:
    aline = await hire("Aline")
    await policy(desk, aline)
    post = await desk.draft()
    await aline.decide((await submit(desk, post))["id"], "approve", 200)
    await schedule(desk, post, 200)

    items = [await due(desk)]
    await edit(desk, post, text="On taille encore.")
    items.append(await due(desk))
    await aline.decide((await submit(desk, post))["id"], "approve", 200)
    items.append(await due(desk))

    assert [each["code"] for each in items] == [None, "post.not_approved", None]
    assert items[1]["remedy"] == NotApproved.remedy
    assert (items[1]["acting_party"], items[0]["remedy"]) == ("user", None)


async def due(desk: Desk) -> dict[str, Any]:
    window = "since=2026-11-01T00:00:00Z&until=2027-11-01T00:00:00Z"
    [item] = (await read(desk, f"/v1/agenda?kind=post_due&{window}"))["data"]
    found: dict[str, Any] = item
    return found
