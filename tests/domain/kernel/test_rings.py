"""A process's key ring is read again when its file changes, and others learn what it knows."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from arq.connections import ArqRedis
from pydantic import SecretStr

from domain.kernel import rings
from domain.kernel.nudges import Nudges
from domain.kernel.rings import NOTES, kept_ring
from domain.kernel.sealing import KeyRing, SealBroken
from domain.kernel.settings import Settings
from tests.conftest import KEY

FRESH = "k2:" + "B" * 43 + "="


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    made.write_text(KEY)
    return made


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(250):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("Not within 5 s.")


def write(file: Path, *keys: str) -> None:
    file.write_text(",".join(keys) + "\n")


async def test_a_new_key_is_taken_on_and_told(
    settings: Settings, redis: ArqRedis, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "EVERY_S", 0.02)
    before = set(await redis.keys(f"{NOTES}*"))
    mine = settings.model_copy(update={"sealing_keys_file": file})

    async def knows(*wanted: str) -> bool:
        fresh = set(await redis.keys(f"{NOTES}*")) - before
        notes = [json.loads(await redis.get(name) or "[]") for name in fresh]
        return list(wanted) in [[mark.partition(":")[0] for mark in note] for note in notes]

    async with kept_ring(mine, Nudges(redis)) as ring:
        await until(lambda: knows("k1"))
        write(file, FRESH, KEY)
        await until(lambda: knows("k2", "k1"))

    assert ring.newest == "k2"


async def test_a_file_that_cannot_be_read_changes_nothing_and_is_read_again(
    settings: Settings, redis: ArqRedis, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "EVERY_S", 0.01)
    mine = settings.model_copy(update={"sealing_keys_file": file})
    async with kept_ring(mine, Nudges(redis)) as ring:
        write(file, "k2:half of a ke")
        with pytest.raises(ValueError, match="Each sealing key is") as refusal:
            ring.refresh()
        await asyncio.sleep(0.05)
        kept = ring.newest
        write(file, FRESH, KEY)
        await until(lambda: asyncio.sleep(0, ring.newest == "k2"))

    assert kept == "k1"
    assert "half" not in str(refusal.value)


def test_a_value_under_a_key_that_just_came_is_opened(file: Path) -> None:
    ring = KeyRing.parse(KEY, file=file)
    value = KeyRing.parse(FRESH).seal(b"secret", place="here")
    with pytest.raises(SealBroken):
        ring.open(value, place="here")

    file.write_text(f"{FRESH},{KEY}")

    assert ring.open(value, place="here") == b"secret"


def test_settings_read_the_ring_from_its_file(settings: Settings, file: Path) -> None:
    file.write_text(f"{FRESH},{KEY}\n")
    given = {
        "database_url": "postgresql://x@y/z",
        "redis_url": "redis://y:1/0",
        "sealing_keys_file": file,
    }

    read = Settings.model_validate(given)

    assert read.sealing_keys == SecretStr(f"{FRESH},{KEY}")
    assert settings.sealing_keys_file is None
