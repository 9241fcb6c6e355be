"""Claims, leases and records, each against the database."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from domain.accounts.tables import Account
from domain.connector.errors import Refused, Unavailable
from domain.connector.words import Published, Ref
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.errors import AccountDisconnected
from domain.kernel.pages import PageRequest
from domain.posts import arriving, delivering, recording
from domain.posts.adaptation_shapes import AddAdaptation, ChangeAdaptation
from domain.posts.adaptations import add_adaptation, change_adaptation
from domain.posts.arriving import Arrived
from domain.posts.command_shapes import RetryPost
from domain.posts.delivering import LOOK_UP, SEND, Step, Task
from domain.posts.delivery_queries import list_attempts
from domain.posts.delivery_shapes import Settlement
from domain.posts.finding import find_post
from domain.posts.planning import cancel_post
from domain.posts.rules import Decision, Verdict
from domain.posts.settling import retry_post, settle_delivery
from domain.posts.shapes import PostDetail
from domain.posts.showing import get_post
from domain.posts.tables import Attempt
from tests.domain.accounts.build import make_community
from tests.domain.posts.build import make_due_post
from tests.world import WORKER, make_account, make_workspace

LEASE = timedelta(seconds=60)
EACH_OF_MANY = """
WITH many AS (
    INSERT INTO accounts
    SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'remote_id', n))).*
      FROM accounts a, generate_series(1, :most) AS n WHERE a.id = :account_id
    RETURNING workspace_id, id, remote_id::int AS n
)
INSERT INTO deliveries (workspace_id, id, version, created_at, updated_at, kind, account_id, state,
                        due_at, act_at, checkpoint, attempts, look_ups, refs)
SELECT workspace_id, gen_random_uuid(), 1, now(), now(), 'withdraw', id, 'waiting',
       at, at, '{}', 0, 0, '[]'
  FROM many, LATERAL (SELECT CAST(:due_at AS timestamptz) - make_interval(secs => n) AS at) AS its
