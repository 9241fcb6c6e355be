"""Real engines for every test: one PostgreSQL and one Valkey for the whole run."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from arq.connections import ArqRedis
from pydantic import SecretStr

from domain.kernel.database import Database
from domain.kernel.memory import collect_seldom, keep_out_of_collections
from domain.kernel.nudges import Nudges, open_queue
from domain.kernel.schema import whole_schema
from domain.kernel.settings import Settings
from tests.engines import Servers, find_servers
from tests.once import begin_run, end_run, made_once
from tests.told import untold

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
# A machine that is busy is no failure; how long a test may take is pytest's to say.
hypothesis.settings.register_profile("parvis", deadline=None)
hypothesis.settings.load_profile("parvis")
KEY = "k1:" + "A" * 43 + "="
NEWER = "k2:" + "B" * 43 + "="
# Few tests that take minutes: begun last, they would leave a core idle in the end.
LONG = (
    "tests/api/test_schemathesis.py",
    "tests/kill/",
    "tests/faults/",
    "tests/benchmarks/",
    "tests/flows/",
    "tests/workers/test_zones.py",
    "tests/workers/test_clocks.py",
    "tests/workers/test_housekeeping.py",
    "tests/workers/test_rendering.py",
)
# Looking for waste among what is loaded and stays takes a tenth of what tests compute.
collect_seldom()
# A table names others by their keys: whoever writes one needs all, however few tests run.
whole_schema()


def pytest_configure() -> None:
    begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        end_run()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    keep_out_of_collections()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: much of what takes long waits for somebody."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The engines, with a migrated database `parvis_template` to copy."""
    folder = tmp_path_factory.mktemp("engines")
    shutil.copytree(migrated(), folder / "postgres")
    with find_servers(folder) as found:
        yield found


@pytest.fixture(scope="session")
def settings(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings on a database of this run's own."""
    servers.make("parvis_tests", template="parvis_template")
    return make_settings(servers, "parvis_tests", tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
async def redis(settings: Settings) -> AsyncIterator[ArqRedis]:
    pool = open_queue(settings.redis_url.get_secret_value())
    yield pool
    await pool.aclose()


@pytest.fixture(scope="session")
async def database(settings: Settings, redis: ArqRedis) -> AsyncIterator[Database]:
    """Closed once the events of all tests were found to carry what their kinds declare."""
    opened = await Database.open(
        settings.database_url.get_secret_value(),
        Nudges(redis),
        pool_size=10,
        read_pool_size=4,
        statement_cache_size=256,
    )
    yield opened
    await opened.close()
    assert settings.migration_database_url is not None
    assert await untold(settings.migration_database_url.get_secret_value()) == set()


@pytest.fixture
def now() -> datetime:
    return NOW


def make_settings(servers: Servers, database: str, data_dir: Path) -> Settings:
    return Settings(
        database_url=SecretStr(servers.app_url(database)),
        migration_database_url=SecretStr(servers.owner_url(database)),
        redis_url=SecretStr(servers.redis_url),
        sealing_keys=SecretStr(KEY),
        data_dir=data_dir,
        log_level="WARNING",
        token_cache_s=0,
        version_cache_s=0,
        limit_address_per_min=0,
        limit_sign_in_per_min=0,
        lockout_address_failures=10_000,
    )


def migrated() -> Path:
    """PostgreSQL's data with `parvis_template` in it, to copy."""
    return made_once("migrated", _migrated) / "postgres"


def _migrated(folder: Path) -> None:
    folder.mkdir()
    with find_servers(folder) as made:
        made.make("parvis_template")
        migrate(made.owner_url("parvis_template"))


def migrate(owner_url: str, *command: str) -> None:
    """Runs alembic in a process of its own, as `./parvis migrate` does."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "alembic",
            "-c",
            "migrations/alembic.ini",
            *(command or ("upgrade", "head")),
        ],
        check=True,
        env={**os.environ, "MIGRATION_DATABASE_URL": owner_url},
        capture_output=True,
    )
