"""Tries to prove who one is: few a minute, counted in Valkey, and failures counted in PostgreSQL.

    hit     may this be tried now?   Valkey's moving window first, which stops floods cheaply;
                                     then whether failures in PostgreSQL lock the subject
    failed  it was wrong             counts one failure
    passed  it was right             forgets the failures of the pair

Who is locked is a pair, an account as tried from one place, or a place for all accounts: a
stranger elsewhere locks nobody out. A browser that proved itself before (`devices`) is a place of
its own. Without Valkey nothing is tried: `DependencyAway`.
"""

import asyncio
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.fence.policies import HOUR_S, Left, Policy, left_of, refuse
from domain.kernel.database import Database
from domain.kernel.errors import DependencyAway, RateExceeded
from domain.kernel.nudges import VALKEY_PATIENCE_S
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from domain.lockouts.service import Subject, count_failure, forgive, wait_of

PURPOSE = "tries"
MAILS_PER_PLACE, MAILS_PER_ACCOUNT = 5, 20
"""Mails an hour to one address: asked for from one place, and from everywhere."""


class Limit(StrEnum):
    """What is tried. `key` says for whom: an e-mail address, a user id, a client id."""

    SIGN_IN = "sign_in"
    """A password or a passkey of an account; `key` is the e-mail address as typed."""
    SECOND_FACTOR = "second_factor"
    """A code, after the password was right; `key` is the user id. Locks the account's codes."""
    LINK = "link"
    """Asking for a mail with a link; `key` is the e-mail address as typed."""
    CODE = "code"
    """A device's user code; no `key`: whoever tries guesses codes of others."""
    TOKEN = "token_endpoint"  # noqa: S105 - a name
    """The token endpoint and its kin; `key` is the client id."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a try comes from: an address, or a device that is known for the account."""

    name: str
    is_known: bool


class Tries:
    """The limits of tries, shared by all processes."""

    def __init__(self, redis: Redis, database: Database, keys: KeyRing, settings: Settings) -> None:
        self._database = database
        self._keys = keys
        self._settings = settings
        self._lock = timedelta(minutes=settings.lockout_min)
        pool: Any = redis.connection_pool
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="parvis:tries",
            connection_pool=pool,
        )
        self._windows = MovingWindowRateLimiter(storage)

    async def hit(
        self, scope: MutableMapping[str, Any], limit: Limit, place: Place, key: str
    ) -> None:
        """Counts a try. Raises `RateExceeded`, and `DependencyAway` without Valkey."""
        for policy, subject in self._policies(limit, place, key):
            if policy.quota:
                await self._take(scope, policy, subject)
        now = datetime.now(UTC)
        async with self._database.transaction(None) as session:
            until = await wait_of(
                session, self._subjects(limit, place, key), lock=self._lock, now=now
            )
        if until is not None:
            raise RateExceeded("Too many tries failed.", until=until)

    async def failed(self, limit: Limit, place: Place, key: str) -> None:
        """Counts a failure, whatever becomes of the request."""
        async with self._database.transaction(None) as session:
            await count_failure(session, self._subjects(limit, place, key), now=datetime.now(UTC))

    async def passed(self, limit: Limit, place: Place, key: str) -> None:
        """Forgets the failures of the pair; those of the place stay."""
        [pair, *_] = self._subjects(limit, place, key)
        async with self._database.transaction(None) as session:
            await forgive(session, pair)

    def _policies(self, limit: Limit, place: Place, key: str) -> list[tuple[Policy, str]]:
        """The windows that a try falls under, the narrowest first."""
        known, here = self._settings, f"{place.name} {key}"
        match limit:
            case Limit.TOKEN:
                return [
                    (Policy(limit, known.limit_grants_per_min), place.name),
                    (Policy(f"{limit}_application", known.limit_application_per_min), key),
                ]
            case Limit.LINK:
                return [
                    (Policy(limit, known.limit_sign_in_per_min), place.name),
                    (Policy(f"{limit}_here", MAILS_PER_PLACE, HOUR_S), here),
                    (Policy(f"{limit}_mailbox", MAILS_PER_ACCOUNT, HOUR_S), key),
                ]
            case _:
                return [(Policy(limit, known.limit_sign_in_per_min), place.name)]

    def _subjects(self, limit: Limit, place: Place, key: str) -> Mapping[Subject, int]:
        """Whose failures count, and how many each may have; the pair comes first."""
        pair, everywhere = self._settings.lockout_failures, self._settings.lockout_address_failures
        if limit is Limit.SECOND_FACTOR and not place.is_known:
            # Only who knows the password comes here; a new place would be a new set of tries.
            return {self._subject(limit, key): pair}
        subjects = {self._subject(limit, f"{place.name} {key}"): pair}
        if not place.is_known and key:
            subjects[self._subject(f"{limit}.place", place.name)] = everywhere
        return subjects

    def _subject(self, kind: str, text: str) -> Subject:
        return Subject(str(kind), tuple(self._keys.digests(PURPOSE, f"{kind} {text}")))

    async def _take(self, scope: MutableMapping[str, Any], policy: Policy, subject: str) -> None:
        item = RateLimitItemPerSecond(policy.quota, policy.window_s, namespace=policy.name)
        name = self._keys.lasting_digest(PURPOSE, f"{policy.name} {subject}").hex()
        try:
            async with asyncio.timeout(VALKEY_PATIENCE_S):
                is_free = await self._windows.hit(item, name)
                window = await self._windows.get_window_stats(item, name)
        except (RedisError, OSError, TimeoutError) as error:
            raise DependencyAway from error
        now_s = time.time()
        left = Left(policy, window.remaining, max(1.0, window.reset_time - now_s))
        if not is_free:
            refuse(scope, left, now_s=now_s)
        left_of(scope)[policy.name] = left
