"""Checks of the servers behind Parvis and of the api itself; each gives one finding."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import (
    AuthenticationError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from api.cli import processes, revisions
from api.cli.findings import Finding
from domain.kernel.nudges import TRIED
from domain.kernel.pooling import PoolerForgets, refuse_forgetful_pooler
from domain.kernel.reaching import DATABASE, OWNER, ServerUnusable, reaching, unusable
from domain.kernel.roles import ABOVE_THE_LAW, RoleLeftOut
from domain.kernel.unfinished import refuse_unfinished_restore

_OLDEST_POSTGRES = 150000
_OLDEST_REDIS = (6, 2)
_DRIFT_S = 2.0
_ANSWER_S = 5.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The api is on this machine, wherever proxies lead."""


async def _ask(url: str, sql: str, named: str = DATABASE) -> asyncpg.Record | None:
    with reaching(named):
        connection = await asyncpg.connect(url, statement_cache_size=0, timeout=_ANSWER_S)
    try:
        return await connection.fetchrow(sql)
    finally:
        await connection.close()


async def database_answers(url: str, oldest: int = _OLDEST_POSTGRES) -> Finding:
    """PostgreSQL answers, is new enough and takes writes."""
    numbers = "SELECT current_setting('server_version_num')::int, current_setting('server_version')"
    is_read_only = "current_setting('transaction_read_only')::bool"
    try:
        found = await _ask(url, f"{numbers}, {is_read_only}")
    except ServerUnusable as error:
        return Finding(error.what, error.remedy)
    if found is None or found[0] < oldest:
        return Finding("PostgreSQL is too old.", "Give one of version 15 or newer.")
    if found[2]:
        told = unusable(asyncpg.ReadOnlySQLTransactionError("read-only"), DATABASE)
        return Finding(told.what, told.remedy)
    return Finding(f"PostgreSQL {found[1]} answers.")


async def statements_are_kept(url: str, statement_cache_size: int) -> Finding:
    """No pooler forgets the statements that are kept."""
    try:
        await refuse_forgetful_pooler(url, statement_cache_size=statement_cache_size)
    except PoolerForgets as error:
        return Finding(error.what, error.remedy)
    return Finding(f"Prepared statements kept per connection: {statement_cache_size}.")


async def role_is_harmless(url: str) -> Finding:
    """The application role cannot step around row-level security."""
    found = await _ask(url, ABOVE_THE_LAW)
    if found is None:
        return Finding("The role is unknown.", "Correct DATABASE_URL.")
    if found["is_mighty"]:
        return Finding(
            f"The role {found['role']} could read every workspace.",
            "Let DATABASE_URL name parvis_app: no superuser, no BYPASSRLS, owner of nothing.",
        )
    if not found["is_let_in"]:
        left_out = RoleLeftOut(found["role"])
        return Finding(left_out.what, left_out.remedy)
    return Finding(f"The role {found['role']} is held by row-level security.")


async def schema_is_newest(owner_url: str, newest: str | None = None) -> Finding:
    """The database has every migration of this release."""
    wanted = newest or revisions.newest()
    try:
        found = await _ask(owner_url, "SELECT version_num FROM alembic_version", OWNER)
    except asyncpg.UndefinedTableError:
        found = None
    except ServerUnusable as error:
        return Finding(error.what, error.remedy)
    kept = found[0] if found else "empty"
    if kept != wanted:
        return Finding(f"The schema is {kept}, this release wants {wanted}.", "./parvis migrate")
    return Finding(f"The schema is {kept}, the newest.")


async def restore_has_ended(url: str) -> Finding:
    """Nothing starts on a database that a restore left half way."""
    try:
        with reaching(DATABASE):
            connection = await asyncpg.connect(url, statement_cache_size=0, timeout=_ANSWER_S)
        try:
            await refuse_unfinished_restore(connection)
        finally:
            await connection.close()
    except ServerUnusable as error:
        return Finding(error.what, error.remedy)
    return Finding("No restore was left half way.")


async def clocks_agree(url: str, now: datetime | None = None) -> Finding:
    """Due moments mean the same here and in the database."""
    found = await _ask(url, "SELECT clock_timestamp()")
    drift_s = ((now or datetime.now(UTC)) - found[0]).total_seconds() if found else 0.0
    if abs(drift_s) > _DRIFT_S:
        return Finding(f"The clocks differ by {drift_s:.1f} s.", "Run NTP on both machines.")
    return Finding("The clocks agree.")


async def queue_answers(url: str, oldest: tuple[int, int] = _OLDEST_REDIS) -> Finding:
    """Redis or Valkey answers, is new enough and never throws jobs away."""
    client = Redis.from_url(url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S)
    try:
        server = await client.info()
        await client.set(TRIED, "", ex=1)
    except OutOfMemoryError:
        return Finding("The queue is full.", "Raise its maxmemory: nothing there may be lost.")
    except ReadOnlyError:
        return Finding("The queue takes nothing.", "Let REDIS_URL name the primary, no replica.")
    except ResponseError as error:
        return Finding(f"The queue refuses ({error}).", "See the end of its log, then mend that.")
    except (RedisError, OSError) as error:
        # on a socket file, it is wrapped
        if isinstance(error.__cause__ or error, AuthenticationError):
            return Finding("The queue refuses the password.", "Correct that of REDIS_URL.")
        return Finding(
            f"The queue does not answer ({type(error).__name__}).",
            "Start ./parvis up, or correct REDIS_URL.",
        )
    finally:
        await client.aclose()
    version = str(server.get("valkey_version") or server["redis_version"])
    if tuple(map(int, str(server["redis_version"]).split(".")[:2])) < oldest:
        return Finding(f"Redis {version} is too old.", "Give Redis 6.2 or newer, or Valkey.")
    if server["maxmemory_policy"] != "noeviction":
        return Finding("The queue may throw jobs away.", "Set maxmemory-policy to noeviction.")
    return Finding(f"The queue answers ({version}).")


def parts_run(pids: Mapping[str, int]) -> Finding:
    """Every process of the stack is there."""
    gone = [name for name, pid in pids.items() if not processes.command_of(pid)]
    if gone:
        return Finding(
            f"Not running: {', '.join(gone)}.",
            "Wait for its restart; if it fails again, look at the end of its file in logs.",
        )
    return Finding(f"All run: {', '.join(pids)}.")


def api_answers(url: str) -> Finding:
    """The api says that it is ready."""
    try:
        with _DIRECT.open(f"{url}/readyz", timeout=_ANSWER_S) as answer:
            if answer.status == http.client.OK:
                return Finding(f"The api answers at {url}.")
            what = str(answer.status)
    except (urllib.error.URLError, OSError) as error:
        what = str(getattr(error, "code", None) or getattr(error, "reason", error))
    return Finding(f"The api is not ready ({what}).", "Look at the end of logs/api.log.")
