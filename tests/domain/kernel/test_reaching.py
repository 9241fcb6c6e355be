"""What an operator is told of a database that cannot be used."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, PendingRollbackError, ProgrammingError

from domain.kernel.reaching import DATABASE, is_away, reason_of, unusable

AWAY = "Start it, or correct DATABASE_URL."
FAILED = "See the end of its log, then run this again."


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (asyncpg.ConnectionDoesNotExistError, AWAY),
        (asyncpg.CannotConnectNowError, AWAY),
        (asyncpg.ForeignKeyViolationError, FAILED),
        (asyncpg.OutOfMemoryError, FAILED),
    ],
)
def test_a_server_that_answers_is_not_said_to_be_away(
    error: type[asyncpg.PostgresError], remedy: str
) -> None:
    assert unusable(error("why"), DATABASE).remedy == remedy


def test_a_server_that_cannot_write_says_what_it_lacks() -> None:
    full = unusable(asyncpg.DiskFullError("could not extend file"), DATABASE)
    standby = unusable(asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT"), DATABASE)

    assert full.what == "PostgreSQL's disk is full (could not extend file)."
    assert "target_session_attrs=primary" in standby.remedy


def test_a_connection_that_ended_is_said_to_be_away() -> None:
    assert unusable(ConnectionRefusedError(111, "Connection refused"), DATABASE).what == (
        "PostgreSQL does not answer at DATABASE_URL (Connection refused)."
    )


@pytest.mark.parametrize(
    ("error", "is_absence"),
    [
        (ConnectionResetError(), True),
        (asyncpg.AdminShutdownError("why"), True),
        (asyncpg.CannotConnectNowError("why"), True),
        (asyncpg.ConnectionDoesNotExistError("why"), True),
        (asyncpg.TooManyConnectionsError("why"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InternalClientError("cannot switch to state 11"), True),
        (PendingRollbackError("can't reconnect"), True),
        (asyncpg.DiskFullError("could not extend file"), True),
        (asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT"), True),
        (asyncpg.OutOfMemoryError("why"), False),
        (asyncpg.DataError("invalid input"), False),
        (asyncpg.QueryCanceledError("took too long"), False),
        (asyncpg.UniqueViolationError("why"), False),
        (ProgrammingError("SELECT", None, asyncpg.UndefinedTableError("why")), False),
        (DBAPIError("SELECT", None, asyncpg.AdminShutdownError("why")), True),
        (ValueError("ours"), False),
    ],
)
def test_an_absence_is_told_from_an_answer(error: Exception, *, is_absence: bool) -> None:
    assert is_away(error) is is_absence


def test_a_server_without_a_connection_left_is_no_server_that_is_away() -> None:
    """Who was told to start it, or to correct its address, had nothing to mend there."""
    told = unusable(asyncpg.TooManyConnectionsError("sorry, too many clients already"), DATABASE)

    assert told.what == "PostgreSQL has no connection left (sorry, too many clients already)."
    assert told.remedy.startswith("Raise max_connections, or lower DATABASE_POOL_SIZE")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device", "/data/media/x"), "No space left on device"),
        (ConnectionRefusedError(111, "Connect call failed ('10.1.2.3', 5432)"), "refused"),
        (asyncpg.TooManyConnectionsError("for parvis_app"), "TooManyConnectionsError"),
        (DBAPIError("SELECT", None, asyncpg.AdminShutdownError("why")), "AdminShutdownError"),
    ],
)
def test_a_log_tells_the_reason_and_nothing_of_the_address(error: Exception, reason: str) -> None:
    told = reason_of(error)

    assert reason in told
    assert "/data" not in told
    assert "10.1" not in told
    assert "parvis_app" not in told
