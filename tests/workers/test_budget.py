import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from arq.connections import ArqRedis
from redis.asyncio import Redis
from structlog.testing import capture_logs

from api.accounts.budgets import ValkeyCounters
from domain.accounts.budgeting import Kind, Purpose, ahead_key, told_key
from domain.connector.dialects.rate import Rate
from domain.connector.errors import RateLimited, Unavailable
from domain.connector.http import Call, FilePart, Reply
from domain.connector.manifest import Budget, IdempotencyClass, Manifest, Source
from domain.kernel.settings import Settings
from workers.budget import Budgets, for_account, kind_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = Source(url="https://example.org", read_on=date(2026, 11, 22))


def manifest(*budgets: tuple[str, int, int]) -> Manifest:
    return Manifest(
        key="testnet",
        name="Testnet",
        idempotency=IdempotencyClass.NONE,
        reconcile_wait_s=1,
        text=None,
        images=None,
        videos=None,
        max_parts=1,
        visibilities=(),
        has_content_warning=False,
        has_language=False,
        metrics=(),
        metrics_batch=1,
        poll_min_s=30,
        budgets=tuple(
            Budget(name=name, limit=limit, window_s=window_s, source=SOURCE)
            for name, limit, window_s in budgets
        ),
        apis=(),
        login=(),
        notes=(),
    )


@dataclass
class Network:
    """Answers what is in `replies`, in order, then 200; fails when there is an error instead."""

    replies: list[Reply | Exception] = field(default_factory=list)
    sent: list[Call] = field(default_factory=list)

    async def __call__(self, call: Call) -> Reply:
        self.sent.append(call)
        reply = self.replies.pop(0) if self.replies else says()
        if isinstance(reply, Exception):
            raise reply
        return reply


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def says(status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, named, b"", "https://testnet.example/")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budgets(redis: ArqRedis, clock: Clock) -> Budgets:
    return Budgets(redis, clock)


@pytest.fixture
def account_id() -> UUID:
    return uuid4()


GET = Call("GET", "https://testnet.example/")
POST = Call("POST", "https://testnet.example/", json={})


async def spend(http: object, call: Call, times: int) -> int:
    """How many of so many calls went through."""
    assert callable(http)
    passed = 0
    for _ in range(times):
        try:
            await http(call)
        except RateLimited:
            break
        passed += 1
    return passed


def test_calls_are_told_apart_by_what_they_do() -> None:
    upload = Call("POST", GET.url, files=(FilePart("file", "a", "image/png", b"x"),))

    delete = Call("DELETE", GET.url)
    kinds = [kind_of(call) for call in (GET, POST, upload, delete)]

    assert kinds == [Kind.READ, Kind.WRITE, Kind.MEDIA, Kind.DELETE]


async def test_a_listed_budget_is_spent_once_by_all_workers(
    redis: ArqRedis, settings: Settings, clock: Clock, account_id: UUID
) -> None:
    other = Redis.from_url(settings.redis_url.get_secret_value())
    network, known = Network(), manifest(("all", 5, 60))
    one = for_account(network, Budgets(redis, clock), known, account_id, Purpose.PUBLISH)
    two = for_account(network, Budgets(other, clock), known, account_id, Purpose.PUBLISH)

    passed = [await spend(one, GET, 3), await spend(two, POST, 9)]
    with pytest.raises(RateLimited) as refusal:
        await one(GET)
    await other.aclose()

    assert (passed, len(network.sent)) == ([3, 2], 5)
    assert refusal.value.code == "outbound.budget_spent"
    assert refusal.value.until == NOON + timedelta(seconds=60)


async def test_a_new_window_brings_a_new_budget(
    budgets: Budgets, clock: Clock, account_id: UUID
) -> None:
    network = Network()
    http = for_account(network, budgets, manifest(("all", 2, 60)), account_id, Purpose.PUBLISH)
    before = await spend(http, GET, 9)

    clock.now += timedelta(seconds=60)

    assert (before, await spend(http, GET, 9)) == (2, 2)


