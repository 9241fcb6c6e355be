"""Clocks jump while posts go out: each goes out once, and none before its moment."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from domain.kernel.clock import resolve
from domain.kernel.ids import read
from tests.house import House, open_house
from tests.real.faked_time import faked
from tests.stack import Stack, running_stack, until

HOUR_S = 3600
ZURICH = "Europe/Zurich"
SENT = """
SELECT d.due_at, d.published_at, d.state FROM deliveries d WHERE d.post_id = $1
"""
pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


def plan(house: House, text: str, wall: datetime) -> str:
    """A post for a wall time in Zurich."""
    made = house.client.post(
        "/v1/posts",
        json={
            "calendar_id": house.calendar,
            "title": text,
            "text": text,
            "variants": [{"account_id": house.account}],
            "wall_time": wall.isoformat(timespec="seconds"),
        },
    )
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    planned = house.client.post(f"/v1/posts/{id_}/schedule", json={})
    assert planned.status_code == 200, planned.text
    return id_


async def moments(stack: Stack, post: str) -> tuple[datetime, datetime]:
    """When its one delivery was due, and when it arrived, by the database."""
    owner = await asyncpg.connect(stack.engines.owner_url)
    try:
        [row] = await owner.fetch(SENT, read("post", post))
    finally:
        await owner.close()
    assert row["state"] == "done"
    return row["due_at"], row["published_at"]


def wall_in(seconds: float) -> datetime:
    return (datetime.now(ZoneInfo(ZURICH)) + timedelta(seconds=seconds)).replace(
        tzinfo=None, microsecond=0
    )


def counted(house: House, texts: Sequence[str]) -> Counter[int]:
    return Counter(house.published(text) for text in texts)


@pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S])
async def test_a_worker_whose_clock_jumps_sends_each_post_once_at_its_moment(
    tmp_path: Path, jump_s: int
) -> None:
    told, env = faked(tmp_path)
    with running_stack(tmp_path / "stack", workers=0) as stack:
        stack.start_worker(**env)
        house = open_house(stack, handle="jumping")
        texts = [f"Dans {each} s" for each in (6, 8, 10)]
        posts = [
            plan(house, text, wall_in(after)) for text, after in zip(texts, (6, 8, 10), strict=True)
        ]
        told.write_text(f"{jump_s:+}")
        for id_ in posts:
            house.settled(id_)

        for id_ in posts:
            due_at, published_at = await moments(stack, id_)
            assert timedelta(0) <= published_at - due_at < timedelta(seconds=5)
        assert counted(house, texts) == {1: 3}


async def test_a_worker_that_is_an_hour_ahead_takes_no_lease_of_another(tmp_path: Path) -> None:
    """A call hangs; by the other's clock its lease was over long ago."""
    told, env = faked(tmp_path)
    told.write_text(f"{HOUR_S:+}")
    with running_stack(tmp_path / "stack", OUTBOUND_TIMEOUT_S="40") as stack:
        house = open_house(stack, handle="leased", idempotency="E")
        other = open_house(stack, handle="other")
        house.fault("timeout_after_success", seconds=35)
        id_ = house.publish("Une fois")
        until(lambda: house.published("Une fois"), "it is over there, and not answered")
        stack.start_worker(**env)
        meanwhile = plan(other, "Entre-temps", wall_in(8))
        other.settled(meanwhile)

        [delivery] = house.post(id_)["deliveries"]
        tried = house.client.get(f"/v1/deliveries/{delivery['id']}/attempts").json()["data"]
        assert (delivery["state"], tried) == ("going", [])
        assert house.published("Une fois") == 1


@pytest.mark.parametrize(
    ("before", "walls"),
    [
        # The gap: 02:00 to 03:00 is not there, and 02:30 is at 03:00.
        (datetime(2027, 3, 28, 0, 59, 30, tzinfo=UTC), ["01:59:55", "02:30:00", "03:00:02"]),
        # The overlap: of two 02:59:55 the first counts; 03:00 is an hour behind it.
        (datetime(2027, 10, 31, 0, 59, 30, tzinfo=UTC), ["02:59:50", "02:59:55", "02:59:58"]),
    ],
)
async def test_the_hour_that_is_lost_or_doubled_moves_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: datetime, walls: Sequence[str]
) -> None:
    """All processes stand before it, the engines too, in the time zone that changes."""
    told, env = faked(tmp_path)
    for name, value in {**env, "TZ": ZURICH}.items():
        monkeypatch.setenv(name, value)
    away_s = round((before - datetime.now(UTC)).total_seconds())
    told.write_text(f"{away_s:+}")
    with running_stack(tmp_path / "stack") as stack:
        away_s -= _passed(away_s, before)
        told.write_text(f"{away_s:+}")
        house = open_house(stack, handle="summer")
        day = before.astimezone(ZoneInfo(ZURICH)).date()
        moments_of = {
            plan(house, wall, datetime.fromisoformat(f"{day}T{wall}")): wall for wall in walls
        }
        for id_ in moments_of:
            house.settled(id_, within_s=90)

        for id_, wall in moments_of.items():
            due_at, published_at = await moments(stack, id_)
            assert due_at == resolve(datetime.fromisoformat(f"{day}T{wall}"), ZURICH)
            assert timedelta(0) <= published_at - due_at < timedelta(seconds=5)
        # The same walls an hour on: again, where the hour is doubled.
        told.write_text(f"{away_s + HOUR_S:+}")
        house.settled(house.publish("Une heure après"))
        assert counted(house, [*walls, "Une heure après"]) == {1: len(walls) + 1}


def _passed(away_s: int, before: datetime) -> int:
    """How long it took until the stack stood: it goes back to the moment before."""
    shown = datetime.now(UTC) + timedelta(seconds=away_s)
    return round((shown - before).total_seconds())
