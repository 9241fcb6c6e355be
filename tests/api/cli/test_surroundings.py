"""Which servers a command works with: the environment's, or the data folder's own."""

import json
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from api.cli import lock
from api.cli.secret_files import sealing_keys
from api.cli.stack import Wishes, embedded
from api.cli.supervisor import run
from api.cli.surroundings import read_settings, servers_in_use, surroundings
from api.cli.trouble import Trouble
from tests.conftest import KEY

NAMES = (
    "DATABASE_URL",
    "MIGRATION_DATABASE_URL",
    "REDIS_URL",
    "SEALING_KEYS",
    "SEALING_KEYS_FILE",
    "DATA_DIR",
)


AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root could take it")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No server is named; what a command sets is taken back."""
    for name in NAMES:
        monkeypatch.setenv(name, "")
    return monkeypatch


def test_without_servers_the_engines_run_for_as_long_as_needed(folder: Path) -> None:
    with surroundings(folder) as settings:
        assert settings.database_url.get_secret_value().startswith("postgresql://parvis_app@/")
        assert (folder / "run" / ".s.PGSQL.5432").exists()
        assert settings.data_dir == folder

    assert not (folder / "run" / ".s.PGSQL.5432").exists()


def test_a_named_database_is_never_replaced_by_the_embedded_one(
    folder: Path, unset: pytest.MonkeyPatch
) -> None:
    unset.setenv("DATABASE_URL", "postgresql://parvis_app@db/parvis")

    with surroundings(folder) as settings:
        assert settings.database_url.get_secret_value() == "postgresql://parvis_app@db/parvis"
        assert settings.migration_database_url is None
        assert settings.redis_url.get_secret_value().startswith("unix://")
    assert not (folder / "postgres").exists()


def test_a_folder_that_is_typed_counts_beside_named_servers_too(
    folder: Path, unset: pytest.MonkeyPatch
) -> None:
    """A backup of it left out its media without a word: they were sought in `.parvis`."""
    unset.setenv("DATABASE_URL", "postgresql://parvis_app@db/parvis")
    unset.setenv("REDIS_URL", "redis://queue/0")
    kept = sealing_keys(folder)

    with surroundings(folder) as settings:
        found = settings.media_dir, settings.sealing_keys.get_secret_value()
    unset.setenv("SEALING_KEYS_FILE", "")
    unset.setenv("SEALING_KEYS", KEY)
    with surroundings(folder) as settings:
        other = settings.sealing_keys.get_secret_value()

    assert found == (folder / "media", kept)
    assert other == KEY


def test_half_a_database_is_refused(folder: Path, unset: pytest.MonkeyPatch) -> None:
    unset.setenv("MIGRATION_DATABASE_URL", "postgresql://parvis_owner@db/parvis")

    with pytest.raises(Trouble, match="Set both"):
        embedded(folder)


def test_what_is_wrong_in_the_settings_is_one_line(unset: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        unset.delenv(name)
    unset.setenv("PORT", "many")

    with pytest.raises(Trouble, match=r"DATABASE_URL.*PORT.*\.env\.example") as found:
        read_settings()

    assert "\n" not in str(found.value)


def test_commands_take_turns_on_a_folder(folder: Path) -> None:
    seen: list[bool] = []
    others = [threading.Thread(target=_look, args=(folder, seen)) for _ in range(2)]

    with lock.turn(folder) as is_alone:
        for each in others:
            each.start()
        seen.append(is_alone)
        assert seen == [True]
    for each in others:
        each.join(20)

    assert seen == [True, True, True]
    assert not lock.is_held(folder)


def test_beside_a_supervisor_a_command_waits_for_its_start(folder: Path) -> None:
    seen: list[bool] = []
    other = threading.Thread(target=_look, args=(folder, seen))

    with lock.DataLock(folder) as held:
        other.start()
        other.join(0.2)
        assert (other.is_alive(), seen) == (True, [])
        held.say({"pid": os.getpid(), "url": "http://127.0.0.1:1", "pids": {}})
        other.join(20)

        assert seen == [False]
        assert json.loads((folder / "lock").read_text())["pid"] == os.getpid()


@pytest.mark.parametrize(
    "begin",
    [lambda folder: lock.turn(folder, within_s=0.1), lock.DataLock],
    ids=["a command", "a supervisor"],
)
def test_who_has_no_turn_is_told_what_to_do(
    folder: Path, begin: Callable[[Path], AbstractContextManager[object]]
) -> None:
    with lock.DataLock(folder), pytest.raises(Trouble, match="Another command") as found:
        begin(folder).__enter__()

    assert found.value.remedy.startswith("Run this again once it is done")


@pytest.mark.parametrize("lost", [FileNotFoundError, ConnectionRefusedError, ConnectionResetError])
def test_a_server_that_goes_away_meanwhile_is_one_line(lost: type[OSError]) -> None:
    with pytest.raises(Trouble, match="does not answer") as found, servers_in_use():
        raise lost(2, "No such file or directory")

    assert "\n" not in str(found.value)


def test_a_file_that_is_missing_is_no_server() -> None:
    with pytest.raises(FileNotFoundError), servers_in_use():
        Path("/nothing/here").read_text()


def _look(folder: Path, seen: list[bool]) -> None:
    with lock.turn(folder) as is_alone:
        seen.append(is_alone)


@AS_ROOT
def test_neither_up_nor_a_command_starts_as_root_on_what_is_another_users(folder: Path) -> None:
    kept = folder / "postgres"
    kept.mkdir()
    os.chown(kept, 12345, 12346)

    with pytest.raises(Trouble, match="belongs to another user"), surroundings(folder):
        pytest.fail("It started.")
    with pytest.raises(Trouble, match="belongs to another user"):
        run(Wishes("127.0.0.1", 0, folder, json=True))

    assert kept.stat().st_uid == 12345
