"""Settings for a command: servers named in the environment, else the data folder's own engines."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from api.cli import lock
from api.cli.env_file import read_env_file
from api.cli.folders import private_folder
from api.cli.identity import refuse_to_take_over
from api.cli.places import data_folder
from api.cli.secret_files import sealing_keys_path
from api.cli.stack import embedded, engine_environment
from api.cli.trouble import Trouble
from domain.kernel.knobs import explained
from domain.kernel.reaching import DATABASE, OWNER, ServerUnusable, reaching, unusable
from domain.kernel.settings import Settings

GONE = (FileNotFoundError, ConnectionRefusedError, ConnectionResetError)
"""What a connection meets where a server was; about a file, such an error names it."""


def read_settings() -> Settings:
    """The settings of this process; says in one line which are missing or wrong."""
    try:
        return Settings.read()
    except ValidationError as error:
        raise Trouble(
            explained(error),
            "`.env.example` explains each; `./parvis up` needs none.",
        ) from error


@contextmanager
def surroundings(data: Path | None = None) -> Iterator[Settings]:
    """Settings that reach a running database; engines are started for the while if none run."""
    read_env_file()
    with ExitStack() as leaving:
        if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
            leaving.enter_context(_engines(data_folder(data)))
        elif data is not None:
            _take_folder(data_folder(data))
        settings = read_settings()
        with servers_in_use():
            yield settings


@contextmanager
def servers_in_use() -> Iterator[None]:
    """Says of a server that is away, refuses us or goes away meanwhile what to do about it."""
    try:
        yield
    except ServerUnusable as error:
        raise Trouble(error.what, error.remedy) from error
    except (*GONE, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        told = unusable(error, DATABASE)
        raise Trouble(told.what, told.remedy) from error


def _take_folder(folder: Path) -> None:
    """Media and, where no other is named, the key ring are those of the folder that was typed."""
    os.environ["DATA_DIR"] = str(folder)
    ring = sealing_keys_path(folder)
    if ring.exists() and not (
        os.environ.get("SEALING_KEYS") or os.environ.get("SEALING_KEYS_FILE")
    ):
        os.environ["SEALING_KEYS_FILE"] = str(ring)


@contextmanager
def _engines(folder: Path) -> Iterator[None]:
    postgres, valkey = embedded(private_folder(folder))
    os.environ.update(engine_environment(folder, postgres, valkey))
    with lock.turn(folder) as is_alone, ExitStack() as leaving:
        if is_alone:
            refuse_to_take_over(folder, os.getuid())
        for engine in (postgres, valkey):
            if engine is not None and is_alone:
                leaving.callback(engine.stop)
                engine.start()
        yield


@asynccontextmanager
async def as_owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the database's owner. Raises `ServerUnusable`."""
    url = owner_url(settings)
    with reaching(OWNER):
        connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        yield connection
    finally:
        await connection.close()


def owner_url(settings: Settings) -> str:
    """Where the database is reached as its owner."""
    if settings.migration_database_url is None:
        raise Trouble(
            "MIGRATION_DATABASE_URL is missing.",
            "Set it to the database as its owner; `.env.example` explains.",
        )
    return settings.migration_database_url.get_secret_value()