async def test_accounts_do_not_share_a_budget(budgets: Budgets) -> None:
    known = manifest(("all", 2, 60))

    passed = [
        await spend(for_account(Network(), budgets, known, uuid4(), Purpose.PUBLISH), GET, 9)
        for _ in range(2)
    ]

    assert passed == [2, 2]


async def test_measuring_stops_before_reading_and_reading_before_publishing(
    budgets: Budgets, account_id: UUID
) -> None:
    known = manifest(("all", 100, 60))

    passed = [
        await spend(for_account(Network(), budgets, known, account_id, purpose), GET, 200)
        for purpose in (Purpose.METRICS, Purpose.INBOX, Purpose.PUBLISH)
    ]

    assert passed == [70, 20, 10]


async def test_what_waited_to_be_published_goes_ahead_of_readings_in_the_next_window(
    budgets: Budgets, clock: Clock, account_id: UUID
) -> None:
    """Of a budget of eight a tenth is nothing: readings took it before what waited could go on."""
    known = manifest(("all", 8, 5))
    publishing, reading = (
        for_account(Network(), budgets, known, account_id, purpose)
        for purpose in (Purpose.PUBLISH, Purpose.INBOX)
    )
    spent = await spend(publishing, POST, 9)
    clock.now += timedelta(seconds=5)
    read_first = await spend(reading, GET, 9)
    published = await spend(publishing, POST, 4)
    clock.now += timedelta(seconds=10)
    read_later = await spend(reading, GET, 9)

    assert (spent, read_first, published, read_later) == (8, 0, 4, 8)


async def test_a_kind_has_a_budget_of_its_own(budgets: Budgets, account_id: UUID) -> None:
    known = manifest(("all", 10, 60), ("write", 2, 60))
    http = for_account(Network(), budgets, known, account_id, Purpose.PUBLISH)

    assert (await spend(http, POST, 9), await spend(http, GET, 99)) == (2, 8)


async def test_only_sessions_are_counted_as_logins(budgets: Budgets, account_id: UUID) -> None:
    listed = manifest(("login", 1, 300))
    await budgets.take(listed, account_id, Kind.WRITE, Purpose.PUBLISH, now=NOON)
    await budgets.take(listed, account_id, Kind.READ, Purpose.CONNECT, now=NOON)
    await budgets.take(listed, account_id, Kind.WRITE, Purpose.CONNECT, now=NOON)

    with pytest.raises(RateLimited) as spent:
        await budgets.take(listed, account_id, Kind.WRITE, Purpose.CONNECT, now=NOON)

    assert spent.value.until == NOON + timedelta(seconds=300)
    await budgets.take(listed, account_id, Kind.WRITE, Purpose.PUBLISH, now=NOON)


async def test_what_the_network_says_counts(
    redis: ArqRedis, budgets: Budgets, clock: Clock, account_id: UUID
) -> None:
    left = says(x_ratelimit_limit="300", x_ratelimit_remaining="2", x_ratelimit_reset="30")
    network = Network([left])
    http = for_account(network, budgets, manifest(("all", 300, 60)), account_id, Purpose.PUBLISH)

    passed = await spend(http, GET, 9)
    keys = [told_key(manifest(), account_id, Kind.READ)]
    found = await ValkeyCounters(redis).read(
        [], keys, ahead_key(manifest(), account_id), now=clock.now
    )
    with pytest.raises(RateLimited) as refusal:
        await http(GET)
    clock.now += timedelta(seconds=31)
    later = await spend(http, GET, 9)

    assert (passed, later) == (3, 9)
    assert found.told == [Rate(300, 0, NOON + timedelta(seconds=30))]
    assert refusal.value.until == NOON + timedelta(seconds=30)


