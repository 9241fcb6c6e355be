"""Which servers a command works with: the environment's, or the data folder's own."""

from pathlib import Path

import pytest

from api.cli.stack import embedded
from api.cli.surroundings import read_settings, surroundings
from api.cli.trouble import Trouble

NAMES = (
    "DATABASE_URL",
    "MIGRATION_DATABASE_URL",
    "REDIS_URL",
    "SEALING_KEYS",
    "SEALING_KEYS_FILE",
    "DATA_DIR",
)


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
