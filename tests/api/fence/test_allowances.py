"""The counters of one process, and of several that share through Valkey."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from arq.connections import ArqRedis
from redis.asyncio import Redis

from api.fence.allowances import SHARE_SOONEST_S, Allowances
from api.fence.policies import headers_of, left_of
from domain.kernel.caller import Caller
from domain.kernel.errors import RateExceeded
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from tests.conftest import KEY, NEWER

MINUTE = 60.0 * 29_000_000
Scope = dict[str, Any]


@dataclass
class Clock:
    now: float = MINUTE

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tight(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "limit_token_per_min": 10,
            "limit_application_per_min": 15,
            "limit_address_per_min": 5,
        }
    )


@pytest.fixture
def allowances(redis: ArqRedis, tight: Settings, clock: Clock) -> Allowances:
    return Allowances(redis, KeyRing.parse(KEY), tight, clock)


@pytest.fixture
def other(redis: ArqRedis, tight: Settings, clock: Clock) -> Allowances:
    """Another process."""
    return Allowances(redis, KeyRing.parse(KEY), tight, clock)


def somebody(application: str | None = None) -> Caller:
    return Caller(uuid4(), f"token:{uuid4()}", frozenset(), application=application)


def spend(allowances: Allowances, caller: Caller, times: int) -> int:
    """How many of so many requests were let through."""
    passed = 0
    for _ in range(times):
        try:
            allowances.spend_caller({}, caller)
        except RateExceeded:
            break
        passed += 1
    return passed


def test_a_token_has_its_quota_and_no_more(allowances: Allowances) -> None:
    assert spend(allowances, somebody(), 99) == 10


def test_tokens_do_not_share_a_quota(allowances: Allowances) -> None:
    assert [spend(allowances, somebody(), 99) for _ in range(2)] == [10, 10]


def test_the_tokens_of_an_application_share_its_quota(allowances: Allowances) -> None:
    one = f"app_{uuid4()}"

    assert [spend(allowances, somebody(one), 99) for _ in range(2)] == [10, 5]


def test_a_request_counts_once_however_often_it_is_looked_at(allowances: Allowances) -> None:
    caller, scope = somebody(), Scope()
    for _ in range(3):
        allowances.spend_caller(scope, caller)

    assert left_of(scope)["token"].remaining == 9


def test_a_refused_request_stays_refused(allowances: Allowances) -> None:
    caller, scope = somebody(), Scope()
    spend(allowances, caller, 10)

    for _ in range(2):
        with pytest.raises(RateExceeded):
            allowances.spend_caller(scope, caller)
    assert headers_of(left_of(scope))[1][1].startswith(b'"token";r=0;t=')


def test_the_window_slides(allowances: Allowances, clock: Clock) -> None:
    caller = somebody()
    spend(allowances, caller, 10)

    clock.now += 60
    nothing = spend(allowances, caller, 99)
    clock.now += 30
    half = spend(allowances, caller, 99)
    clock.now += 90
    quarter = spend(allowances, caller, 99)
    clock.now += 120

    assert (nothing, half, quarter, spend(allowances, caller, 99)) == (0, 5, 10, 10)


@pytest.mark.parametrize(("spent", "waited_s"), [(10, 0), (10, 45), (4, 0)])
def test_who_waits_as_long_as_told_is_let_through(
    allowances: Allowances, clock: Clock, spent: int, waited_s: int
) -> None:
    caller, scope = somebody(), Scope()
    spend(allowances, caller, spent)
    clock.now += 60 + waited_s
    spend(allowances, caller, 99)
    with pytest.raises(RateExceeded) as refusal:
        allowances.spend_caller(scope, caller)

    assert refusal.value.until is not None
    ends = refusal.value.until.timestamp()
    clock.now = ends - 0.1
    assert spend(allowances, caller, 1) == 0
    clock.now = ends + 0.001
    assert spend(allowances, caller, 1) == 1


async def test_processes_learn_what_the_others_let_through(
    allowances: Allowances, other: Allowances
) -> None:
    caller = somebody()
    spend(allowances, caller, 4)
    spend(other, caller, 3)
    for each in (allowances, other):
        await each.share()
    spend(allowances, caller, 1)
    await allowances.share()

    assert spend(allowances, caller, 99) == 2


async def test_others_are_asked_at_once_at_first_and_where_little_may_be_left(
    redis: ArqRedis, tight: Settings, clock: Clock
) -> None:
    many = Allowances(
        redis, KeyRing.parse(KEY), tight.model_copy(update={"limit_token_per_min": 90}), clock
    )
    caller = somebody()
    asked = []

    for number in range(1, 31):
        assert spend(many, caller, 1) == 1
        if many._pressing.is_set():
            asked.append(number)
            many._pressing.clear()
            await many.share()

    # An eighth of what is left is kept back, no more.
    assert asked == [1, 11, 20, 28]


async def test_who_is_cut_off_from_the_others_does_not_ask_in_haste(
    tmp_path: Path, tight: Settings, clock: Clock
) -> None:
    nowhere: Redis = Redis.from_url(f"unix://{tmp_path}/nothing.sock")
    alone, caller = Allowances(nowhere, KeyRing.parse(KEY), tight, clock), somebody()
    spend(alone, caller, 1)
    await alone.share()
    alone._pressing.clear()

    spend(alone, caller, 9)

    await nowhere.aclose()
    assert not alone._pressing.is_set()


async def test_a_rotated_key_gives_nobody_a_new_quota(
    allowances: Allowances, redis: ArqRedis, tight: Settings, clock: Clock
) -> None:
    caller = somebody()
    rotated = Allowances(redis, KeyRing.parse(f"{NEWER},{KEY}"), tight, clock)
    spend(allowances, caller, 9)
    await allowances.share()
    spend(rotated, caller, 1)
    await rotated.share()

    assert spend(rotated, caller, 99) == 0


async def test_a_new_process_learns_of_the_minute_before(
    allowances: Allowances, other: Allowances, clock: Clock
) -> None:
    caller = somebody()
    spend(allowances, caller, 10)
    await allowances.share()
    clock.now += 75
    first = spend(other, caller, 1)
    await other.share()

    # Three quarters of the ten still count, and the one just made.
    assert (first, spend(other, caller, 99)) == (1, 1)


async def test_what_valkey_lost_is_not_given_back(allowances: Allowances, redis: ArqRedis) -> None:
    caller = somebody()
    spend(allowances, caller, 8)
    await allowances.share()
    await redis.flushdb()
    spend(allowances, caller, 1)
    await allowances.share()

    assert spend(allowances, caller, 99) == 1


async def test_without_valkey_each_process_goes_on_with_what_it_knows(
    tmp_path: Path, tight: Settings, clock: Clock
) -> None:
    nowhere: Redis = Redis.from_url(f"unix://{tmp_path}/nothing.sock")
    alone, caller = Allowances(nowhere, KeyRing.parse(KEY), tight, clock), somebody()

    before = spend(alone, caller, 6)
    await alone.share()
    after = spend(alone, caller, 99)
    await alone.share()
    await nowhere.aclose()

    assert (before, after) == (6, 4)


async def test_what_valkey_did_not_take_is_told_when_it_is_back(
    allowances: Allowances, other: Allowances, redis: ArqRedis, tmp_path: Path
) -> None:
    caller = somebody()
    nowhere: Redis = Redis.from_url(f"unix://{tmp_path}/nothing.sock")
    allowances._redis = nowhere
    spend(allowances, caller, 6)
    await allowances.share()
    allowances._redis = redis
    await allowances.share()
    await nowhere.aclose()
    spend(other, caller, 1)
    await other.share()

    assert spend(other, caller, 99) == 3


def test_an_address_is_turned_away_after_its_quota(allowances: Allowances) -> None:
    here, there = {"client": ("203.0.113.7", 1)}, {"client": ("203.0.113.8", 1)}
    for _ in range(5):
        allowances.check_address({**here})
        allowances.count_address({**here})

    with pytest.raises(RateExceeded, match="`address` of 5 in 60 seconds"):
        allowances.check_address({**here})
    allowances.check_address({**there})


def test_a_request_with_a_token_does_not_count_against_its_address(
    allowances: Allowances,
) -> None:
    for _ in range(9):
        scope: Scope = {"client": ("203.0.113.9", 1)}
        allowances.spend_caller(scope, somebody())
        allowances.count_address(scope)

    allowances.check_address({"client": ("203.0.113.9", 1)})


def test_a_heavy_request_counts_as_many(allowances: Allowances) -> None:
    caller, scope = somebody(), Scope()
    allowances.spend_caller(scope, caller)
    allowances.charge(scope, caller, 6)

    assert left_of(scope)["token"].remaining == 3
    assert spend(allowances, caller, 99) == 3


async def test_who_no_longer_comes_is_forgotten(allowances: Allowances, clock: Clock) -> None:
    spend(allowances, somebody(), 1)
    await allowances.share()
    clock.now += 120
    spend(allowances, somebody(), 1)
    allowances.forget()

    assert len(allowances._windows) == 1


def test_no_quota_is_no_limit(redis: ArqRedis, tight: Settings) -> None:
    free = tight.model_copy(update={"limit_token_per_min": 0})
    scope: Scope = {}
    open_wide = Allowances(redis, KeyRing.parse(KEY), free)
    for _ in range(99):
        open_wide.spend_caller(scope, somebody())
        open_wide.count_address(scope)

    assert headers_of(left_of(scope)) == []


async def test_sharing_ends_though_something_presses_as_it_does(allowances: Allowances) -> None:
    """The end was forgotten at that moment, and nothing ended the process."""
    async with asyncio.timeout(10) as patience, allowances.sharing():
        # until it waits for what presses
        await asyncio.sleep(2 * SHARE_SOONEST_S)
        spend(allowances, somebody(), 1)

    assert not patience.expired()
