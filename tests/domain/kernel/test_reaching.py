"""What an operator is told of a database that cannot be used."""

import asyncpg
import pytest

from domain.kernel.reaching import DATABASE, unusable

AWAY = "Start it, or correct DATABASE_URL."
FAILED = "See the end of its log, then run this again."


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (asyncpg.ConnectionDoesNotExistError, AWAY),
        (asyncpg.CannotConnectNowError, AWAY),
        (asyncpg.ForeignKeyViolationError, FAILED),
        (asyncpg.ReadOnlySQLTransactionError, FAILED),
        (asyncpg.DiskFullError, FAILED),
    ],
)
def test_a_server_that_answers_is_not_said_to_be_away(
    error: type[asyncpg.PostgresError], remedy: str
) -> None:
    assert unusable(error("why"), DATABASE).remedy == remedy


def test_a_connection_that_ended_is_said_to_be_away() -> None:
    assert unusable(ConnectionRefusedError(111, "Connection refused"), DATABASE).what == (
        "PostgreSQL does not answer at DATABASE_URL (Connection refused)."
    )