@pytest.mark.parametrize("is_one", [True, False])
async def test_what_a_network_tells_holds_for_what_it_covers(
    budgets: Budgets, account_id: UUID, *, is_one: bool
) -> None:
    """The sandbox tells of all calls together: once reading had spent them, writing was refused."""
    known = manifest().model_copy(update={"tells_one_budget": is_one})
    left = says(ratelimit_limit="10", ratelimit_remaining="4", ratelimit_reset="30")
    http = for_account(Network([left]), budgets, known, account_id, Purpose.PUBLISH)

    passed = [await spend(http, call, 9) for call in (GET, POST)]

    assert passed == ([5, 0] if is_one else [5, 9])


async def test_a_window_that_is_over_says_nothing_of_the_next(
    budgets: Budgets, clock: Clock, account_id: UUID
) -> None:
    """Of two short windows that end within two seconds, the old one's last word was kept."""
    told: list[Reply | Exception] = [
        says(ratelimit_limit="9", ratelimit_remaining=str(left), ratelimit_reset="1")
        for left in (0, 8)
    ]
    http = for_account(Network(told), budgets, manifest(), account_id, Purpose.PUBLISH)
    await http(GET)

    clock.now += timedelta(seconds=1)

    assert await spend(http, GET, 20) == 9


async def test_calls_under_way_as_a_window_begins_are_no_more_than_the_last_one_held(
    budgets: Budgets, clock: Clock, account_id: UUID
) -> None:
    def tells(left: int, minutes: int) -> Reply:
        end = f"{NOON + timedelta(minutes=minutes):%FT%TZ}"
        return says(x_ratelimit_limit="3", x_ratelimit_remaining=str(left), x_ratelimit_reset=end)

    read = for_account(Network([tells(0, 1)]), budgets, manifest(), account_id, Purpose.PUBLISH)
    await read(GET)
    clock.now = NOON + timedelta(minutes=1, seconds=1)

    async def take() -> None:
        now = clock.now
        await budgets.take(manifest(), account_id, Kind.READ, Purpose.PUBLISH, now=now)

    for _ in range(3):
        await take()
    with pytest.raises(RateLimited) as refusal:
        await take()
    for answer in (tells(0, 1), tells(2, 2)):
        await budgets.learn(manifest(), account_id, Kind.READ, answer, now=clock.now)
    with pytest.raises(RateLimited) as still:
        await take()

    assert refusal.value.until == clock.now + timedelta(seconds=10)
    assert still.value.until == NOON + timedelta(minutes=2)


async def test_a_window_that_was_supposed_and_never_told_of_ends(
    budgets: Budgets, clock: Clock, account_id: UUID
) -> None:
    end = f"{NOON + timedelta(minutes=1):%FT%TZ}"
    told = says(x_ratelimit_limit="2", x_ratelimit_remaining="0", x_ratelimit_reset=end)
    lost = [Unavailable("No answer.") for _ in range(4)]
    network = Network([told, *lost])
    read = for_account(network, budgets, manifest(), account_id, Purpose.PUBLISH)
    await read(GET)
    for seconds in (61, 71, 72):
        clock.now = NOON + timedelta(seconds=seconds)
        for _ in range(2):
            with pytest.raises((Unavailable, RateLimited)):
                await read(GET)

    assert len(network.sent) == 5


async def test_a_spent_reading_budget_does_not_stop_writing(
    budgets: Budgets, account_id: UUID
) -> None:
    spent = says(ratelimit_limit="10", ratelimit_remaining="0", ratelimit_reset="30")
    http = for_account(Network([spent]), budgets, manifest(), account_id, Purpose.PUBLISH)

    assert (await spend(http, GET, 9), await spend(http, POST, 9)) == (1, 9)


