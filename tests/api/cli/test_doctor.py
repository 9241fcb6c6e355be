"""Every check of `doctor` says yes to what is well, and names the remedy when it is broken."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from api.cli import doors, installed, machine_checks, memory, revisions, server_checks
from api.cli.doctor import examine
from api.cli.engines import Engines
from api.cli.findings import Finding
from api.cli.places import ROOT
from api.cli.postgres import DATABASE
from api.cli.pulse import workers_are_at_work
from tests.conftest import KEY
from tests.engines import Servers


def is_well(finding: Finding) -> bool:
    return not finding.is_wrong


def test_packages_of_another_lock_are_noticed(folder: Path) -> None:
    (folder / ".venv").mkdir()
    shutil.copy(ROOT / "requirements.lock", folder)
    stamp = folder / ".venv" / "parvis-installed.json"

    stamp.write_text(json.dumps({"requirements.lock": "of yesterday"}))
    older = machine_checks.environment_matches(folder)
    stamp.write_text("{half")
    broken = machine_checks.environment_matches(folder)
    stamp.write_text(json.dumps({"requirements.lock": _sha256(folder / "requirements.lock")}))

    assert older == broken
    assert broken.remedy == "Run any ./parvis command: it installs what is missing."
    assert is_well(machine_checks.environment_matches(folder))


def test_an_image_has_no_lock_to_compare_with(folder: Path) -> None:
    assert is_well(machine_checks.environment_matches(folder))


def _sha256(path: Path) -> str:
    said = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True)
    return said.stdout.split()[0]


def test_a_secret_that_others_may_read_is_noticed(folder: Path) -> None:
    (folder / "token").write_text("x")
    (folder / "token").chmod(0o644)

    broken = machine_checks.folder_is_private(folder)
    (folder / "token").chmod(0o600)

    assert broken.remedy == f"chmod 600 {folder / 'token'}"
    assert is_well(machine_checks.folder_is_private(folder))


def test_a_folder_that_others_may_list_is_noticed(folder: Path) -> None:
    named = folder / "Parvis' data"
    named.mkdir(mode=0o755)
    broken = machine_checks.folder_is_private(named)

    subprocess.run(["sh", "-c", broken.remedy], check=True)

    assert named.stat().st_mode & 0o777 == 0o700
    assert is_well(machine_checks.folder_is_private(named))


def test_a_folder_that_takes_no_files_is_noticed(folder: Path) -> None:
    """Uploads failed at every try, and doctor said that all was well."""
    broken = machine_checks.folder_takes_files(Path("/proc/1/parvis"))

    assert broken.what == "Nothing can be written to /proc/1."
    assert "mounted for writing" in broken.remedy
    assert is_well(machine_checks.folder_takes_files(folder))
    assert is_well(machine_checks.folder_takes_files(folder / "to" / "be" / "made"))


def test_a_full_disk_is_noticed(folder: Path) -> None:
    broken = machine_checks.disk_has_room(folder, wanted_bytes=2**60)

    assert broken.remedy.startswith("Free ")
    assert is_well(machine_checks.disk_has_room(folder, wanted_bytes=1))


def test_data_of_another_postgres_is_noticed(folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("17\n")

    broken = machine_checks.data_is_of_this_postgres(folder)
    (folder / "postgres" / "PG_VERSION").write_text(installed.major(installed.postgres()))

    assert "restore with this one" in broken.remedy
    assert is_well(machine_checks.data_is_of_this_postgres(folder))


def test_time_zones_of_the_machine_are_noticed() -> None:
    broken = machine_checks.time_zones_are_pinned(("/usr/share/zoneinfo",))

    assert broken.remedy == "Set PYTHONTZPATH to nothing, as ./parvis does."
    assert is_well(machine_checks.time_zones_are_pinned(()))


def test_too_much_memory_is_noticed_and_counted_with_children() -> None:
    roomy = machine_checks.memory_fits(os.getpid(), os.getpid(), stack_mib=10**6, api_mib=10**6)
    tight = machine_checks.memory_fits(os.getpid(), os.getpid(), stack_mib=10**6, api_mib=1)
    held = memory.share_mib(os.getpid())
    at_work = machine_checks.memory_fits(
        os.getpid(), os.getpid(), stack_mib=10**6, api_mib=held - 40
    )

    assert is_well(roomy)
    assert "restart it" in tight.remedy
    assert is_well(at_work), "what was loaded for the first answers is no leak"
    assert roomy.what.startswith("Memory: stack ")
    assert "stack 0 MiB" not in roomy.what


async def test_a_database_that_is_away_is_noticed(folder: Path, servers: Servers) -> None:
    broken = await server_checks.database_answers(f"postgresql://x@/y?host={folder}")

    assert broken.remedy == "Start it, or correct DATABASE_URL."
    assert is_well(await server_checks.database_answers(servers.app_url("parvis_template")))


async def test_an_old_database_is_noticed(servers: Servers) -> None:
    broken = await server_checks.database_answers(servers.app_url("parvis_template"), 990000)

    assert broken.remedy == "Give one of version 15 or newer."


async def test_a_database_that_takes_no_writes_is_noticed(servers: Servers) -> None:
    servers.make("parvis_standby")
    forbid = "ALTER DATABASE parvis_standby SET default_transaction_read_only = on"
    servers.engines.postgres.script(forbid)

    broken = await server_checks.database_answers(servers.app_url("parvis_standby"))

    servers.engines.drop_database("parvis_standby")
    assert broken.what == "PostgreSQL takes no writes at DATABASE_URL (read-only)."
    assert "target_session_attrs=primary" in broken.remedy


async def test_a_role_above_row_level_security_is_noticed(
    engines: Engines, servers: Servers
) -> None:
    superuser = await server_checks.role_is_harmless(engines.admin_url)
    owner = await server_checks.role_is_harmless(servers.owner_url("parvis_template"))

    assert "owner of nothing" in superuser.remedy
    assert "owner of nothing" in owner.remedy
    assert is_well(await server_checks.role_is_harmless(servers.app_url("parvis_template")))


async def test_a_role_that_the_tables_are_closed_to_is_noticed(
    engines: Engines,
) -> None:
    engines.postgres.script("CREATE ROLE stranger LOGIN")

    broken = await server_checks.role_is_harmless(
        engines.app_url.replace("parvis_app@", "stranger@")
    )

    assert broken.what == "The tables are open to parvis_app, and the role stranger is none of it."
    assert "GRANT parvis_app TO stranger" in broken.remedy


async def test_a_role_that_bypasses_row_level_security_is_noticed(engines: Engines) -> None:
    engines.postgres.script("ALTER ROLE parvis_app BYPASSRLS")

    assert (await server_checks.role_is_harmless(engines.app_url)).is_wrong


async def test_a_restore_that_has_not_ended_is_noticed(engines: Engines) -> None:
    engines.postgres.script("CREATE SCHEMA parvis_restoring", DATABASE)

    broken = await server_checks.restore_has_ended(engines.app_url)

    assert broken.what == "A restore into this database has not ended."
    engines.postgres.script("DROP SCHEMA parvis_restoring", DATABASE)
    assert is_well(await server_checks.restore_has_ended(engines.app_url))


async def test_a_schema_that_is_behind_is_noticed(engines: Engines, servers: Servers) -> None:
    empty = await server_checks.schema_is_newest(engines.owner_url)
    behind = await server_checks.schema_is_newest(servers.owner_url("parvis_template"), "next")

    assert (empty.remedy, behind.remedy) == ("./parvis migrate", "./parvis migrate")
    assert "empty" in empty.what
    assert is_well(await server_checks.schema_is_newest(servers.owner_url("parvis_template")))
    assert revisions.newest() is not None


async def test_clocks_apart_are_noticed(servers: Servers) -> None:
    url = servers.app_url("parvis_template")

    broken = await server_checks.clocks_agree(url, datetime.now(UTC) + timedelta(seconds=30))

    assert broken.remedy == "Run NTP on both machines."
    assert is_well(await server_checks.clocks_agree(url))


async def test_a_queue_that_is_away_is_noticed(folder: Path, servers: Servers) -> None:
    broken = await server_checks.queue_answers(f"unix://{folder}/none.sock")

    assert broken.remedy == "Start ./parvis up, or correct REDIS_URL."
    assert is_well(await server_checks.queue_answers(servers.redis_url))


async def test_an_old_queue_is_noticed(servers: Servers) -> None:
    broken = await server_checks.queue_answers(servers.redis_url, (99, 0))

    assert broken.remedy == "Give Redis 6.2 or newer, or Valkey."


async def test_a_queue_that_may_forget_is_noticed(engines: Engines) -> None:
    client = Redis.from_url(engines.redis_url)
    await client.config_set("maxmemory-policy", "allkeys-lru")
    await client.aclose()

    broken = await server_checks.queue_answers(engines.redis_url)

    assert broken.remedy == "Set maxmemory-policy to noeviction."


async def test_a_queue_that_takes_nothing_is_noticed(engines: Engines) -> None:
    """It answered, and the workers were said to be at rest."""
    client = Redis.from_url(engines.redis_url)
    await client.config_set("maxmemory", 1)
    full = await server_checks.queue_answers(engines.redis_url)
    await client.config_set("maxmemory", 0)
    well = await server_checks.queue_answers(engines.redis_url)
    await client.replicaof("127.0.0.1", str(doors.free_port()))
    replica = await server_checks.queue_answers(engines.redis_url)
    await client.replicaof("NO", "ONE")
    await client.aclose()

    assert (full.what, replica.what) == ("The queue is full.", "The queue takes nothing.")
    assert is_well(well)
    assert replica.remedy == "Let REDIS_URL name the primary, no replica."


async def test_what_a_queue_refuses_for_is_told(engines: Engines) -> None:
    """On a full disk it was said not to answer, and nobody looked there."""
    client = Redis.from_url(engines.redis_url)
    await client.config_set("min-replicas-to-write", 1)
    broken = await server_checks.queue_answers(engines.redis_url)
    await client.config_set("min-replicas-to-write", 0)
    await client.aclose()

    assert broken.what == "The queue refuses (NOREPLICAS Not enough good replicas to write.)."
    assert broken.remedy == "See the end of its log, then mend that."


async def test_a_wrong_password_of_the_queue_is_noticed(engines: Engines) -> None:
    client = Redis.from_url(engines.redis_url)
    await client.config_set("requirepass", "right")
    await client.aclose()

    broken = await server_checks.queue_answers(engines.redis_url)

    assert broken.what == "The queue refuses the password."
    assert broken.remedy == "Correct that of REDIS_URL."


async def test_workers_that_take_no_jobs_are_noticed(engines: Engines) -> None:
    silent = await workers_are_at_work(engines.redis_url)
    client = Redis.from_url(engines.redis_url)
    await client.psetex("parvis:jobs:health-check", 16_000, "Nov-23 09:00:00 j_complete=0")
    await client.aclose()

    assert silent.remedy == "Start ./parvis work, or look at its log."
    assert is_well(await workers_are_at_work(engines.redis_url))


async def test_workers_without_a_queue_are_noticed(folder: Path) -> None:
    assert (await workers_are_at_work(f"unix://{folder}/none.sock")).remedy == "Start it."


def test_an_api_that_is_away_is_noticed() -> None:
    broken = server_checks.api_answers(f"http://127.0.0.1:{doors.free_port()}")

    assert broken.remedy == "Look at the end of logs/api.log."


def test_the_api_of_this_machine_is_asked_past_proxies(
    ready_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was said not to be ready wherever HTTP_PROXY was set."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{doors.free_port()}")

    assert is_well(server_checks.api_answers(f"http://127.0.0.1:{ready_port}"))


def test_a_part_that_is_gone_is_noticed() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()

    broken = server_checks.parts_run({"api": os.getpid(), "workers": gone.pid})

    assert broken.what == "Not running: workers."
    assert is_well(server_checks.parts_run({"api": os.getpid()}))


def test_nothing_running_is_said_with_the_command_that_starts_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)

    found = list(examine(folder))

    assert found[-1] == Finding(f"Nothing runs on {folder}.", f"./parvis up --data {folder}")


def doctor(engines: Engines, folder: Path, **given: str) -> tuple[int, list[str]]:
    """The exit status and the lines, with the engines as servers and no data folder."""
    servers = {
        "DATABASE_URL": engines.app_url,
        "MIGRATION_DATABASE_URL": engines.owner_url,
        "REDIS_URL": engines.redis_url,
        "SEALING_KEYS": KEY,
        "PYTHONTZPATH": "",
        "DATA_DIR": str(folder / "none"),
    }
    found = subprocess.run(
        [sys.executable, "-m", "api", "doctor"],
        cwd=ROOT,
        env=os.environ | servers | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stderr == ""
    return found.returncode, found.stdout.splitlines()


def test_servers_are_looked_at_without_a_data_folder(engines: Engines, folder: Path) -> None:
    (folder / "keys").write_text(KEY)

    status, lines = doctor(engines, folder, SEALING_KEYS="", SEALING_KEYS_FILE=f"{folder}/keys")

    assert status == 1
    assert "✓ The settings are right, and the key ring is whole." in lines
    assert "✓ The role parvis_app is held by row-level security." in lines
    assert "✗ Secrets cannot be counted (UndefinedFunctionError)." in lines
    assert lines[-2:] == [
        "✗ No worker takes jobs.",
        "  → Start ./parvis work, or look at its log.",
    ]
    assert not (folder / "none").exists()


def test_a_role_that_is_too_mighty_ends_no_other_check(engines: Engines, folder: Path) -> None:
    status, lines = doctor(engines, folder, DATABASE_URL=engines.admin_url)

    assert status == 1
    assert "✗ The role postgres could read every workspace." in lines
    assert "✗ No worker takes jobs." in lines


@pytest.mark.parametrize(
    ("name", "value"),
    [("SEALING_KEYS", "k1:c2VjcmV0"), ("REDIS_URL", "secret"), ("POLL_MIN_S", "0")],
)
def test_a_wrong_setting_is_named_and_not_shown(
    engines: Engines, folder: Path, name: str, value: str
) -> None:
    status, lines = doctor(engines, folder, **{name: value})

    assert status == 1
    assert lines[-2].startswith(f"✗ Settings are missing or wrong ({name}: ")
    assert lines[-1] == "  → `.env.example` explains each; `./parvis up` needs none."
    assert value not in lines[-2] or name == "POLL_MIN_S"


async def test_a_foreign_database_does_not_pass_for_ours(engines: Engines) -> None:
    connection = await asyncpg.connect(engines.owner_url)
    await connection.execute("CREATE TABLE alembic_version (version_num text)")
    await connection.execute("INSERT INTO alembic_version VALUES ('of another program')")
    await connection.close()

    assert (await server_checks.schema_is_newest(engines.owner_url)).is_wrong
