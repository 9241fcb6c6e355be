"""On its dates a post is stale and an update is proposed, until it is said or made to hold."""

from datetime import datetime, timedelta

import pytest

from domain.kernel.errors import Misfit, NotAllowedNow, TimePast
from domain.posts.tables import Post
from domain.upkeep.tables import Update, UpdateCopy
from tests.workers.desk import NEW, Desk, published
from tests.workers.stage import Stage, stage

__all__ = ["stage"]

END = datetime(2026, 11, 30, 18, 0)  # noqa: DTZ001 - a wall time
CHECK = datetime(2026, 11, 25, 9, 0)  # noqa: DTZ001 - as above


async def test_a_post_whose_validity_ends_is_stale_and_an_update_is_proposed_once(
    stage: Stage,
) -> None:
    desk = await published(stage)
    set_ = await desk.set(valid_until=END)
    early = await desk.due()
    assert set_.valid_until_at is not None
    stage.now = set_.valid_until_at

    found, again = await desk.due(), await desk.due()

    assert (early, found, again) == (0, 1, 0)
    assert (await desk.upkeep()).stale_for == ["expired"]
    assert [row.stale_for for row in await stage.rows(Post)] == [["expired"]]
    [row] = await stage.rows(Update)
    assert (row.reason, row.state, row.proposed_by) == ("expired", "proposed", "worker")
    [copy] = await stage.rows(UpdateCopy)
    assert (copy.way, copy.ways) == ("edit", ["edit", "reply", "repost", "withdraw", "leave"])
    [told] = await desk.told("post.expired")
    assert told == {"update": f"upd_{row.id.hex}", "checker": None}
    assert len(await desk.told("update.proposed")) == 1


async def test_a_wall_time_counts_in_the_zone_of_the_post(stage: Stage) -> None:
    desk = await published(stage)

    made = await desk.set(valid_until=END)

    assert made.time_zone == "Europe/Zurich"
    assert made.valid_until_at is not None
    assert made.valid_until_at.isoformat() == "2026-11-30T17:00:00+00:00"
    moved = await desk.set(time_zone="America/New_York")
    assert moved.valid_until == END
    assert moved.valid_until_at is not None
    assert moved.valid_until_at.isoformat() == "2026-11-30T23:00:00+00:00"


async def test_a_check_that_is_due_is_told_until_somebody_says_it_still_holds(
    stage: Stage,
) -> None:
    desk = await published(stage)
    await desk.set(next_check=CHECK, check_every_days=90)
    stage.now += timedelta(days=3)
    await desk.due()
    stale = await desk.upkeep()

    confirmed = await desk.confirm(words="Vérifié.")

    assert stale.stale_for == ["check_due"]
    assert (confirmed.stale_for, confirmed.checked_by) == ([], "worker")
    assert confirmed.next_check == datetime(2027, 2, 24, 9, 0)  # noqa: DTZ001 - a wall time
    assert await desk.due() == 0
    [row] = await stage.rows(Update)
    assert (row.state, row.words) == ("dismissed", "Vérifié.")
    assert [row.stale_for for row in await stage.rows(Post)] == [[]]
    assert len(await desk.told("post.check_due")) == 1
    assert len(await desk.told("post.confirmed")) == 1


async def test_what_is_no_longer_valid_holds_only_with_another_end(stage: Stage) -> None:
    desk = await published(stage)
    await desk.set(valid_until=END)
    stage.now += timedelta(days=30)
    await desk.due()

    with pytest.raises(Misfit):
        await desk.confirm()
    with pytest.raises(TimePast):
        await desk.confirm(valid_until=END)
    before = await desk.upkeep()
    after = await desk.confirm(valid_until=END + timedelta(days=365))

    assert before.stale_for == ["expired"]
    assert after.stale_for == []
    assert after.valid_until == END + timedelta(days=365)


async def test_what_is_not_public_expires_without_an_update(stage: Stage) -> None:
    post_id = await stage.plan("a", await stage.account())
    desk = Desk(stage, post_id)
    await desk.set(valid_until=END)
    stage.now += timedelta(days=30)

    await desk.due()

    assert await stage.rows(Update) == []
    assert [each["update"] for each in await desk.told("post.expired")] == [None]


async def test_both_dates_are_told_each_at_its_time(stage: Stage) -> None:
    desk = await published(stage)
    await desk.set(valid_until=END, next_check=CHECK)
    stage.now += timedelta(days=3)
    await desk.due()
    first = (await desk.upkeep()).stale_for
    stage.now += timedelta(days=10)
    await desk.due()

    assert first == ["check_due"]
    assert (await desk.upkeep()).stale_for == ["expired", "check_due"]
    assert [row.reason for row in await stage.rows(Update)] == ["check_due", "expired"]


async def test_a_dismissed_update_is_not_approved_and_the_post_stays_stale(stage: Stage) -> None:
    desk = await published(stage)
    await desk.set(valid_until=END)
    stage.now += timedelta(days=30)
    await desk.due()
    [row] = await stage.rows(Update)

    await desk.dismiss(row.id)

    with pytest.raises(NotAllowedNow):
        await desk.approve(row.id)
    assert (await desk.upkeep()).stale_for == ["expired"]
    assert await desk.due() == 0


async def test_what_was_updated_is_valid_again_without_an_end(stage: Stage) -> None:
    desk = await published(stage)
    await desk.set(valid_until=END)
    stage.now += timedelta(days=30)
    await desk.due()
    [row] = await stage.rows(Update)
    await desk.change(row.id, parts=NEW)

    await desk.approve(row.id)
    await desk.go()

    found = await desk.upkeep()
    assert (found.stale_for, found.valid_until, found.valid_until_at) == ([], None, None)
    assert await desk.due() == 0