@pytest.mark.parametrize(
    ("reply", "wait_s"),
    [
        (says(429), 60),
        (says(429, retry_after="7"), 7),
        (says(503, retry_after="9"), 9),
        (says(429, x_ratelimit_remaining="5", x_ratelimit_reset="11"), 11),
    ],
)
async def test_a_network_that_wants_to_be_left_alone_is(
    budgets: Budgets, account_id: UUID, reply: Reply, wait_s: int
) -> None:
    network = Network([reply])
    http = for_account(network, budgets, manifest(), account_id, Purpose.PUBLISH)
    refused = await http(GET)

    with pytest.raises(RateLimited) as refusal:
        await http(GET)

    assert refusal.value.until == NOON + timedelta(seconds=wait_s)
    assert refused.received_at == NOON
    assert len(network.sent) == 1


@pytest.mark.parametrize(
    ("status", "body", "wait_s"),
    [
        (429, b'{"ok": false, "parameters": {"retry_after": 7}}', 7),
        (429, b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 7000}', 7),
        (400, b'{"code": "comment_flood"}', 60),
    ],
)
async def test_a_wait_that_stands_in_the_body_counts_as_well(
    budgets: Budgets, account_id: UUID, status: int, body: bytes, wait_s: int
) -> None:
    network = Network([Reply(status, {}, body, "https://testnet.example/")])
    http = for_account(network, budgets, manifest(), account_id, Purpose.PUBLISH)
    await http(POST)

    with pytest.raises(RateLimited) as refusal:
        await http(POST)

    assert refusal.value.until == NOON + timedelta(seconds=wait_s)
    assert len(network.sent) == 1


DELETE = Call("DELETE", "https://testnet.example/")
SLOWED = b'{"message": "You are being rate limited.", "retry_after": 7.0, "global": %s}'


@pytest.mark.parametrize(
    ("headers", "is_global", "passed"),
    [
        ({"x-ratelimit-global": "true"}, b"true", [0, 0, 0]),
        ({"x-ratelimit-scope": "global"}, b"false", [0, 0, 0]),
        ({}, b"true", [0, 0, 0]),
        ({"x-ratelimit-scope": "user"}, b"false", [2, 0, 2]),
        ({"x-ratelimit-scope": "shared"}, b"false", [2, 0, 2]),
    ],
)
async def test_a_refusal_of_all_calls_holds_those_of_every_kind(
    budgets: Budgets,
    account_id: UUID,
    headers: dict[str, str],
    is_global: bytes,
    passed: list[int],
) -> None:
    """Discord's global limit held writing alone: every other call added to its ten thousand."""
    told = {"retry-after": "7", **headers}
    network = Network([Reply(429, told, SLOWED % is_global, "https://testnet.example/")])
    http = for_account(network, budgets, manifest(), account_id, Purpose.PUBLISH)
    await http(POST)

    assert [await spend(http, call, 2) for call in (GET, POST, DELETE)] == passed
    assert len(network.sent) == 1 + sum(passed)


async def test_what_is_spent_for_longer_stands_when_all_calls_are_refused_for_less(
    budgets: Budgets, clock: Clock, account_id: UUID
) -> None:
    told: list[Reply | Exception] = [
        says(429, retry_after="60"),
        says(429, retry_after="7", x_ratelimit_global="true"),
    ]
    http = for_account(Network(told), budgets, manifest(), account_id, Purpose.PUBLISH)
    await http(POST)
    await http(GET)
    clock.now += timedelta(seconds=8)

    assert [await spend(http, call, 2) for call in (POST, GET)] == [0, 2]


async def test_measuring_stops_before_percentages_are_used_up(
    budgets: Budgets, account_id: UUID
) -> None:
    used = says(x_app_usage='{"call_count": 75, "total_time": 3, "total_cputime": 4}')
    publishing, measuring = (
        for_account(Network([used]), budgets, manifest(), account_id, purpose)
        for purpose in (Purpose.PUBLISH, Purpose.METRICS)
    )

    await publishing(GET)

    assert (await spend(measuring, GET, 9), await spend(publishing, GET, 9)) == (0, 9)


