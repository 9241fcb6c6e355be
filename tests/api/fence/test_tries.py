"""Tries to prove who one is, against real engines that are restarted, wiped and away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from arq.connections import ArqRedis
from redis.asyncio import Redis

from api.cli.valkey import Valkey
from api.fence.policies import headers_of, left_of
from api.fence.tries import Limit, Place, Tries
from domain.kernel.database import Database
from domain.kernel.errors import DependencyAway, RateExceeded
from domain.kernel.nudges import open_queue
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from tests.conftest import KEY, NEWER


@pytest.fixture
def strict(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "limit_sign_in_per_min": 4,
            "limit_grants_per_min": 3,
            "lockout_failures": 2,
            "lockout_address_failures": 5,
        }
    )


@pytest.fixture
def tries(redis: ArqRedis, database: Database, strict: Settings) -> Tries:
    return Tries(redis, database, KeyRing.parse(KEY), strict)


@pytest.fixture
def patient(redis: ArqRedis, database: Database, strict: Settings) -> Tries:
    """Without windows: only failures lock."""
    free = {"limit_sign_in_per_min": 0, "limit_grants_per_min": 0}
    return Tries(redis, database, KeyRing.parse(KEY), strict.model_copy(update=free))


def somewhere() -> Place:
    return Place(f"address {uuid4()}", is_known=False)


def somebody() -> str:
    return f"{uuid4()}@example.org"


def known() -> Place:
    return Place(f"device {uuid4()}", is_known=True)


async def tried(tries: Tries, limit: Limit, place: Place, key: str, times: int = 99) -> int:
    """How many of so many tries were heard."""
    for number in range(times):
        try:
            await tries.hit({}, limit, place, key)
        except RateExceeded:
            return number
    return times


async def failed(tries: Tries, limit: Limit, place: Place, key: str, times: int) -> None:
    for _ in range(times):
        await tries.failed(limit, place, key)


async def test_an_address_tries_so_often_a_minute_whatever_the_account(tries: Tries) -> None:
    here = somewhere()

    heard = [await tried(tries, Limit.SIGN_IN, here, somebody(), 2) for _ in range(3)]

    assert heard == [2, 2, 0]
    assert await tried(tries, Limit.SIGN_IN, somewhere(), somebody(), 1) == 1


async def test_tries_at_once_are_not_heard_more_often(tries: Tries) -> None:
    here, key = somewhere(), somebody()

    heard = await asyncio.gather(*(tried(tries, Limit.SIGN_IN, here, key, 1) for _ in range(12)))

    assert sum(heard) == 4


async def test_a_refusal_says_what_is_left_and_when_to_come_back(tries: Tries) -> None:
    here, scope = somewhere(), dict[str, Any]()
    await tries.hit(scope, Limit.TOKEN, here, "app_1")
    before = headers_of(left_of(scope))
    await tried(tries, Limit.TOKEN, here, "app_1")

    with pytest.raises(RateExceeded, match="`token_endpoint` of 3 in 60 seconds") as refusal:
        await tries.hit(scope, Limit.TOKEN, here, "app_1")

    assert before[0][1].startswith(b'"token_endpoint";q=3;w=60, "token_endpoint_application";q=')
    assert before[1][1].startswith(b'"token_endpoint";r=2;t=60, ')
    assert headers_of(left_of(scope))[1][1].startswith(b'"token_endpoint";r=0;t=')
    assert refusal.value.until is not None


async def test_failures_lock_the_pair_and_nobody_else(patient: Tries) -> None:
    here, account = somewhere(), somebody()
    await failed(patient, Limit.SIGN_IN, here, account, 2)

    assert await tried(patient, Limit.SIGN_IN, here, account, 1) == 0
    assert await tried(patient, Limit.SIGN_IN, somewhere(), account, 1) == 1
    assert await tried(patient, Limit.SIGN_IN, here, somebody(), 1) == 1


async def test_a_known_device_is_heard_where_strangers_are_locked(patient: Tries) -> None:
    here, account, device = somewhere(), somebody(), known()
    for _ in range(5):
        await failed(patient, Limit.SIGN_IN, here, somebody(), 1)
    await failed(patient, Limit.SIGN_IN, here, account, 9)

    assert await tried(patient, Limit.SIGN_IN, here, account, 1) == 0
    assert await tried(patient, Limit.SIGN_IN, device, account, 1) == 1


async def test_a_known_device_has_so_many_failures_too(patient: Tries) -> None:
    account, device = somebody(), known()
    await failed(patient, Limit.SIGN_IN, device, account, 2)

    assert await tried(patient, Limit.SIGN_IN, device, account, 1) == 0
    assert await tried(patient, Limit.SIGN_IN, somewhere(), account, 1) == 1


async def test_an_address_that_tries_many_accounts_is_locked_for_all(patient: Tries) -> None:
    here = somewhere()
    for _ in range(5):
        await failed(patient, Limit.SIGN_IN, here, somebody(), 1)

    assert await tried(patient, Limit.SIGN_IN, here, somebody(), 1) == 0


async def test_proof_forgets_the_pair_but_not_the_address(patient: Tries) -> None:
    here, account = somewhere(), somebody()
    await failed(patient, Limit.SIGN_IN, here, account, 1)
    await patient.passed(Limit.SIGN_IN, here, account)
    await failed(patient, Limit.SIGN_IN, here, account, 1)
    pair = await tried(patient, Limit.SIGN_IN, here, account, 1)
    for _ in range(3):
        await failed(patient, Limit.SIGN_IN, here, somebody(), 1)

    assert pair == 1
    assert await tried(patient, Limit.SIGN_IN, here, account, 1) == 0


async def test_a_rotated_key_forgets_no_failure(
    patient: Tries, redis: ArqRedis, database: Database, strict: Settings
) -> None:
    here, account, forgiven = somewhere(), somebody(), somebody()
    await failed(patient, Limit.SIGN_IN, here, account, 1)
    await failed(patient, Limit.SIGN_IN, here, forgiven, 2)
    free = {"limit_sign_in_per_min": 0, "limit_grants_per_min": 0}
    ring = KeyRing.parse(f"{NEWER},{KEY}")
    rotated = Tries(redis, database, ring, strict.model_copy(update=free))

    before = await tried(rotated, Limit.SIGN_IN, here, account, 1)
    await failed(rotated, Limit.SIGN_IN, here, account, 1)
    after = await tried(rotated, Limit.SIGN_IN, here, account, 1)
    locked = await tried(rotated, Limit.SIGN_IN, here, forgiven, 1)
    await rotated.passed(Limit.SIGN_IN, here, forgiven)

    assert (before, after, locked) == (1, 0, 0)
    assert await tried(rotated, Limit.SIGN_IN, here, forgiven, 1) == 1


async def test_a_rotated_key_gives_nobody_new_tries(
    tries: Tries, redis: ArqRedis, database: Database, strict: Settings
) -> None:
    here = somewhere()
    rotated = Tries(redis, database, KeyRing.parse(f"{NEWER},{KEY}"), strict)

    before = await tried(tries, Limit.SIGN_IN, here, somebody(), 3)
    after = await tried(rotated, Limit.SIGN_IN, here, somebody())

    assert (before, after) == (3, 1)


async def test_a_second_factor_is_not_tried_from_place_to_place(patient: Tries) -> None:
    user, device = f"usr_{uuid4()}", known()
    for _ in range(2):
        await failed(patient, Limit.SECOND_FACTOR, somewhere(), user, 1)

    assert await tried(patient, Limit.SECOND_FACTOR, somewhere(), user, 1) == 0
    assert await tried(patient, Limit.SECOND_FACTOR, device, user, 1) == 1


async def test_device_codes_are_guessed_by_addresses(patient: Tries) -> None:
    here = somewhere()
    await failed(patient, Limit.CODE, here, "", 2)

    assert await tried(patient, Limit.CODE, here, "", 1) == 0
    assert await tried(patient, Limit.CODE, somewhere(), "", 1) == 1


async def test_a_mailbox_gets_few_mails_from_one_place_and_some_from_all(
    patient: Tries,
) -> None:
    account = somebody()

    heard = [await tried(patient, Limit.LINK, somewhere(), account) for _ in range(5)]

    assert heard == [5, 5, 5, 5, 0]


@pytest.fixture
async def own_valkey(tmp_path: Path) -> AsyncIterator[Valkey]:
    """A durable one, to be restarted and killed."""
    server = Valkey(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def own_redis(own_valkey: Valkey) -> AsyncIterator[Redis]:
    client = open_queue(own_valkey.url)
    yield client
    await client.aclose()


async def test_tries_are_still_counted_after_valkey_was_restarted(
    own_valkey: Valkey, own_redis: Redis, database: Database, strict: Settings
) -> None:
    tries = Tries(own_redis, database, KeyRing.parse(KEY), strict)
    here, account = somewhere(), somebody()
    before = await tried(tries, Limit.SIGN_IN, here, account, 3)

    own_valkey.stop()
    with pytest.raises(DependencyAway):
        await tries.hit({}, Limit.SIGN_IN, here, account)
    own_valkey.start()

    assert (before, await tried(tries, Limit.SIGN_IN, here, account)) == (3, 1)


async def test_a_valkey_that_stands_still_for_a_moment_is_waited_for(
    own_redis: Redis, database: Database, strict: Settings
) -> None:
    tries = Tries(own_redis, database, KeyRing.parse(KEY), strict)
    await own_redis.client_pause(1200, all=True)

    assert await tried(tries, Limit.SIGN_IN, somewhere(), somebody(), 1) == 1


async def test_a_wiped_valkey_unlocks_nobody(
    own_redis: Redis, database: Database, strict: Settings
) -> None:
    tries = Tries(own_redis, database, KeyRing.parse(KEY), strict)
    here, account = somewhere(), somebody()
    await failed(tries, Limit.SIGN_IN, here, account, 2)
    await own_redis.flushall()

    assert await tried(tries, Limit.SIGN_IN, here, account, 1) == 0


@pytest.mark.parametrize("limit", list(Limit))
async def test_without_valkey_nothing_is_tried(
    tmp_path: Path, database: Database, strict: Settings, limit: Limit
) -> None:
    nowhere: Redis = Redis.from_url(f"unix://{tmp_path}/nothing.sock")
    tries = Tries(nowhere, database, KeyRing.parse(KEY), strict)

    with pytest.raises(DependencyAway):
        await tries.hit({}, limit, somewhere(), somebody())
    await nowhere.aclose()


async def test_valkey_and_postgresql_hold_neither_addresses_nor_accounts(
    own_redis: Redis, database: Database, strict: Settings
) -> None:
    tries = Tries(own_redis, database, KeyRing.parse(KEY), strict)
    here, account = Place("address 203.0.113.77", is_known=False), "someone@example.org"
    for limit in Limit:
        await tried(tries, limit, here, account, 1)
        await tries.failed(limit, here, account)

    keys = [key.decode() for key in await own_redis.keys()]
    rows = await database.reads.fetch(
        "SELECT kind, encode(subject, 'escape') AS subject FROM lockouts"
    )

    shown = " ".join([*keys, *(f"{row['kind']} {row['subject']}" for row in rows)])
    assert len(keys) == 8
    assert "203.0.113.77" not in shown
    assert "someone" not in shown
