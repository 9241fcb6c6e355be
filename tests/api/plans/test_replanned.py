"""Posts of a recurrence meet new rules of their zone, and go on following it."""

from datetime import UTC, datetime, timedelta

from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.zones.service import replan
from tests.api.plans.recurring import Rota, tomorrow
from tests.desk import Desk
from tests.rules_of_zones import new_rules


async def test_replanned_posts_follow_their_recurrence_and_those_changed_by_hand_do_not(
    desk: Desk, database: Database
) -> None:
    rota = Rota(desk, database)
    made = await rota.make(rule="RRULE:FREQ=DAILY;COUNT=3")
    await rota.work(made)
    before = await rota.posts(made)
    await desk.client.patch(
        f"/v1/posts/{before[1]['id']}", json={"text": "Mine."}, headers={"If-Match": "*"}
    )

    caller, now = desk.tenant.caller, datetime.now(UTC)
    with new_rules("2999a", {"Europe/Zurich": "Asia/Kathmandu"}):
        for each in before:
            async with database.transaction(caller.workspace_id) as session:
                post_id = read("post", each["id"])
                await replan(session, caller, post_id, rules="2999a", now=now)
        after = await rota.posts(made)
        await rota.change(made, text="On vendange.")
        await rota.work(made)
        planned = await rota.planned(made)

    assert [each["publish_at"] for each in after] == [
        (datetime.fromisoformat(tomorrow(days=day)).replace(tzinfo=UTC) - timedelta(minutes=345))
        .isoformat()
        .replace("+00:00", "Z")
        for day in (1, 2, 3)
    ]
    assert planned == [
        (tomorrow(days=1), "On vendange."),
        (tomorrow(days=2), "Mine."),
        (tomorrow(days=3), "On vendange."),
    ]
