"""Posts that say the same words: what became of one is not told by the other."""

from datetime import timedelta
from typing import Any

from domain.connector.errors import OutcomeUnknown
from domain.posts.tables import Delivery
from tests.conftest import NOW
from tests.workers.stage import Stage, stage
from tests.workers.test_half_out import go

__all__ = ["stage"]
LOST = OutcomeUnknown("No answer came.")


def stands(stage: Stage, *ids: str) -> None:
    """What the network lists of the account, all of the same words."""
    stage.network.listed = [post(id_) for id_ in ids]


def post(id_: str) -> dict[str, Any]:
    return {
        "id": id_,
        "handle": "vaud",
        "text": "a",
        "media": [],
        "language": None,
        "reply_to": None,
        "root_id": None,
        "url": f"http://sandbox.test/{id_}",
        "created_at": NOW.isoformat(),
    }


async def begin(stage: Stage) -> None:
    """One that arrived as `a`, and one of the same words whose outcome nobody knows."""
    account_id = await stage.account()
    await stage.plan("a", account_id)
    await go(stage)
    await stage.plan("a", account_id)
    stage.network.refusals["a"] = LOST
    await go(stage)
    assert await stage.states() == ["done", "unknown"]


async def go_on(stage: Stage) -> Delivery:
    for _ in range(3):
        stage.now += timedelta(seconds=5)
        await go(stage)
    _, row = await stage.rows(Delivery)
    assert isinstance(row, Delivery)
    return row


async def test_a_post_that_did_not_arrive_is_sent_beside_one_of_the_same_words(
    stage: Stage,
) -> None:
    """It was taken for the other one, shown as published there, and lost."""
    await begin(stage)
    stage.network.refusals.clear()
    stands(stage, "a")

    row = await go_on(stage)

    assert stage.network.texts == ["a", "a", "a"]
    assert row.state == "done"


async def test_a_post_that_arrived_is_found_behind_one_of_the_same_words(stage: Stage) -> None:
    await begin(stage)
    stands(stage, "a", "b")

    row = await go_on(stage)

    assert stage.network.texts == ["a", "a"]
    assert (row.state, row.remote_id) == ("done", "b")