async def test_a_wait_for_media_is_no_spent_budget(budgets: Budgets, account_id: UUID) -> None:
    http = for_account(
        Network([says(202, retry_after="5")]), budgets, manifest(), account_id, Purpose.PUBLISH
    )

    assert await spend(http, POST, 3) == 3


async def test_an_answer_that_was_overtaken_does_not_give_budget_back(
    budgets: Budgets, account_id: UUID
) -> None:
    late = [
        says(ratelimit_limit="10", ratelimit_remaining=str(left), ratelimit_reset="30")
        for left in (4, 6)
    ]
    http = for_account(Network(list(late)), budgets, manifest(), account_id, Purpose.PUBLISH)

    passed = await spend(http, GET, 20)

    assert passed == 5


async def test_a_failed_call_counts_too(budgets: Budgets, account_id: UUID) -> None:
    network = Network([Unavailable("gone"), Unavailable("gone")])
    http = for_account(network, budgets, manifest(("all", 2, 60)), account_id, Purpose.PUBLISH)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await http(GET)

    with pytest.raises(RateLimited):
        await http(GET)


async def test_calls_at_the_same_moment_are_each_counted_also_by_a_valkey_that_knows_no_scripts(
    redis: ArqRedis, budgets: Budgets, account_id: UUID
) -> None:
    network, known = Network(), manifest(("all", 5, 60))
    http = for_account(network, budgets, known, account_id, Purpose.PUBLISH)

    passed = [sum(await asyncio.gather(*(spend(http, GET, 1) for _ in range(3))))]
    await redis.script_flush()
    passed += [sum(await asyncio.gather(*(spend(http, GET, 1) for _ in range(9))))]

    assert (passed, len(network.sent)) == ([3, 2], 5)


async def test_without_valkey_calls_go_out_uncounted(tmp_path: Path, account_id: UUID) -> None:
    nowhere: Redis = Redis.from_url(f"unix://{tmp_path}/nothing.sock")
    network = Network([says(x_ratelimit_remaining="0", x_ratelimit_reset="30")])
    http = for_account(
        network, Budgets(nowhere), manifest(("all", 1, 60)), account_id, Purpose.METRICS
    )

    with capture_logs() as logs:
        passed = await spend(http, GET, 3)
    await nowhere.aclose()

    assert (passed, len(network.sent)) == (3, 3)
    assert [line["event"] for line in logs].count("budget.uncounted") == 3


async def test_percentages_are_not_spent_call_by_call(
    budgets: Budgets, clock: Clock, account_id: UUID
) -> None:
    """A call may take a thousandth of what is told in hundredths."""
    network = Network([says(x_app_usage='{"call_count": 5}') for _ in range(200)])
    http = for_account(network, budgets, manifest(), account_id, Purpose.METRICS)
    passed = 0
    for _ in range(200):
        clock.now += timedelta(milliseconds=300)
        passed += await spend(http, GET, 1)

    assert passed == 200


async def test_number_that_nothing_counts_down_from_switches_no_budget_off(
    redis: ArqRedis, clock: Clock, account_id: UUID
) -> None:
    """Valkey broke at it, and with it at all that other accounts asked for at the same moment."""
    budgets = Budgets(redis, clock)
    told = says(x_ratelimit_remaining="9" * 30, x_ratelimit_reset="60")
    spent = manifest(("all", 1, 60))
    hostile = for_account(
        Network([told]), budgets, manifest(("all", 9, 60)), uuid4(), Purpose.PUBLISH
    )
    other = for_account(Network(), budgets, spent, account_id, Purpose.PUBLISH)
    assert await spend(hostile, GET, 1) == await spend(other, GET, 1) == 1

    with capture_logs() as logs:
        passed = await asyncio.gather(spend(hostile, GET, 1), spend(other, GET, 1))

    assert (tuple(passed), [line["event"] for line in logs]) == ((1, 0), [])
