"""Recurrences as a client sees them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, update

from domain.accounts.tables import Account
from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.posts.tables import Delivery
from tests.api.graph.asking import post
from tests.api.media.test_rest import send
from tests.api.plans.recurring import ZURICH, Rota, tomorrow
from tests.desk import Desk
from tests.domain.media.files import picture
from tests.world import Tenant


@pytest.fixture
def rota(desk: Desk, database: Database) -> Rota:
    return Rota(desk, database)


async def test_posts_of_a_recurrence_are_made_and_scheduled_as_the_template_says(
    rota: Rota,
) -> None:
    made = await rota.make(labels=["vigne"], language="fr-CH")

    await rota.work(made)

    posts = await rota.posts(made)
    assert [each["wall_time"] for each in posts] == [tomorrow(days=day) for day in range(1, 6)]
    assert {each["state"] for each in posts} == {"scheduled"}
    first = posts[0]
    assert (first["recurrence_id"], first["occurs_at"]) == (made["id"], tomorrow())
    assert (first["text"], first["title"], first["labels"]) == ("On taille.", "Vigne", ["vigne"])
    assert (first["language"], first["time_zone"]) == ("fr-CH", "Europe/Zurich")
    assert datetime.fromisoformat(first["publish_at"]).astimezone(ZURICH).hour == 9


async def test_preview_shows_the_next_ten_with_their_posts(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;INTERVAL=5")
    before = await rota.coming(made)

    await rota.work(made)

    after = await rota.coming(made)
    posts = [each["id"] for each in await rota.posts(made)]
    assert [each["occurs_at"] for each in before] == [
        tomorrow(days=1 + 5 * place) for place in range(10)
    ]
    assert {each["post_id"] for each in before} == {None}
    assert [each["post_id"] for each in after] == [*posts, *[None] * (10 - len(posts))]
    assert len(posts) == 6
    assert {each["time_zone"] for each in after} == {"Europe/Zurich"}


async def test_a_rule_is_tried_before_it_is_saved(rota: Rota) -> None:
    tried = await rota.desk.post(
        "/v1/recurrences/preview",
        200,
        calendar_id=rota.desk.calendar,
        rule="RRULE:FREQ=DAILY",
        starts_at="2027-03-27T02:30:00",
    )

    found = [(each["occurs_at"], each["at"]) for each in tried["occurrences"][:3]]
    assert found == [
        ("2027-03-27T02:30:00", "2027-03-27T01:30:00Z"),
        ("2027-03-28T02:30:00", "2027-03-28T01:00:00Z"),
        ("2027-03-29T02:30:00", "2027-03-29T00:30:00Z"),
    ]
    assert (await rota.desk.client.get("/v1/recurrences")).json()["data"] == []


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"rule": "every day"}, "/rule", "rule.syntax"),
        ({"rule": "RRULE:FREQ=MINUTELY"}, "/rule", "rule.too_often"),
        ({"rule": "RRULE:FREQ=DAILY;BYSECOND=1"}, "/rule", "rule.part_unknown"),
        ({"rule": "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, "/rule", "rule.never"),
        ({"rule": "RRULE:FREQ=DAILY;UNTIL=20200101"}, "/rule", "rule.never"),
        ({"rule": "RDATE:" + ",".join(["20270101T090000"] * 450)}, "/rule", "rule.never"),
        ({"starts_at": "1200-01-01T09:00:00"}, "/starts_at", "rule.start_far"),
    ],
)
async def test_a_rule_that_cannot_be_followed_is_refused(
    rota: Rota, changes: dict[str, Any], pointer: str, code: str
) -> None:
    if "RDATE" in changes.get("rule", ""):
        days = (datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(400))
        changes = {"rule": "RDATE:" + ",".join(f"{day:%Y%m%dT%H%M%S}" for day in days)}
        code = "rule.too_long"
    body = {"calendar_id": rota.desk.calendar, "rule": "RRULE:FREQ=DAILY", "starts_at": tomorrow()}
    template = {"title": "Vigne", "variants": [{"account_id": rota.desk.account}]}

    answer = await rota.desk.client.post("/v1/recurrences", json=body | template | changes)

    found = answer.json()
    assert (answer.status_code, found["code"]) == (422, "recurrence.rule_unfit")
    assert [(each["pointer"], each["code"]) for each in found["errors"]] == [(pointer, code)]
    assert (await rota.desk.client.get("/v1/recurrences")).json()["data"] == []


async def test_recurrences_are_listed_by_calendar_and_community(rota: Rota) -> None:
    made = await rota.make()
    client = rota.desk.client
    other = await rota.desk.post(
        "/v1/calendars", 201, community_id=rota.desk.community, name="Side"
    )

    for query, expected in (
        (f"calendar_id={rota.desk.calendar}", [made["id"]]),
        (f"calendar_id={other['id']}", []),
        (f"community_id={rota.desk.community}", [made["id"]]),
    ):
        found = (await client.get(f"/v1/recurrences?{query}")).json()["data"]
        assert [each["id"] for each in found] == expected


async def test_a_change_of_all_brings_coming_posts_along_but_those_changed_by_hand(
    rota: Rota,
) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=4")
    await rota.work(made)
    ids = [each["id"] for each in await rota.posts(made)]
    await rota.desk.client.patch(
        f"/v1/posts/{ids[1]}", json={"text": "Mine."}, headers={"If-Match": "*"}
    )

    await rota.change(made, text="On vendange.", starts_at=tomorrow("10:30:00"))

    assert await rota.planned(made) == [
        (tomorrow("10:30:00", 1), "On vendange."),
        (tomorrow("09:00:00", 2), "Mine."),
        (tomorrow("10:30:00", 3), "On vendange."),
        (tomorrow("10:30:00", 4), "On vendange."),
    ]
    await rota.work(made)
    posts = await rota.posts(made)
    assert [each["id"] for each in posts] == ids
    assert [each["occurs_at"] for each in posts] == [
        tomorrow("10:30:00", day) for day in range(1, 5)
    ]


async def test_occurrences_that_come_no_more_are_cancelled(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=4")
    await rota.work(made)

    await rota.change(made, rule="RRULE:FREQ=DAILY;COUNT=2")
    await rota.work(made)

    assert [each["state"] for each in await rota.posts(made)] == [
        "scheduled",
        "scheduled",
        "cancelled",
        "cancelled",
    ]


async def test_a_skipped_occurrence_is_an_exception_and_its_post_is_cancelled(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=3")
    await rota.work(made)

    path = f"/v1/recurrences/{made['id']}/skip"
    skipped = await rota.desk.post(path, 200, occurs_at=tomorrow(days=2))
    again = await rota.desk.post(path, 200, occurs_at=tomorrow(days=2))
    await rota.work(made)

    stamp = tomorrow(days=2).replace("-", "").replace(":", "")
    assert skipped["rule"] == f"RRULE:FREQ=DAILY;COUNT=3\nEXDATE:{stamp}"
    assert again == skipped
    assert [wall for wall, _ in await rota.planned(made)] == [tomorrow(days=1), tomorrow(days=3)]
    assert [each["state"] for each in await rota.posts(made)][1] == "cancelled"
    missing = await rota.desk.client.post(path, json={"occurs_at": tomorrow("11:11:00")})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_a_skipped_occurrence_stays_skipped_when_all_move_to_another_time(
    rota: Rota,
) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=3")
    await rota.work(made)
    path = f"/v1/recurrences/{made['id']}"
    await rota.desk.post(f"{path}/skip", 200, occurs_at=tomorrow(days=2))

    changed = await rota.change(made, starts_at=tomorrow("10:30:00"))
    await rota.work(made)

    stamp = tomorrow("10:30:00", days=2).replace("-", "").replace(":", "")
    assert changed["rule"] == f"RRULE:FREQ=DAILY;COUNT=3\nEXDATE:{stamp}"
    assert [wall for wall, _ in await rota.planned(made)] == [
        tomorrow("10:30:00", days=day) for day in (1, 3)
    ]


async def test_a_split_to_another_time_keeps_what_was_skipped_and_its_first_part_ends_before(
    rota: Rota,
) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;UNTIL=" + tomorrow(days=6)[:10].replace("-", ""))
    await rota.work(made)
    path = f"/v1/recurrences/{made['id']}"
    await rota.desk.post(f"{path}/skip", 200, occurs_at=tomorrow(days=5))

    to = tomorrow("10:30:00", days=4)
    new = await rota.desk.post(f"{path}/split", 201, occurs_at=tomorrow(days=4), starts_at=to)
    await rota.change(made, starts_at=tomorrow("08:30:00"))
    await rota.work(made)
    await rota.work(new)

    assert [wall for wall, _ in await rota.planned(made)] == [
        tomorrow("08:30:00", days=day) for day in (1, 2, 3)
    ]
    assert [wall for wall, _ in await rota.planned(new)] == [
        tomorrow("10:30:00", days=day) for day in (4, 6)
    ]


async def test_one_occurrence_is_planned_before_its_turn_and_changed_alone(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=WEEKLY", starts_at=tomorrow(days=3))
    far = tomorrow(days=3 + 70)

    path = f"/v1/recurrences/{made['id']}/plan"
    post = await rota.desk.post(path, 200, occurs_at=far)
    again = await rota.desk.post(path, 200, occurs_at=far)
    await rota.desk.client.patch(
        f"/v1/posts/{post['id']}", json={"text": "Once."}, headers={"If-Match": "*"}
    )
    await rota.work(made)
    await rota.change(made, text="Else.")

    assert (post["state"], post["wall_time"], post["occurs_at"]) == ("scheduled", far, far)
    assert again["id"] == post["id"]
    assert await rota.planned(made) == [
        *[(tomorrow(days=3 + 7 * week), "Else.") for week in range(4)],
        (far, "Once."),
    ]


async def test_from_one_occurrence_on_it_is_another_recurrence(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=6")
    await rota.work(made)
    ids = [each["id"] for each in await rota.posts(made)]

    path = f"/v1/recurrences/{made['id']}/split"
    new = await rota.desk.post(path, 201, occurs_at=tomorrow(days=4), text="Autrement.")
    await rota.work(made)
    await rota.work(new)

    assert (new["rule"], new["starts_at"]) == ("RRULE:FREQ=DAILY;COUNT=3", tomorrow(days=4))
    assert await rota.planned(made) == [(tomorrow(days=day), "On taille.") for day in range(1, 4)]
    assert await rota.planned(new) == [(tomorrow(days=day), "Autrement.") for day in range(4, 7)]
    kept = [each["id"] for of in (made, new) for each in await rota.posts(of)]
    assert kept == ids
    first = await rota.desk.client.post(path, json={"occurs_at": tomorrow()})
    assert (first.status_code, first.json()["code"]) == (409, "state.not_allowed")


async def test_a_removed_recurrence_leaves_what_somebody_changed(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=2")
    await rota.work(made)
    first, second = [each["id"] for each in await rota.posts(made)]
    client = rota.desk.client
    await client.patch(f"/v1/posts/{second}", json={"title": "Mine"}, headers={"If-Match": "*"})

    answer = await client.delete(f"/v1/recurrences/{made['id']}")

    gone, kept = [(await client.get(f"/v1/posts/{id_}")).json() for id_ in (first, second)]
    assert answer.status_code == 204
    assert (gone["state"], kept["state"]) == ("cancelled", "scheduled")
    assert (gone["recurrence_id"], kept["recurrence_id"], kept["occurs_at"]) == (None, None, None)
    assert (await client.get(f"/v1/recurrences/{made['id']}")).status_code == 404


async def test_a_removed_recurrence_leaves_what_goes_out_at_this_moment(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=2")
    await rota.work(made)
    first, second = await rota.posts(made)
    async with rota.database.transaction(rota.desk.tenant.workspace_id) as session:
        claimed = update(Delivery).where(col(Delivery.post_id) == read("post", first["id"]))
        await session.exec(claimed.values(state="going"))

    removed = await rota.desk.client.delete(
        f"/v1/recurrences/{made['id']}", headers={"If-Match": "*"}
    )

    states = [
        (await rota.desk.client.get(f"/v1/posts/{each['id']}")).json()["state"]
        for each in (first, second)
    ]
    assert (removed.status_code, states) == (204, ["scheduled", "cancelled"])


async def test_another_zone_moves_posts_and_makes_none_twice(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=3")
    await rota.work(made)
    ids = [each["id"] for each in await rota.posts(made)]

    await rota.change(made, time_zone="Asia/Tokyo")
    await rota.work(made)

    posts = await rota.posts(made)
    assert [each["id"] for each in posts] == ids
    assert {each["time_zone"] for each in posts} == {"Asia/Tokyo"}
    assert [each["wall_time"] for each in posts] == [tomorrow(days=day) for day in range(1, 4)]
    tokyo = datetime.fromisoformat(posts[0]["publish_at"]).astimezone(ZoneInfo("Asia/Tokyo"))
    assert tokyo.hour == 9


async def test_a_post_removed_by_hand_is_not_made_again(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=2")
    await rota.work(made)
    first, second = [each["id"] for each in await rota.posts(made)]

    await rota.desk.client.delete(f"/v1/posts/{first}")
    await rota.work(made)
    await rota.change(made, text="Else.")

    assert [(each["id"], each["state"]) for each in await rota.posts(made)] == [
        (first, "cancelled"),
        (second, "scheduled"),
    ]


async def test_two_workers_at_once_make_each_post_once(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=20")

    await asyncio.gather(*(rota.work(made) for _ in range(4)))

    assert len(await rota.posts(made)) == 20


async def test_variations_are_said_in_turn_and_none_twice_within_the_spacing(rota: Rota) -> None:
    texts = [{"text": "Un."}, {"text": "Deux."}]
    made = await rota.make(
        rule="RRULE:FREQ=DAILY;INTERVAL=3;COUNT=4", variations=texts, spacing_days=7
    )

    await rota.work(made)
    short = await rota.read(made)

    assert await rota.planned(made) == [
        (tomorrow(days=1), "Un."),
        (tomorrow(days=4), "Deux."),
        (tomorrow(days=10), "Un."),
    ]
    assert short["needs_variation"] is True
    assert (short["problem"]["code"], short["problem"]["occurs_at"]) == (
        "variation.none_left",
        tomorrow(days=7),
    )
    problems = [each["problem"] for each in await rota.coming(made)]
    assert problems == [None, None, "variation.none_left", None]
    [event] = await rota.events("recurrence.needs_variation")
    assert event["data"] == {
        "code": "variation.none_left",
        "type": "/problems#variation.none_left",
        "occurs_at": tomorrow(days=7),
    }

    await rota.change(made, variations=[*texts, {"text": "Trois."}])

    mended = await rota.read(made)
    assert (mended["needs_variation"], mended["problem"]) == (False, None)
    assert [text for _, text in await rota.planned(made)] == ["Un.", "Deux.", "Trois.", "Un."]


async def test_an_occurrence_without_a_variation_left_is_not_planned_either(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=2", variations=[{"text": "Un."}])
    path = f"/v1/recurrences/{made['id']}/plan"
    await rota.desk.post(path, 200, occurs_at=tomorrow(days=1))

    refused = await rota.desk.client.post(path, json={"occurs_at": tomorrow(days=2)})

    assert (refused.status_code, refused.json()["code"]) == (409, "variation.none_left")
    assert len(await rota.posts(made)) == 1
    assert await rota.events("recurrence.needs_variation") == []


async def test_what_an_account_says_elsewhere_is_not_said_again(rota: Rota) -> None:
    post = await rota.desk.draft(text="  UN. ")
    await rota.desk.post(f"/v1/posts/{post['id']}/schedule", 200, wall_time=tomorrow(days=2))

    made = await rota.make(
        rule="RRULE:FREQ=DAILY;COUNT=1", variations=[{"text": "Un."}, {"text": "Deux."}]
    )
    await rota.work(made)

    assert [text for _, text in await rota.planned(made)] == ["Deux."]


async def test_what_an_account_says_adapted_elsewhere_is_not_said_again(rota: Rota) -> None:
    adaptations = [{"network": "sandbox", "parts": ["Un."]}]
    post = await rota.desk.draft(text="Deux.", adaptations=adaptations)
    await rota.desk.post(f"/v1/posts/{post['id']}/schedule", 200, wall_time=tomorrow(days=2))

    made = await rota.make(
        rule="RRULE:FREQ=DAILY;COUNT=1", variations=[{"text": "Un."}, {"text": "Deux."}]
    )
    await rota.work(made)

    assert [text for _, text in await rota.planned(made)] == ["Deux."]


async def test_its_posts_are_adapted_as_it_says_and_follow_when_it_says_otherwise(
    rota: Rota,
) -> None:
    german = {"locale": "de", "parts": ["Wir schneiden."]}
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=1", adaptations=[german])
    await rota.work(made)
    [before] = await rota.posts(made)

    await rota.change(made, adaptations=[{**german, "parts": ["Wir ernten."]}])

    url = f"/v1/posts/{before['id']}"
    [after] = (await rota.desk.client.get(url)).json()["adaptations"]
    versions = (await rota.desk.client.get(f"{url}/versions")).json()["data"]
    assert (after["locale"], after["parts"]) == ("de", ["Wir ernten."])
    assert [each["adaptations"][0]["parts"] for each in versions] == [
        ["Wir ernten."],
        ["Wir schneiden."],
    ]


async def test_variations_that_could_not_be_told_apart_are_refused(rota: Rota) -> None:
    body = {
        "calendar_id": rota.desk.calendar,
        "title": "Vigne",
        "rule": "RRULE:FREQ=DAILY",
        "starts_at": tomorrow(),
        "adaptations": [{"locale": "de", "parts": ["Eigen."]}],
        "variants": [{"account_id": rota.desk.account, "parts": ["Own."]}],
        "variations": [{"text": "Un."}, {"text": "un. "}],
    }

    answer = await rota.desk.client.post("/v1/recurrences", json=body)

    found = [(each["pointer"], each["code"]) for each in answer.json()["errors"]]
    assert answer.status_code == 422
    assert found == [
        ("/variations/1/text", "variation.repeated"),
        ("/adaptations/0/parts", "variation.hidden"),
        ("/variants/0/parts", "variation.hidden"),
    ]


async def test_what_a_network_would_not_take_is_refused_before_it_is_planned(rota: Rota) -> None:
    body = {
        "calendar_id": rota.desk.calendar,
        "title": "Vigne",
        "rule": "RRULE:FREQ=DAILY",
        "starts_at": tomorrow(),
        "variants": [{"account_id": rota.desk.account}],
    }
    long = "a" * 600
    client = rota.desk.client

    plain = await client.post("/v1/recurrences", json={**body, "text": long})
    varied = await client.post(
        "/v1/recurrences", json={**body, "variations": [{"text": "Un."}, {"text": long}]}
    )
    made = await rota.make()
    changed = await rota.change(made, 422, text=long)

    for found, pointer in (
        (plain.json(), "/variants/0/parts/0"),
        (varied.json(), "/variations/1/text"),
        (changed, "/variants/0/parts/0"),
    ):
        assert found["code"] == "post.unfit"
        assert [(each["pointer"], each["code"]) for each in found["errors"]] == [
            (pointer, "text.too_long")
        ]
    assert (await rota.read(made))["version"] == 1


async def test_without_accounts_its_posts_stay_drafts(rota: Rota) -> None:
    made = await rota.make(variants=[], rule="RRULE:FREQ=DAILY;COUNT=2")

    await rota.work(made)

    assert [each["state"] for each in await rota.posts(made)] == ["draft", "draft"]
    assert (await rota.read(made))["problem"] is None


async def test_what_an_account_cannot_take_now_stays_a_draft_and_is_scheduled_later(
    rota: Rota,
) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=1")
    await _set_state(rota, "paused")
    await rota.work(made)

    hindered = await rota.read(made)
    [draft] = await rota.posts(made)
    await _set_state(rota, "connected")
    await rota.work(made)

    assert draft["state"] == "draft"
    assert hindered["problem"]["code"] == "account.disconnected"
    assert hindered["needs_variation"] is False
    assert len(await rota.events("recurrence.hindered")) == 1
    assert len(await rota.events("recurrence.recovered")) == 1
    assert [each["state"] for each in await rota.posts(made)] == ["scheduled"]
    assert (await rota.read(made))["problem"] is None


async def test_change_points_at_an_account_that_was_removed_and_takes_others(rota: Rota) -> None:
    """It was not found, wherever it stood."""
    made, client = await rota.make(), rota.desk.client
    handle = (await client.get(f"/v1/accounts/{rota.desk.account}")).json()["handle"]
    await client.delete(f"/v1/accounts/{rota.desk.account}")

    refused = await rota.change(made, 409, text="Autre.")
    changed = await rota.change(made, text="Autre.", variants=[])

    faults = [(each["pointer"], each["code"]) for each in refused["errors"]]
    assert (refused["code"], refused["detail"]) == ("account.removed", f"Removed: {handle}.")
    assert faults == [("/variants", "account.removed")]
    assert (changed["text"], changed["variants"]) == ("Autre.", [])


async def test_change_reaches_posts_whose_campaign_was_archived(rota: Rota) -> None:
    """They went out with the words of before."""
    desk = rota.desk
    campaign = await desk.post("/v1/campaigns", 201, community_id=desk.community, name="Gel")
    made = await rota.make(campaign_id=campaign["id"], rule="RRULE:FREQ=DAILY;COUNT=2")
    await rota.work(made)
    archived = f"/v1/campaigns/{campaign['id']}", {"is_archived": True}
    await desk.client.patch(archived[0], json=archived[1], headers={"If-Match": "*"})

    changed = await rota.change(made, text="Autre.", campaign_id=campaign["id"])

    assert changed["problem"] is None
    assert [text for _, text in await rota.planned(made)] == ["Autre.", "Autre."]


async def test_pictures_pillars_and_calendars_of_a_recurrence_are_in_use(rota: Rota) -> None:
    client = rota.desk.client
    files = [(await send(client, picture(size=(width, 3)))).json()["id"] for width in range(3, 7)]
    pillar = (await rota.desk.post("/v1/pillars", 201, calendar_id=rota.desk.calendar, name="Vin"))[
        "id"
    ]
    await rota.make(
        pillar_id=pillar,
        media_ids=files[:1],
        variants=[{"account_id": rota.desk.account, "media_ids": files[1:2]}],
        variations=[{"text": "Un.", "media_ids": files[2:3]}],
        adaptations=[{"locale": "de", "media_ids": files[3:]}],
    )

    things = [*(f"media/{id_}" for id_ in files), f"pillars/{pillar}"]
    for thing in (*things, f"calendars/{rota.desk.calendar}"):
        answer = await client.delete(f"/v1/{thing}")
        assert (thing, answer.status_code, answer.json()["code"]) == (thing, 409, "in_use")


async def test_the_graph_makes_and_shows_what_rest_does(rota: Rota) -> None:
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=1")
    await rota.work(made)
    query = """query ($id: ID!) {
        recurrence(id: $id) { title calendar { name } problem { code } }
        recurrencePreview(id: $id) { occurrences { occursAt post: postId } }
        posts(recurrenceIds: [$id]) { nodes { id occursAt recurrence { id } } }
    }"""

    answer = await post(rota.desk.client, query, {"id": made["id"]})

    [planned] = await rota.posts(made)
    assert answer.json()["data"] == {
        "recurrence": {"title": "Vigne", "calendar": {"name": "Main"}, "problem": None},
        "recurrencePreview": {"occurrences": [{"occursAt": tomorrow(), "post": planned["id"]}]},
        "posts": {
            "nodes": [
                {"id": planned["id"], "occursAt": tomorrow(), "recurrence": {"id": made["id"]}}
            ]
        },
    }


async def test_a_foreigner_finds_no_recurrence(rota: Rota, foreigner: Tenant) -> None:
    made = await rota.make()

    found = await foreigner.client.get(f"/v1/recurrences/{made['id']}")

    assert found.status_code == 404
    assert (await foreigner.client.get("/v1/recurrences")).json()["data"] == []


async def _set_state(rota: Rota, state: str) -> None:
    caller = rota.desk.tenant.caller
    async with rota.database.transaction(caller.workspace_id) as session:
        await session.exec(update(Account).values(state=state))
