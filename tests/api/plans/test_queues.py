"""Slots, free slots and queues as a client sees them."""

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, update

from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.plans.tables import QueuePlace
from domain.posts.tables import Delivery
from tests.api.graph.asking import post
from tests.desk import Desk

ZURICH = ZoneInfo("Europe/Zurich")
FREE_SLOTS = "query ($id: ID!, $count: Int!) { freeSlots(id: $id, count: $count) { slots { at } } }"


async def slot(desk: Desk, weekday: int, at: str, **changes: Any) -> str:
    body = {"calendar_id": desk.calendar, "weekday": weekday, "wall_time": at, **changes}
    made = await desk.post("/v1/slots", 201, **body)
    id_: str = made["id"]
    return id_


async def free(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    answer = await desk.client.get(f"/v1/calendars/{desk.calendar}/free-slots", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["slots"]
    return found


async def queued(desk: Desk, not_before: str | None = None, **changes: Any) -> dict[str, Any]:
    draft = await desk.draft(**changes)
    body = {} if not_before is None else {"not_before": not_before}
    found: dict[str, Any] = await desk.post(f"/v1/posts/{draft['id']}/queue", 200, **body)
    return found


async def queue_of(desk: Desk) -> dict[str, Any]:
    answer = await desk.client.get(f"/v1/calendars/{desk.calendar}/queue")
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def two_slots(desk: Desk) -> list[str]:
    return [await slot(desk, 2, "09:30"), await slot(desk, 4, "18:00")]


async def test_a_post_takes_the_next_free_slot_and_the_one_behind_it_the_next(
    desk: Desk, two_slots: list[str]
) -> None:
    coming = await free(desk, count=3)

    first, second = await queued(desk), await queued(desk)

    assert [first["publish_at"], second["publish_at"]] == [each["at"] for each in coming[:2]]
    assert first["state"] == "scheduled"
    assert first["wall_time"] == coming[0]["wall_time"]
    assert [each["at"] for each in await free(desk, count=1)] == [coming[2]["at"]]
    assert [each["post_id"] for each in (await queue_of(desk))["places"]] == [
        first["id"],
        second["id"],
    ]
    assert {each["slot_id"] for each in coming} == set(two_slots)


async def test_slots_lie_on_the_clock_of_the_calendars_zone(desk: Desk) -> None:
    await slot(desk, 3, "07:15")

    [found] = await free(desk, count=1)

    local = datetime.fromisoformat(found["at"]).astimezone(ZURICH)
    assert (local.isoweekday(), f"{local:%H:%M}") == (3, "07:15")
    assert found["time_zone"] == "Europe/Zurich"


async def test_twenty_posts_at_once_get_twenty_slots(desk: Desk, two_slots: list[str]) -> None:
    drafts = [await desk.draft() for _ in range(20)]
    coming = await free(desk, count=20)

    planned = await asyncio.gather(
        *(desk.post(f"/v1/posts/{draft['id']}/queue", 200) for draft in drafts)
    )

    assert sorted(each["publish_at"] for each in planned) == [each["at"] for each in coming]
    assert len(two_slots) == 2


async def test_a_slot_of_a_pillar_is_for_its_posts_alone(desk: Desk) -> None:
    pillar = (await desk.post("/v1/pillars", 201, calendar_id=desk.calendar, name="Vin"))["id"]
    bound = await slot(desk, 1, "08:00", pillar_id=pillar)

    draft = await desk.draft()
    refused = await desk.client.post(f"/v1/posts/{draft['id']}/queue", json={})
    taken = await queued(desk, pillar_id=pillar)

    assert (refused.status_code, refused.json()["code"]) == (409, "queue.full")
    assert [each["slot_id"] for each in (await queue_of(desk))["places"]] == [bound]
    assert taken["pillar_id"] == pillar


async def test_a_place_whose_post_was_moved_or_cancelled_is_free_again(
    desk: Desk, two_slots: list[str]
) -> None:
    coming = await free(desk, count=2)
    moved, cancelled = await queued(desk), await queued(desk)

    await desk.client.patch(
        f"/v1/posts/{moved['id']}",
        json={"wall_time": "2027-05-01T10:00:00"},
        headers={"If-Match": "*"},
    )
    await desk.client.delete(f"/v1/posts/{cancelled['id']}")

    assert [each["at"] for each in await free(desk, count=2)] == [each["at"] for each in coming]
    assert (await queue_of(desk))["places"] == []
    again = [await queued(desk), await queued(desk)]
    assert [each["publish_at"] for each in again] == [each["at"] for each in coming]
    assert len(two_slots) == 2


async def test_a_paused_queue_keeps_everything_and_goes_on_in_order(
    desk: Desk, two_slots: list[str]
) -> None:
    posts = [await queued(desk) for _ in range(3)]

    paused = await desk.post(f"/v1/calendars/{desk.calendar}/queue/pause", 200)
    held = [(await desk.client.get(f"/v1/posts/{each['id']}")).json() for each in posts]
    refused = await desk.client.post(f"/v1/posts/{(await desk.draft())['id']}/queue", json={})
    resumed = await desk.post(f"/v1/calendars/{desk.calendar}/queue/resume", 200)

    assert paused["is_paused"] is True
    assert [each["slot_id"] for each in paused["places"]] == [None] * 3
    assert [each["state"] for each in held] == ["cancelled"] * 3
    assert (refused.status_code, refused.json()["code"]) == (409, "queue.paused")
    assert resumed["is_paused"] is False
    assert [each["post_id"] for each in resumed["places"]] == [each["id"] for each in posts]
    assert [each["publish_at"] for each in resumed["places"]] == [
        each["publish_at"] for each in posts
    ]
    assert len(two_slots) == 2


async def test_a_passed_over_slot_is_not_offered(desk: Desk) -> None:
    await slot(desk, 2, "09:30", is_paused=True)

    assert await free(desk) == []


async def test_queueing_from_a_moment_on_passes_over_what_comes_before(
    desk: Desk, two_slots: list[str]
) -> None:
    coming = await free(desk, count=4)
    at, behind = coming[1]["at"], coming[1]["at"].replace("Z", ".000001Z")

    planned = [await queued(desk, not_before=each) for each in (at, behind, at)]

    assert [each["publish_at"] for each in planned] == [each["at"] for each in coming[1:]]
    assert len(two_slots) == 2


async def test_a_paused_queue_leaves_what_goes_out_at_this_moment_at_its_place(
    desk: Desk, two_slots: list[str], database: Database
) -> None:
    going, waiting = await queued(desk), await queued(desk)
    async with database.transaction(desk.tenant.workspace_id) as session:
        changed = update(Delivery).where(col(Delivery.post_id) == read("post", going["id"]))
        await session.exec(changed.values(state="going"))

    paused = await desk.post(f"/v1/calendars/{desk.calendar}/queue/pause", 200)

    resumed = await desk.post(f"/v1/calendars/{desk.calendar}/queue/resume", 200)

    assert [each["post_id"] for each in paused["places"]] == [waiting["id"]]
    assert [(each["post_id"], each["publish_at"]) for each in resumed["places"]] == [
        (each["id"], each["publish_at"]) for each in (going, waiting)
    ]
    left = (await desk.client.get(f"/v1/posts/{going['id']}")).json()
    assert (left["state"], left["version"]) == ("scheduled", going["version"])
    assert len(two_slots) == 2


async def test_a_pause_does_not_bring_forward_what_was_for_later(
    desk: Desk, two_slots: list[str]
) -> None:
    draft, later = await desk.draft(), "2031-01-01T00:00:00Z"
    planned = await desk.post(f"/v1/posts/{draft['id']}/queue", 200, not_before=later)

    await desk.post(f"/v1/calendars/{desk.calendar}/queue/pause", 200)
    resumed = await desk.post(f"/v1/calendars/{desk.calendar}/queue/resume", 200)

    assert planned["publish_at"] > later
    assert [each["publish_at"] for each in resumed["places"]] == [planned["publish_at"]]
    assert len(two_slots) == 2


async def another_calendar(desk: Desk) -> str:
    made = await desk.post("/v1/calendars", 201, community_id=desk.community, name="Other")
    id_: str = made["id"]
    return id_


async def moved_to(desk: Desk, id_: str, **changes: Any) -> dict[str, Any]:
    answer = await desk.client.patch(f"/v1/posts/{id_}", json=changes, headers={"If-Match": "*"})
    found: dict[str, Any] = answer.json()
    assert answer.status_code == 200, found
    return found


async def pause(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = await desk.post(f"/v1/calendars/{desk.calendar}/queue/pause", 200)
    return found


async def resume(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = await desk.post(f"/v1/calendars/{desk.calendar}/queue/resume", 200)
    return found


async def state_of(desk: Desk, id_: str) -> str:
    found: str = (await desk.client.get(f"/v1/posts/{id_}")).json()["state"]
    return found


async def test_a_post_that_was_moved_to_another_calendar_is_in_the_queue_of_neither(
    desk: Desk, two_slots: list[str]
) -> None:
    planned = await queued(desk)
    await moved_to(desk, planned["id"], calendar_id=await another_calendar(desk))

    [first] = await free(desk, count=1)
    paused = await pause(desk)

    assert first["at"] == planned["publish_at"]
    assert paused["places"] == []
    assert await state_of(desk, planned["id"]) == "scheduled"
    assert len(two_slots) == 2


async def test_what_is_moved_to_another_calendar_during_a_pause_stays_called_off(
    desk: Desk, two_slots: list[str]
) -> None:
    planned = await queued(desk)
    await pause(desk)
    await moved_to(desk, planned["id"], calendar_id=await another_calendar(desk))

    assert (await queue_of(desk))["places"] == []
    assert (await resume(desk))["places"] == []
    assert await state_of(desk, planned["id"]) == "cancelled"
    assert len(two_slots) == 2


async def test_what_a_paused_queue_holds_back_is_called_off_for_good_by_removing_it(
    desk: Desk, two_slots: list[str]
) -> None:
    going, off = await queued(desk), await queued(desk)
    await pause(desk)

    removed = await desk.client.delete(f"/v1/posts/{off['id']}")
    again = await desk.client.delete(f"/v1/posts/{off['id']}")
    resumed = await resume(desk)

    assert (removed.status_code, again.status_code) == (204, 409)
    assert [each["post_id"] for each in resumed["places"]] == [going["id"]]
    assert await state_of(desk, off["id"]) == "cancelled"
    query = {"subject_kind": "post", "kind": "post.cancelled"}
    told = (await desk.client.get("/v1/events", params=query)).json()["data"]
    assert [each["subject_id"] for each in told] == [going["id"], off["id"], off["id"]]
    assert len(two_slots) == 2


async def test_what_is_held_back_and_on_hold_is_not_called_off(
    desk: Desk, two_slots: list[str]
) -> None:
    planned = await queued(desk)
    await pause(desk)
    await desk.post(f"/v1/posts/{planned['id']}/hold", 200, reason="A court asks.")

    refused = await desk.client.delete(f"/v1/posts/{planned['id']}")

    assert (refused.status_code, refused.json()["code"]) == (409, "post.on_hold")
    assert [each["post_id"] for each in (await queue_of(desk))["places"]] == [planned["id"]]
    assert len(two_slots) == 2


@pytest.mark.parametrize("wall_time", [None, "2027-05-01T10:00:00"])
async def test_what_was_scheduled_by_hand_during_a_pause_and_called_off_stays_off(
    desk: Desk, two_slots: list[str], wall_time: str | None
) -> None:
    planned = await queued(desk)
    await pause(desk)
    by_hand = {"wall_time": wall_time} if wall_time else {}
    await desk.post(f"/v1/posts/{planned['id']}/schedule", 200, **by_hand)
    await desk.client.delete(f"/v1/posts/{planned['id']}")

    assert (await queue_of(desk))["places"] == []
    assert (await resume(desk))["places"] == []
    assert await state_of(desk, planned["id"]) == "cancelled"
    assert len(two_slots) == 2


async def test_what_is_given_another_time_during_a_pause_is_held_back_no_longer(
    desk: Desk, two_slots: list[str]
) -> None:
    planned = await queued(desk)
    await pause(desk)
    await moved_to(desk, planned["id"], wall_time=None)

    assert (await resume(desk))["places"] == []
    assert await state_of(desk, planned["id"]) == "cancelled"
    assert len(two_slots) == 2


async def test_what_keeps_a_queue_from_going_on_is_told_by_its_post(
    desk: Desk, two_slots: list[str]
) -> None:
    planned, unfit = await queued(desk), await queued(desk, title="La vigne")
    await pause(desk)
    await moved_to(desk, unfit["id"], text="x" * 600)

    refused = await desk.client.post(f"/v1/calendars/{desk.calendar}/queue/resume")
    kept = await queue_of(desk)
    await desk.client.delete(f"/v1/posts/{unfit['id']}")
    resumed = await resume(desk)

    assert (refused.status_code, refused.json()["code"]) == (422, "post.unfit")
    assert refused.json()["detail"].startswith(f"{unfit['id']} (La vigne): ")
    assert (kept["is_paused"], len(kept["places"])) == (True, 2)
    assert [each["post_id"] for each in resumed["places"]] == [planned["id"]]
    assert len(two_slots) == 2


async def test_what_a_release_before_held_back_goes_on(
    desk: Desk, two_slots: list[str], database: Database
) -> None:
    planned = await queued(desk)
    await pause(desk)
    async with database.transaction(desk.tenant.workspace_id) as session:
        await session.exec(update(QueuePlace).values(planned_at=None))

    resumed = await resume(desk)

    assert [each["post_id"] for each in resumed["places"]] == [planned["id"]]
    assert len(two_slots) == 2


async def test_nobody_waits_crosswise_who_queues_pauses_and_resumes_at_once(
    desk: Desk, two_slots: list[str]
) -> None:
    posts = [await queued(desk) for _ in range(8)]
    queue = f"/v1/calendars/{desk.calendar}/queue"
    paths = [f"/v1/posts/{each['id']}/queue" for each in posts]

    answers = await asyncio.gather(
        *(
            desk.client.post(path, json=None if path.startswith(queue) else {})
            for path in [*paths, f"{queue}/pause", *paths, f"{queue}/resume", *paths]
        )
    )

    assert {each.status_code for each in answers} <= {200, 409}
    assert len(two_slots) == 2


async def test_a_cancelled_post_may_be_queued_again(desk: Desk, two_slots: list[str]) -> None:
    planned = await queued(desk)
    await desk.client.delete(f"/v1/posts/{planned['id']}")
    again = await desk.post(f"/v1/posts/{planned['id']}/queue", 200)

    assert again["state"] == "scheduled"
    assert len(two_slots) == 2


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"weekday": 0}, "/weekday"),
        ({"weekday": 8}, "/weekday"),
        ({"wall_time": "25:00"}, "/wall_time"),
        ({"wall_time": "9h30"}, "/wall_time"),
    ],
)
async def test_a_slot_that_cannot_be_is_refused(
    desk: Desk, changes: dict[str, Any], pointer: str
) -> None:
    body = {"calendar_id": desk.calendar, "weekday": 2, "wall_time": "09:30", **changes}

    refused = await desk.client.post("/v1/slots", json=body)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_one_time_of_the_week_is_one_slot(desk: Desk) -> None:
    id_ = await slot(desk, 2, "09:30")
    other = await slot(desk, 3, "09:30")

    twice = await desk.client.post(
        "/v1/slots", json={"calendar_id": desk.calendar, "weekday": 2, "wall_time": "09:30"}
    )
    moved = await desk.client.patch(
        f"/v1/slots/{other}", json={"weekday": 2}, headers={"If-Match": "*"}
    )
    removed = await desk.client.delete(f"/v1/slots/{id_}")

    assert [twice.json()["code"], moved.json()["code"]] == ["already_exists"] * 2
    assert removed.status_code == 204
    assert (await desk.client.get(f"/v1/slots/{id_}")).status_code == 404


