"""Whatever is done to a recurrence, its scheduled posts are what its rule says, each once."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from domain.kernel.database import Database
from tests.api.plans.recurring import HORIZON, Json, Rota, tomorrow
from tests.desk import Desk

RULES = (
    "RRULE:FREQ=DAILY;COUNT=12",
    "RRULE:FREQ=DAILY;INTERVAL=2",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,SU",
    "RRULE:FREQ=DAILY;BYHOUR=8,17;COUNT=9",
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,10,-1",
)
ZONES = ("Europe/Zurich", "America/New_York", "Pacific/Apia")
STEPS = 8


@pytest.fixture
def rota(desk: Desk, database: Database) -> Rota:
    return Rota(desk, database)


async def step(rota: Rota, made: Json, chance: Random) -> list[Json]:
    """Does one thing to a recurrence; gives what there is instead of it."""
    coming = await rota.coming(made)
    some = chance.choice(coming)["occurs_at"] if coming else None
    path = f"/v1/recurrences/{made['id']}"
    match chance.randrange(6):
        case 0:
            return [await rota.change(made, rule=chance.choice(RULES))]
        case 1:
            hour = f"{chance.randrange(6, 22):02}:15:00"
            return [await rota.change(made, starts_at=tomorrow(hour, chance.randrange(1, 4)))]
        case 2:
            return [await rota.change(made, time_zone=chance.choice(ZONES))]
        case 3 if some is not None:
            return [await rota.desk.post(f"{path}/skip", 200, occurs_at=some)]
        case 4 if some is not None:
            await rota.desk.post(f"{path}/plan", 200, occurs_at=some)
        case 5 if some is not None and some != coming[0]["occurs_at"]:
            return [made, await rota.desk.post(f"{path}/split", 201, occurs_at=some, text="Else.")]
    await rota.work(made)
    return [made]


@pytest.mark.parametrize("seed", range(6))
async def test_posts_are_what_the_rule_says_whatever_was_done_to_it(rota: Rota, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a walk that can be walked again
    ones = [await rota.make(rule=chance.choice(RULES))]
    for _ in range(STEPS):
        place = chance.randrange(len(ones))
        ones[place : place + 1] = await step(rota, ones[place], chance)
    for each in ones:
        await rota.work(each)

    for made in ones:
        now = await rota.read(made)
        planned = [each for each in await rota.posts(made) if each["state"] == "scheduled"]
        assert [each["wall_time"] for each in planned] == [each["occurs_at"] for each in planned]
        walls = [each["occurs_at"] for each in planned]
        assert sorted(walls) == sorted(set(walls))
        coming = await rota.coming(made)
        assert walls[:10] == [each["occurs_at"] for each in coming if each["post_id"]]
        soon = f"{datetime.now(UTC) + HORIZON - timedelta(days=1):%Y-%m-%d}"
        assert [each for each in coming if each["at"] < soon and not each["post_id"]] == []
        assert {each["text"] for each in planned} <= {now["text"]}
        assert now["problem"] is None
