"""A server that is away or refuses us is one line with its remedy, whatever the command."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from api.__main__ import main
from api.cli import doors, processes
from api.cli.engines import Engines, start_engines
from api.cli.places import ROOT
from api.cli.postgres import Postgres
from tests.conftest import KEY
from tests.engines import passable
from tests.nursery import begin

SECRET = "wrong-secret"
AS_OWNER = ("migrate", "token --all", "backup backup.tar")
AS_APPLICATION = ("mail", "audit", "rotate-keys")
MODULES = {"serve": "api.cli.serving", "work": "workers"}
"""What the two commands become."""
REFUSALS = {
    "away": r"PostgreSQL does not answer at {} \(.+\)\. Start it, or correct {}\.",
    "password": r"PostgreSQL refuses the role of {} \(password authentication failed for .+\)\. "
    r"Correct its name or password in {}, or let pg_hba\.conf admit it\.",
    "role": r"PostgreSQL refuses the role of {} \(.+\)\. Correct its name .+ in {}, .+",
    "database": r'PostgreSQL lacks what {} names \(database "none" does not exist\)\. '
    r"Create it, or correct {}\.",
    "address": r"{} cannot be read \(ValueError\)\. Give postgresql://.+",
}


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """Engines whose PostgreSQL wants the password of the two roles, and has no schema."""
    found = start_engines(passable(tmp_path_factory.mktemp("engines")), durable=False)
    try:
        _ask_for_passwords(found.postgres)
        yield found
    finally:
        found.stop()


def _ask_for_passwords(postgres: Postgres) -> None:
    rules = postgres.folder / "pg_hba.conf"
    wanted = "local all parvis_owner,parvis_app scram-sha-256\n"
    rules.write_text(wanted + rules.read_text())
    postgres.script(
        "ALTER ROLE parvis_owner PASSWORD 'right'; ALTER ROLE parvis_app PASSWORD 'right'"
    )
    postgres.script("SELECT pg_reload_conf()")


def address(engines: Engines, broken: str, role: str) -> str:
    at = quote(str(engines.postgres.sockets), safe="/")
    return {
        "away": f"postgresql://{role}:{SECRET}@127.0.0.1:{doors.free_port()}/parvis",
        "password": f"postgresql://{role}:{SECRET}@/parvis?host={at}",
        "role": f"postgresql://nobody_here:{SECRET}@/parvis?host={at}",
        "database": f"postgresql://{role}:right@/none?host={at}",
        "address": f"postgresql://{role}:{SECRET}/x@127.0.0.1/parvis",
        "": f"postgresql://{role}:right@/parvis?host={at}",
    }[broken]


def environment(engines: Engines, folder: Path, broken: str, **given: str) -> dict[str, str]:
    return {
        "DATABASE_URL": address(engines, broken, "parvis_app"),
        "MIGRATION_DATABASE_URL": address(engines, broken, "parvis_owner"),
        "REDIS_URL": engines.redis_url,
        "SEALING_KEYS": KEY,
        "SEALING_KEYS_FILE": "",
        "DATA_DIR": str(folder / "data"),
        "PARVIS_CALLED_FROM": str(folder),
        "HOST": "127.0.0.1",
        "METRICS_PORT": str(doors.free_port()),
        "PORT": str(doors.free_port()),
    } | given


@pytest.mark.parametrize("broken", REFUSALS)
@pytest.mark.parametrize("command", [*AS_OWNER, *AS_APPLICATION])
def test_a_command_says_in_one_line_why_it_cannot_use_the_database(
    engines: Engines,
    folder: Path,
    broken: str,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment(engines, folder, broken).items():
        monkeypatch.setenv(name, value)

    status = main(command.split())

    said = capsys.readouterr()
    named = "MIGRATION_DATABASE_URL" if command in AS_OWNER else "DATABASE_URL"
    assert (status, said.out) == (1, "")
    assert re.fullmatch(f"parvis: {REFUSALS[broken].format(named, named)}\n", said.err)
    assert SECRET not in said.err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", ["token --all", "mail", "audit"])
def test_a_database_without_a_schema_is_told_from_one_that_is_away(
    engines: Engines,
    folder: Path,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment(engines, folder, "").items():
        monkeypatch.setenv(name, value)

    assert main(command.split()) == 1
    found = capsys.readouterr().err
    assert re.fullmatch(r"parvis: .+ schema \(.+\)\. Run \./parvis migrate first\.\n", found)


def test_a_server_without_the_application_role_is_told_before_anything_is_made(
    engines: Engines,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engines.postgres.script("ALTER ROLE parvis_app RENAME TO choir_app")
    for name, value in environment(engines, folder, "").items():
        monkeypatch.setenv(name, value)

    status = main(["migrate"])

    assert status == 1
    assert capsys.readouterr().err == (
        "parvis: The server has no role parvis_app, which the tables are opened to. CREATE ROLE "
        "parvis_app, and where DATABASE_URL names another, GRANT parvis_app to that one.\n"
    )
    engines.postgres.script("ALTER ROLE choir_app RENAME TO parvis_app")
    with pytest.raises(SystemExit) as ended:
        main(["migrate"])
    assert ended.value.code == 0


@pytest.mark.parametrize("command", ["serve", "work"])
@pytest.mark.parametrize("broken", ["away", "password"])
def test_api_and_workers_do_not_start_without_their_database(
    engines: Engines, folder: Path, command: str, broken: str
) -> None:
    ended = parvis(environment(engines, folder, broken), command)

    wanted = REFUSALS[broken].format("DATABASE_URL", "DATABASE_URL")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(f"parvis: {wanted}\n", ended.stderr)
    assert SECRET not in ended.stderr


@pytest.mark.parametrize("command", ["serve", "work"])
def test_api_and_workers_say_what_a_role_that_is_too_mighty_becomes(
    engines: Engines, folder: Path, command: str
) -> None:
    env = environment(engines, folder, "", DATABASE_URL=engines.admin_url)
    status, said = become(command, env)

    assert status == 1
    assert re.fullmatch(
        r"parvis: The role postgres could read every workspace\. Let DATABASE_URL name .+\n", said
    )


def test_up_says_what_its_preparation_said(engines: Engines, folder: Path) -> None:
    ended = parvis(environment(engines, folder, "away", REDIS_URL=""), "up")

    wanted = REFUSALS["away"].format("MIGRATION_DATABASE_URL", "MIGRATION_DATABASE_URL")
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert re.fullmatch(f"parvis: prepare stopped at its start\\. {wanted}", last)
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("database", ["named", "embedded"])
def test_up_does_not_say_that_it_runs_while_the_queue_is_away(
    engines: Engines, folder: Path, database: str
) -> None:
    """Only its logs told; no post went out."""
    env = environment(engines, folder, "", REDIS_URL=f"redis://:{SECRET}@127.0.0.1:1/0")
    if database == "embedded":
        env |= {"DATABASE_URL": "", "MIGRATION_DATABASE_URL": ""}
    ended = parvis(env, "up")

    last = ended.stderr.splitlines()[-1]
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(
        r"parvis: prepare stopped at its start\. The queue does not answer at REDIS_URL "
        r"\(.+[^.]\)\. Start it, or correct REDIS_URL\.",
        last,
    )
    assert SECRET not in ended.stderr


def test_a_port_in_use_is_one_line_for_the_api_alone_too(engines: Engines, folder: Path) -> None:
    with doors.open_door("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        status, said = become("serve", environment(engines, folder, "", PORT=str(port)))

    assert status == 1
    last = said.splitlines()[-1]
    assert re.fullmatch(rf"parvis: Port {port} is in use\. Choose another: .+", last)


def test_a_port_in_use_for_metrics_is_one_line(engines: Engines, folder: Path) -> None:
    """It was a traceback of thirty lines, as the last words of `up` too."""
    with doors.open_door("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        found = become("serve", environment(engines, folder, "", METRICS_PORT=str(port)))

    wanted = f"parvis: METRICS_PORT: port {port} is in use. Choose another, or 0 for no metrics.\n"
    assert found == (1, wanted)


@pytest.mark.parametrize("command", ["serve", "work"])
@pytest.mark.parametrize(
    ("queue", "reason"),
    [
        ("redis://127.0.0.1:1/0", "Connection refused"),
        ("unix://{}?password=wrong", "AUTH <password> called"),
    ],
)
def test_without_their_queue_api_and_workers_run_and_say_the_remedy(
    engines: Engines, folder: Path, command: str, queue: str, reason: str
) -> None:
    env = environment(engines, folder, "", REDIS_URL=queue.format(engines.valkey.socket))
    with (folder / "said").open("wb") as log:
        child = begin(MODULES[command], env=os.environ | env, log=log)
    told = processes.wait_until(lambda: bool(remarks(folder / "said")), within_s=30)
    is_running = child.poll() is None
    child.send_signal(signal.SIGTERM)
    child.wait(10)

    assert told
    assert is_running
    assert reason in remarks(folder / "said")[0]["reason"]
    assert remarks(folder / "said")[0]["remedy"] == "Start it, or correct REDIS_URL."


def remarks(log: Path) -> list[dict[str, str]]:
    """What was said of the queue."""
    return [json.loads(line) for line in log.read_text().splitlines() if "queue.away" in line]


def test_the_pulse_says_which_settings_are_missing() -> None:
    bare = {name: os.environ[name] for name in ("PATH",)}
    ended = subprocess.run(
        [sys.executable, "-m", "api.cli.pulse"],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(r"parvis: Settings are missing .+DATABASE_URL.+\n", ended.stderr)


def parvis(env: dict[str, str], command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api", command],
        cwd=ROOT,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def become(command: str, env: dict[str, str]) -> tuple[int, str]:
    """How what the command becomes ends, begun loaded, and all that it says."""
    with tempfile.TemporaryFile() as log:
        status = begin(MODULES[command], env=os.environ | env, log=log).wait(60)
        log.seek(0)
        return status, log.read().decode()