"""


@pytest.fixture
async def workspace_id(database: Database) -> UUID:
    return await make_workspace(database)


@pytest.fixture
async def post(database: Database, workspace_id: UUID, now: datetime) -> PostDetail:
    return await make_due_post(database, workspace_id, now=now)


async def claim(database: Database, workspace_id: UUID, now: datetime) -> list[Task]:
    caller = worker(workspace_id)
    async with database.transaction(workspace_id) as session:
        rows = await delivering.claim_due(
            session, [caller.workspace_id], by=WORKER, now=now, lease=LEASE, most=10
        )
    async with database.transaction(workspace_id) as session:
        return await delivering.prepare(session, caller, rows, now=now)


async def state(database: Database, post: PostDetail, workspace_id: UUID) -> tuple[str, str]:
    async with database.transaction(workspace_id) as session:
        found = await get_post(session, worker(workspace_id), post.id)
    return found.state, found.deliveries[0].state


async def test_a_claim_is_had_by_one_worker_and_says_what_will_be_sent(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    [task] = await claim(database, workspace_id, now)

    assert (task.act, task.content.parts, task.attempts) == (SEND, ("On taille.",), 1)
    assert await claim(database, workspace_id, now) == []
    assert await state(database, post, workspace_id) == ("going_out", "going")


async def test_a_claim_takes_500_accounts_at_most_first_what_is_longest_due(
    database: Database, workspace_id: UUID, now: datetime
) -> None:
    """Each takes a lock, of which PostgreSQL has few."""
    account_id = await make_account(
        database, workspace_id, await make_community(database, workspace_id)
    )
    async with database.transaction(workspace_id) as session:
        values = {"account_id": account_id, "most": 502, "due_at": now}
        await (await session.connection()).execute(text(EACH_OF_MANY), values)

    claimed = []
    for _ in range(3):
        async with database.transaction(workspace_id) as session:
            rows = await delivering.claim_due(
                session, [workspace_id], by=WORKER, now=now, lease=LEASE, most=2000
            )
        claimed.append([round((now - row["due_at"]).total_seconds()) for row in rows])

    assert [sorted(each) for each in claimed] == [list(range(3, 503)), [1, 2], []]


async def begin(database: Database, task: Task) -> bool:
    """Whether it may be sent: known for good before it is."""
    step = Step(task, None, begins=True)
    await delivering.keep_steps(database.reads, [step])
    return step.is_kept


async def test_a_lost_lease_is_looked_up_and_not_sent_again(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    [sent] = await claim(database, workspace_id, now)
    assert await begin(database, sent)
    later = now + LEASE

    [task] = await claim(database, workspace_id, later)

    assert (task.act, task.attempts, task.look_ups) == (LOOK_UP, 1, 1)
    assert (await state(database, post, workspace_id))[1] == "unknown"


async def test_what_never_began_is_taken_over_and_sent_without_a_look_up(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    [first] = await claim(database, workspace_id, now)

    [second] = await claim(database, workspace_id, now + LEASE)

    assert (second.act, second.attempts, second.look_ups) == (SEND, 1, 0)
    assert await state(database, post, workspace_id) == ("going_out", "going")
    assert not await begin(database, first), "its claim is over"
    assert await begin(database, second)
    assert not await begin(database, first), "another has begun"


async def test_steps_of_several_workspaces_are_kept_at_once_and_each_in_its_own(
    database: Database, now: datetime
) -> None:
    here, there = await make_workspace(database), await make_workspace(database)
    tasks = []
    for workspace_id in (here, there):
        await make_due_post(database, workspace_id, now=now)
        tasks += await claim(database, workspace_id, now)
    [ours, theirs] = tasks
    foreign = Step(replace(ours, workspace_id=there), None, begins=True)

    await delivering.keep_steps(database.reads, [foreign])
    steps = [Step(ours, None, begins=True), Step(theirs, {"sent": 1}, begins=False)]
    await delivering.keep_steps(database.reads, steps)

    assert not foreign.is_kept
    assert [each.is_kept for each in steps] == [True, True]
    [ours_again] = await claim(database, here, now + LEASE)
    [theirs_again] = await claim(database, there, now + LEASE)
    assert (ours_again.act, ours_again.checkpoint) == (LOOK_UP, {})
    assert (theirs_again.act, theirs_again.checkpoint) == (SEND, {"sent": 1})


async def test_what_stood_between_two_steps_goes_on_from_its_checkpoint(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    [first] = await claim(database, workspace_id, now)
    await begin(database, first)
    step = Step(first, {"sent": 1}, begins=False)
    await delivering.keep_steps(database.reads, [step])

    [second] = await claim(database, workspace_id, now + LEASE)

    assert (second.act, second.checkpoint, second.attempts) == (SEND, {"sent": 1}, 1)
    assert await state(database, post, workspace_id) == ("going_out", "going")
    assert await begin(database, second)
    [third] = await claim(database, workspace_id, now + 2 * LEASE)
    assert third.act == LOOK_UP


@pytest.mark.usefixtures("post")
async def test_another_attempt_begins_anew(
    database: Database, workspace_id: UUID, now: datetime
) -> None:
    [first] = await claim(database, workspace_id, now)
    await begin(database, first)
    wait = Decision(Verdict.WAIT, now, is_retryable=True, acting_party="network")
    await fail(database, workspace_id, first, wait)

    [second] = await claim(database, workspace_id, now)
    [third] = await claim(database, workspace_id, now + LEASE)

    assert (second.act, second.attempts) == (SEND, 2)
    assert (third.act, third.attempts) == (SEND, 2)


async def test_nothing_is_recorded_of_a_claim_that_is_over(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    [first] = await claim(database, workspace_id, now)
    await claim(database, workspace_id, now + LEASE)
    wait = Decision(Verdict.WAIT, now, is_retryable=True, acting_party="network")

    await fail(database, workspace_id, first, wait)
    async with database.transaction(workspace_id) as session:
        caller = worker(workspace_id)
        await recording.hold(session, caller, first, AccountDisconnected("a"), now=now)

    assert await state(database, post, workspace_id) == ("going_out", "going")


@pytest.mark.usefixtures("post")
async def test_how_far_it_got_is_kept_also_while_the_outcome_is_in_doubt(
    database: Database, workspace_id: UUID, now: datetime
) -> None:
    [sent] = await claim(database, workspace_id, now)
    await begin(database, sent)
    await claim(database, workspace_id, now + LEASE)

    step = Step(sent, {"sent": 1}, begins=False)
    await delivering.keep_steps(database.reads, [step])

    [looked] = await claim(database, workspace_id, now + 2 * LEASE)
    assert (step.is_kept, looked.checkpoint) == (True, {"sent": 1})


async def test_account_that_speaks_again_ends_no_lease(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    """What goes out a second time was looked up while it was on its way."""
    [first] = await claim(database, workspace_id, now)
    wait = Decision(Verdict.WAIT, now, is_retryable=True, acting_party="network")
    await fail(database, workspace_id, first, wait)
    [second] = await claim(database, workspace_id, now)
    await begin(database, second)

    async with database.transaction(workspace_id) as session:
        caller = worker(workspace_id)
        resumed = await recording.resume_account(session, caller, second.account_id, now=now)

    assert resumed == 0
    assert await claim(database, workspace_id, now) == []
    assert await state(database, post, workspace_id) == ("going_out", "going")


async def fail(database: Database, workspace_id: UUID, task: Task, decision: Decision) -> None:
    async with database.transaction(workspace_id) as session:
        await recording.record_error(
            session,
            worker(workspace_id),
            task,
            Unavailable("Away."),
            decision,
            started_at=task.due_at,
            now=task.due_at,
        )


async def test_what_arrived_is_recorded_once(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    [task] = await claim(database, workspace_id, now)
    for remote_id in ("first", "second"):
        async with database.transaction(workspace_id) as session:
            arrived = Arrived(task, Published((Ref(remote_id, None),)), started_at=now)
            await arriving.record_done(session, worker(workspace_id), [arrived], now=now)

    async with database.transaction(workspace_id) as session:
        found = await get_post(session, worker(workspace_id), post.id)
        attempts = (
            await session.exec(select(Attempt).where(col(Attempt.delivery_id) == task.id))
        ).all()
    assert (found.state, found.deliveries[0].refs[0].remote_id) == ("published", "first")
    assert found.published_at == now
    assert len(attempts) == 2


@pytest.mark.usefixtures("post")
async def test_a_message_that_is_not_there_is_sent_again(
    database: Database, workspace_id: UUID, now: datetime
) -> None:
    [sent] = await claim(database, workspace_id, now)
    await begin(database, sent)
    later = now + LEASE
    [task] = await claim(database, workspace_id, later)
    async with database.transaction(workspace_id) as session:
        await recording.record_not_there(
            session,
            worker(workspace_id),
            task,
            again_at=None,
            checkpoint=None,
            started_at=later,
            now=later,
        )

    [again] = await claim(database, workspace_id, later)

    assert (again.act, again.attempts, again.id) == (SEND, 2, task.id)


async def test_the_history_of_a_delivery_is_counted_on_through_a_retry(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    caller = worker(workspace_id)
    stop = Decision(Verdict.STOP, None, is_retryable=False, acting_party="user")
    for _ in range(2):
        [task] = await claim(database, workspace_id, now)
        async with database.transaction(workspace_id) as session:
            await recording.record_error(
                session, caller, task, Refused("No."), stop, started_at=now, now=now
            )
        async with database.transaction(workspace_id) as session:
            await retry_post(session, caller, post.id, RetryPost(), now=now)

    async with database.transaction(workspace_id) as session:
        found = await list_attempts(session, caller, task.id, PageRequest(limit=1))
        rest = await list_attempts(
            session, caller, task.id, PageRequest(cursor=found.page.next_cursor)
        )
    assert [each.number for each in [*found.data, *rest.data]] == [1, 2]
    assert {each.outcome for each in rest.data} == {"failed"}


async def test_a_cancelled_post_is_not_claimed(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    caller = worker(workspace_id)
    async with database.transaction(workspace_id) as session:
        row = await find_post(session, caller, post.id, None)
        await cancel_post(session, caller, row, now=now)

    assert await claim(database, workspace_id, now) == []
    assert await state(database, post, workspace_id) == ("cancelled", "cancelled")


async def test_another_workspace_claims_nothing(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    other = await make_workspace(database)

    assert await claim(database, other, now) == []
    assert await state(database, post, workspace_id) == ("scheduled", "waiting")


async def test_what_is_adapted_for_the_readers_of_an_account_goes_out_as_it_is_when_claimed(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    caller = worker(workspace_id)
    german = AddAdaptation(locale="de", parts=["Wir schneiden."], content_warning="Wein")
    async with database.transaction(workspace_id) as session:
        account = await session.get_one(Account, (workspace_id, post.variants[0].account_id))
        account.locale = "de-CH"
        made = await add_adaptation(
            session, caller, post.id, german, expected_version=None, now=now
        )
    async with database.transaction(workspace_id) as session:
        change = ChangeAdaptation(parts=["Wir ernten."])
        await change_adaptation(session, caller, made.id, change, expected_version=None, now=now)

    [task] = await claim(database, workspace_id, now)

    said = task.content
    assert (said.parts, said.language, said.content_warning) == (("Wir ernten.",), "de", "Wein")


async def test_a_late_word_on_an_earlier_attempt_ends_no_doubt_about_a_later_one(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    caller = worker(workspace_id)
    [first] = await claim(database, workspace_id, now)
    await begin(database, first)
    [look] = await claim(database, workspace_id, now + LEASE)
    async with database.transaction(workspace_id) as session:
        await recording.record_not_there(
            session,
            caller,
            look,
            again_at=None,
            checkpoint=None,
            started_at=now,
            now=now + LEASE,
        )
    [second] = await claim(database, workspace_id, now + LEASE)
    await begin(database, second)
    [looking] = await claim(database, workspace_id, now + 2 * LEASE)

    wait = Decision(Verdict.WAIT, now, is_retryable=True, acting_party="network")
    await fail(database, workspace_id, first, wait)

    assert (second.act, looking.act) == (SEND, LOOK_UP)
    assert (await state(database, post, workspace_id))[1] == "unknown"


async def test_a_late_word_on_what_a_person_settled_sends_nothing_again(
    database: Database, workspace_id: UUID, post: PostDetail, now: datetime
) -> None:
    """It waited once more, and went out beside what the person had said by hand."""
    [task] = await claim(database, workspace_id, now)
    await begin(database, task)
    await claim(database, workspace_id, now + LEASE)
    async with database.transaction(workspace_id) as session:
        word = Settlement(is_published=False)
        await settle_delivery(session, worker(workspace_id), task.id, word, now=now + LEASE)

    wait = Decision(Verdict.WAIT, now, is_retryable=True, acting_party="network")
    await fail(database, workspace_id, task, wait)

    assert await state(database, post, workspace_id) == ("failed", "failed")
