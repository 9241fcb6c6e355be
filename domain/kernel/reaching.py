"""Why a server that the settings name cannot be used: one line, with what to do about it.

ServerUnusable
├── (itself)         away, refused, unreadable address, without our schema
├── RoleTooMighty    row-level security would not hold; see `roles.py`
├── RoleLeftOut      it could read nothing
├── PoolerForgets    see `pooling.py`
├── RestoreUnfinished  see `unfinished.py`
└── ApplicationMissing
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

DATABASE, OWNER = "DATABASE_URL", "MIGRATION_DATABASE_URL"
_Adapted = AsyncAdapt_asyncpg_dbapi.Error
"""What SQLAlchemy makes of asyncpg's errors; begins of transactions raise it as it is."""
ENGINE_FAULTS = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    SQLAlchemyError,
    _Adapted,
)
"""All that a statement can meet; `is_away` tells an absence from an answer."""
_ABSENCES = (
    OSError,
    PoolTimeout,
    OperationalError,
    InterfaceError,
    PendingRollbackError,
    asyncpg.InternalClientError,
)
FAULTS = (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)
_MIGRATE = ("The database has not this release's schema ({}).", "Run ./parvis migrate first.")
_REFUSED = (
    "PostgreSQL refuses the role of {setting} ({}).",
    "Correct its name or password in {setting}, or let pg_hba.conf admit it.",
)
_BY_STATE = {
    "28000": _REFUSED,
    "28P01": _REFUSED,
    "3D000": ("PostgreSQL lacks what {setting} names ({}).", "Create it, or correct {setting}."),
    "42501": (
        "PostgreSQL does not let the role of {setting} do this ({}).",
        "Let MIGRATION_DATABASE_URL name the database's owner, DATABASE_URL the application role.",
    ),
    "42P01": _MIGRATE,
    "42703": _MIGRATE,
    "42883": _MIGRATE,
    "25006": (
        "PostgreSQL takes no writes at {setting} ({}).",
        "Let it name the primary: of several hosts, target_session_attrs=primary finds it.",
    ),
    "53100": ("PostgreSQL's disk is full ({}).", "Free room there, then run this again."),
    "53300": (
        "PostgreSQL has no connection left ({}).",
        "Raise max_connections, or lower DATABASE_POOL_SIZE and READ_POOL_SIZE of each process.",
    ),
    "55P03": ("Something else holds what is needed ({}).", "Wait for its end and run this again."),
}
_AWAY = ("PostgreSQL does not answer at {setting} ({}).", "Start it, or correct {setting}.")
_FAILED = ("PostgreSQL could not do it ({}).", "See the end of its log, then run this again.")
_GONE_STATES = ("08", "57P", "53300", "53100", "25006")
"""Those with which nothing was done for anybody: no wire, no room, or no primary any more.

57014 is not of them: a statement that took too long.
"""
_CROSSED_STATES = ("40P01", "40001")
"""Two changes waited for each other, and this one was taken back."""
_UNREADABLE = (
    "{setting} cannot be read ({}).",
    "Give postgresql://user:password@host:port/database, with %-escapes for what is special.",
)


class ServerUnusable(Exception):
    """A server cannot be used as the settings say; `remedy` is what an operator does about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


@contextmanager
def reaching(setting: str) -> Iterator[None]:
    """Connects inside to what `setting` names. Raises `ServerUnusable`."""
    try:
        yield
    except FAULTS as error:
        raise unusable(error, setting) from error


def unusable(error: Exception, setting: str) -> ServerUnusable:
    """What the error says, without anything of the address: a password may stand in it."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    state = str(getattr(cause, "sqlstate", None))
    if isinstance(cause, ValueError):
        what, remedy = _UNREADABLE
        reason = type(cause).__name__
    else:
        what, remedy = _BY_STATE.get(state) or (
            _AWAY if state == "None" or state.startswith(_GONE_STATES) else _FAILED
        )
        reason = " ".join(_said(cause).split())
    return ServerUnusable(what.format(reason, setting=setting), remedy.format(setting=setting))


def is_away(error: BaseException | None) -> bool:
    """Whether the database went away or never came: the same may succeed in a moment."""
    if error is None or isinstance(error, _ABSENCES):
        return error is not None
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or is_away(error.orig)
    if isinstance(error, _Adapted):
        return is_away(error.__cause__)
    if isinstance(error, asyncpg.InterfaceError):
        # of a value that cannot be sent it says the same, as a ValueError
        return not isinstance(error, ValueError)
    return str(getattr(error, "sqlstate", None)).startswith(_GONE_STATES)


def may_be_tried_again(error: Exception) -> bool:
    """Whether the same may succeed in a moment: the database is away, or a change crossed it."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return state in _CROSSED_STATES or is_away(error)


def reason_of(error: BaseException) -> str:
    """What kind of failure it is, for logs: nothing of an address, a path or a value."""
    cause: BaseException = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        cause = error.orig.__cause__ or error.orig
    kind = type(cause).__name__
    if isinstance(cause, OSError) and cause.errno is not None:
        return f"{kind}: {os.strerror(cause.errno)}"
    return kind


def _said(cause: BaseException) -> str:
    if isinstance(cause, asyncpg.PostgresError):
        return str(cause.args[0])
    reason = cause.strerror if isinstance(cause, OSError) else str(cause).rpartition(">: ")[2]
    return reason or type(cause).__name__
