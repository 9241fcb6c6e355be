"""That a delivery began is known before anything is changed over there."""

from datetime import timedelta
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlmodel import select

from domain.connector.http import Call, Reply
from domain.connector.words import Checkpoint
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.posts import delivering
from domain.posts.delivering import SEND, Task
from domain.posts.tables import Delivery
from tests.conftest import NOW
from tests.domain.posts.build import make_due_post
from tests.workers.world import make_context
from tests.world import WORKER, make_workspace
from workers.steps import Beginning, LeaseLost, Steps

LEASE = timedelta(seconds=60)


class Network:
    """Notes of each call whether the delivery was known to have begun."""

    def __init__(self, database: Database, workspace_id: UUID) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.seen: list[tuple[str, bool]] = []

    async def __call__(self, call: Call) -> Reply:
        self.seen.append((call.method, (await self.row()).is_begun))
        return Reply(200, {}, b"", call.url)

    async def row(self) -> Delivery:
        async with self.database.transaction(self.workspace_id) as session:
            return (await session.exec(select(Delivery))).one()

    async def claimed(self, after: timedelta = timedelta(0)) -> Task:
        caller, now = worker(self.workspace_id), NOW + after
        async with self.database.transaction(self.workspace_id) as session:
            rows = await delivering.claim_due(
                session, [caller.workspace_id], by=WORKER, now=now, lease=LEASE, most=1
            )
            [task] = await delivering.prepare(session, caller, rows, now=now)
        return task


@pytest.fixture
async def network(database: Database) -> Network:
    workspace_id = await make_workspace(database)
    await make_due_post(database, workspace_id, now=NOW)
    return Network(database, workspace_id)


def steps_of(settings: Settings, redis: ArqRedis, network: Network, task: Task) -> Steps:
    return Steps(make_context(settings, network.database, redis, network), task, 3)


async def test_it_began_before_the_first_call_that_changes_anything(
    settings: Settings, redis: ArqRedis, network: Network
) -> None:
    steps = steps_of(settings, redis, network, await network.claimed())
    http = Beginning(network, steps)

    for method in ("GET", "POST", "DELETE"):
        await http(Call(method, "http://sandbox.test"))

    assert network.seen == [("GET", False), ("POST", True), ("DELETE", True)]


async def test_what_a_checkpoint_records_is_not_under_way_until_the_next_call(
    settings: Settings, redis: ArqRedis, network: Network
) -> None:
    steps = steps_of(settings, redis, network, await network.claimed())
    http = Beginning(network, steps)

    await steps.save({"sent": 0})
    await http(Call("GET", "http://sandbox.test"))
    for number in (1, 2):
        await http(Call("POST", "http://sandbox.test"))
        await steps.save({"sent": number})
        await http(Call("GET", "http://sandbox.test"))

    told = [("GET", True), ("POST", True), ("GET", False), ("POST", True), ("GET", False)]
    assert network.seen == told


async def test_nothing_is_called_once_another_has_the_delivery(
    settings: Settings, redis: ArqRedis, network: Network
) -> None:
    """Whatever its own clock tells: the row decides."""
    steps = steps_of(settings, redis, network, await network.claimed())
    await network.claimed(after=LEASE)
    http = Beginning(network, steps)

    with pytest.raises(LeaseLost):
        await http(Call("POST", "http://sandbox.test"))
    with pytest.raises(LeaseLost):
        await steps.save({"sent": 1})

    assert network.seen == []


async def test_a_second_step_begins_only_while_the_claim_lasts(
    settings: Settings, redis: ArqRedis, network: Network
) -> None:
    """A worker that slept between two messages sent the second beside whoever took it over."""
    steps = steps_of(settings, redis, network, await network.claimed())
    http = Beginning(network, steps)
    await http(Call("POST", "http://sandbox.test"))
    await steps.save({"sent": 1})
    taken_over = await network.claimed(after=LEASE)

    with pytest.raises(LeaseLost):
        await http(Call("POST", "http://sandbox.test"))

    assert (taken_over.act, taken_over.checkpoint) == (SEND, {"sent": 1})
    assert network.seen == [("POST", True)]


async def test_that_all_is_sent_is_kept_by_the_record_alone_unless_none_follows(
    settings: Settings, redis: ArqRedis, network: Network
) -> None:
    steps = steps_of(settings, redis, network, await network.claimed())
    whole: Checkpoint = {"sent": ["1", "2", "3"]}
    await Beginning(network, steps)(Call("POST", "http://sandbox.test"))

    await steps.save(whole)
    under_way = await network.row()
    await steps.keep_whole()
    kept = await network.row()

    assert (under_way.checkpoint, under_way.is_begun) == ({}, True)
    assert (kept.checkpoint, kept.is_begun) == (whole, False)
