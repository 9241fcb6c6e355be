"""A worker is killed between two messages of a thread: what is out stands, the rest goes out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.house import House, open_house
from tests.kill.test_lanes import kinds, problem_of, state_of
from tests.stack import PATIENCE_S, Stack, running_stack, until

PARTS = ["Un sur trois.", "Deux sur trois.", "Trois sur trois."]
GATE = 5
# Whoever begins once more after a checkpoint waits at the gate, which the test holds, and never
# gets through: it would go on in PostgreSQL though its worker is no more.
WAITING = f"""
CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({GATE});
    RAISE 'nobody is there any more';
END $$;
CREATE TRIGGER gate BEFORE UPDATE ON deliveries FOR EACH ROW
  WHEN (NEW.is_begun AND NOT OLD.is_begun AND jsonb_array_length(OLD.checkpoint -> 'sent') = 1)
  EXECUTE FUNCTION wait_at_gate()
"""
AT_GATE = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted)
"""


@pytest.mark.timeout(300)
async def test_only_the_message_under_way_can_be_in_doubt(tmp_path: Path) -> None:
    """A person was asked about a message that had never begun, on a network that cannot tell."""
    with running_stack(tmp_path / "stack") as stack:
        house = open_house(stack, handle="thread", idempotency="E")
        async with gate(stack) as owner:
            id_ = await asyncio.to_thread(begin, house)
            await at_gate(owner)
            stack.kill_worker()
        out = [house.published(text) for text in PARTS]
        stack.start_worker()

        until(lambda: state_of(house, id_) in ("done", "unknown"), "the rest is taken over")
        assert out == [1, 0, 0]
        assert (state_of(house, id_), problem_of(house, id_)) == ("done", None)
        assert [house.published(text) for text in PARTS] == [1, 1, 1]
        assert kinds(house, id_) == ["send"]


def begin(house: House) -> str:
    variants = [{"account_id": house.account, "parts": PARTS}]
    return house.publish("Trois messages.", variants=variants)


@asynccontextmanager
async def gate(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    owner = await asyncpg.connect(stack.engines.owner_url)
    await owner.execute(WAITING)
    await owner.execute("SELECT pg_advisory_lock($1)", GATE)
    yield owner
    await owner.execute("SELECT pg_advisory_unlock($1)", GATE)
    await owner.execute("DROP TRIGGER gate ON deliveries; DROP FUNCTION wait_at_gate")
    await owner.close()


async def at_gate(owner: asyncpg.Connection) -> None:
    """Returns once a message is to begin after one that is out."""
    async with asyncio.timeout(PATIENCE_S):
        while not await owner.fetchval(AT_GATE, GATE):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)
