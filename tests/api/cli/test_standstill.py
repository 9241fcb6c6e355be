"""An api that is told to stop does, while its database stands still."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from api.cli import doors
from domain.kernel.ending import LONGEST_S
from domain.kernel.settings import Settings
from tests.standstill import behind_a_wire


async def test_what_is_told_to_stop_ends_while_its_database_stands_still(
    settings: Settings, tmp_path: Path
) -> None:
    """It waited for a word of the database, for ever."""
    async with behind_a_wire(settings, tmp_path) as (wire, behind):
        env = os.environ | {
            "DATABASE_URL": behind.database_url.get_secret_value(),
            "REDIS_URL": behind.redis_url.get_secret_value(),
            "SEALING_KEYS": behind.sealing_keys.get_secret_value(),
            "DATA_DIR": str(tmp_path),
            "PORT": str(doors.free_port()),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "api.cli.serving"), env=env, stdout=PIPE, stderr=STDOUT
        )
        assert process.stdout
        await process.stdout.readuntil(b"Application startup complete")
        wire.stand_still()
        process.terminate()
        async with asyncio.timeout(LONGEST_S * 4):
            said = await process.stdout.read()

    assert (await process.wait(), b"stop.forced" in said) == (1, True)