async def test_a_pillar_that_carries_posts_or_slots_stays(desk: Desk) -> None:
    pillar = (await desk.post("/v1/pillars", 201, calendar_id=desk.calendar, name="Vin"))["id"]
    await slot(desk, 2, "09:30", pillar_id=pillar)

    refused = await desk.client.delete(f"/v1/pillars/{pillar}")
    twice = await desk.client.post(
        "/v1/pillars", json={"calendar_id": desk.calendar, "name": "Vin"}
    )
    listed = (await desk.client.get(f"/v1/pillars?calendar_id={desk.calendar}")).json()["data"]

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert [each["id"] for each in listed] == [pillar]


async def test_a_pillar_of_another_calendar_is_pointed_at(desk: Desk) -> None:
    other = await desk.post("/v1/calendars", 201, community_id=desk.community, name="Other")
    pillar = (await desk.post("/v1/pillars", 201, calendar_id=other["id"], name="Vin"))["id"]

    refused = await desk.client.post(
        "/v1/posts", json={"calendar_id": desk.calendar, "title": "x", "pillar_id": pillar}
    )

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "pillar.other_calendar"


@pytest.mark.parametrize("count", [0, 51])
async def test_free_slots_are_refused_out_of_bounds_on_both_faces(desk: Desk, count: int) -> None:
    rest = await desk.client.get(
        f"/v1/calendars/{desk.calendar}/free-slots", params={"count": count}
    )
    graph = await post(desk.client, FREE_SLOTS, {"id": desk.calendar, "count": count})

    assert rest.status_code == 422
    (error,) = graph.json()["errors"]
    assert error["extensions"]["code"] == rest.json()["code"] == "request.invalid"
    assert [each["pointer"] for each in error["extensions"]["faults"]] == ["/count"]
