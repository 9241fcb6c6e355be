"""What tokens, applications and addresses may still ask: counted here, shared through Valkey.

A request costs a look into this process's own counters, about a microsecond. A few times a second
what was counted here is added to Valkey, and what every process counted comes back: at once where
a quota may be near its end, or others may have counted. So a limit may be overshot by what other
processes let through in `SHARE_SOONEST_S` and a round trip to Valkey; and when Valkey is away, each
process goes on with what it knows.

The window slides: of the minute before counts the share that still lies within sixty seconds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Self
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.fence.policies import (
    MINUTE_S,
    Left,
    Policy,
    address_of,
    left_of,
    refuse,
    refuse_again,
)
from domain.kernel.caller import Caller
from domain.kernel.errors import RateExceeded
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings

log = structlog.get_logger()

SHARE_EVERY_S = 0.25
SHARE_SOONEST_S = 0.01
MANY_PROCESSES = 8
"""So many may each keep to themselves what, all together, is still within what is left."""
VALKEY_TIMEOUT_S = 1.0
KEPT_S = 3 * MINUTE_S
MOST_WINDOWS = 100_000
"""Of one process, some 30 MB; whoever comes from still more places at once is forgotten."""
PURPOSE = "rates"
TOKEN, APPLICATION, ADDRESS = "token", "application", "address"
Subject = str | UUID
COUNTED = "rate_counted"
"""Of a request that showed a valid token, counted or not."""


class Window:
    """One subject's requests of this minute and of the one before, as far as is known here."""

    __slots__ = ("before", "key", "minute", "policy", "spent", "unshared")

    def __init__(self, policy: Policy, key: str) -> None:
        self.policy = policy
        self.key = key
        self.minute = self.before = self.spent = self.unshared = 0

    def take(self, cost: int, now_s: float) -> Left:
        """What is left once `cost` requests are counted; less than nothing: they were not."""
        minute = int(now_s // MINUTE_S)
        if minute != self.minute:
            self.before = self.spent if minute == self.minute + 1 else 0
            self.minute, self.spent, self.unshared = minute, 0, 0
        ahead_s = (minute + 1) * MINUTE_S - now_s
        remaining = int(self.policy.quota - self.spent - self.before * ahead_s / MINUTE_S)
        if remaining <= 0:
            return Left(self.policy, -1, self._wait_s(ahead_s))
        self.spent += cost
        self.unshared += cost
        return Left(self.policy, max(0, remaining - cost), ahead_s)

    def is_pressing(self, left: Left) -> bool:
        """Whether nobody was asked this minute, or others may by now have used up the rest."""
        is_unheard = self.spent == self.unshared
        return is_unheard or self.unshared * MANY_PROCESSES >= left.remaining

    def _wait_s(self, ahead_s: float) -> float:
        """Seconds until one request fits: the minute before slides out, then this one begins to."""
        room = self.policy.quota - 1
        if self.spent <= room:
            return ahead_s - (room - self.spent) * MINUTE_S / self.before
        return ahead_s + MINUTE_S - room * MINUTE_S / self.spent


class Allowances:
    """The counters of one process. A quota of 0 limits nothing."""

    def __init__(
        self,
        redis: Redis,
        keys: KeyRing,
        settings: Settings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._redis = redis
        self._keys = keys
        self._clock = clock
        self._policies = {
            TOKEN: Policy(TOKEN, settings.limit_token_per_min),
            APPLICATION: Policy(APPLICATION, settings.limit_application_per_min),
            ADDRESS: Policy(ADDRESS, settings.limit_address_per_min),
        }
        self._windows: dict[tuple[str, Subject], Window] = {}
        self._unshared: set[Window] = set()
        self._is_alone = False
        self._pressing = asyncio.Event()

    def spend_caller(self, scope: MutableMapping[str, Any], caller: Caller) -> None:
        """Counts a request against its token and its application, once however often it is asked.

        Raises `RateExceeded`.
        """
        refuse_again(scope)
        if not scope["state"].get(COUNTED):
            scope["state"][COUNTED] = True
            self._spend(scope, TOKEN, _token_of(caller), 1)
            if caller.application is not None:
                self._spend(scope, APPLICATION, caller.application, 1)

    def charge(self, scope: MutableMapping[str, Any], caller: Caller, more: int) -> None:
        """Counts a request that turned out heavy as `more` requests beside the first."""
        if not more:
            return
        with suppress(RateExceeded):
            self._spend(scope, TOKEN, _token_of(caller), more)
            if caller.application is not None:
                self._spend(scope, APPLICATION, caller.application, more)

    def check_address(self, scope: MutableMapping[str, Any]) -> None:
        """Raises `RateExceeded` when too much without a token came from there."""
        window = self._windows.get((ADDRESS, address_of(scope)))
        if window is not None:
            now_s = self._clock()
            left = window.take(0, now_s)
            if left.remaining < 0:
                refuse(scope, left, now_s=now_s)

    def count_address(self, scope: MutableMapping[str, Any]) -> None:
        """Counts a request that showed no token against where it came from."""
        if not (left_of(scope) or scope["state"].get(COUNTED)):
            with suppress(RateExceeded):
                self._spend(scope, ADDRESS, address_of(scope), 1)

    def _spend(
        self, scope: MutableMapping[str, Any], name: str, subject: Subject, cost: int
    ) -> None:
        policy = self._policies[name]
        if not policy.quota:
            return
        window = self._windows.get((name, subject))
        if window is None:
            window = self._open(policy, subject)
        now_s = self._clock()
        left = window.take(cost, now_s)
        if left.remaining < 0:
            refuse(scope, left, now_s=now_s)
        self._unshared.add(window)
        if window.is_pressing(left) and not self._is_alone:
            self._pressing.set()
        left_of(scope)[name] = left

    def _open(self, policy: Policy, subject: Subject) -> Window:
        if len(self._windows) >= MOST_WINDOWS:
            self.forget()
        if len(self._windows) >= MOST_WINDOWS:
            self._windows.clear()
        key = self._keys.lasting_digest(PURPOSE, f"{policy.name} {subject}").hex()[:32]
        window = Window(policy, f"parvis:rate:{policy.name}:{key}")
        self._windows[policy.name, subject] = window
        return window

    async def share(self) -> None:
        """Adds what was counted here to Valkey, and learns what everybody counted."""
        windows, self._unshared = self._unshared, set()
        told = [(window, window.minute, window.unshared) for window in windows if window.unshared]
        if not told:
            return
        pipe = self._redis.pipeline(transaction=False)
        for window, minute, count in told:
            window.unshared = 0
            pipe.incrby(f"{window.key}:{minute}", count)
            pipe.expire(f"{window.key}:{minute}", KEPT_S)
            pipe.get(f"{window.key}:{minute - 1}")
        try:
            async with asyncio.timeout(VALKEY_TIMEOUT_S):
                answers = await pipe.execute()
        except (RedisError, OSError, TimeoutError) as error:
            if not self._is_alone:
                log.warning("rates.unshared", reason=type(error).__name__)
            self._is_alone = True
            for window, minute, count in told:
                self._keep(window, minute, count)
            return
        self._is_alone = False
        for place, (window, minute, _) in enumerate(told):
            _learn(window, minute, answers[3 * place], int(answers[3 * place + 2] or 0))

    def _keep(self, window: Window, minute: int, count: int) -> None:
        """Puts back what Valkey did not take, unless its minute is over."""
        if window.minute == minute:
            self._unshared.add(window)
            window.unshared += count

    def forget(self) -> None:
        """Drops the counters of those who have not come for two minutes."""
        oldest = int(self._clock() // MINUTE_S) - 1
        self._windows = {
            subject: window for subject, window in self._windows.items() if window.minute >= oldest
        }

    @asynccontextmanager
    async def sharing(self) -> AsyncIterator[Self]:
        """Shares in the background while the process serves, and once more at its end."""
        running = asyncio.create_task(self._keep_sharing())
        try:
            yield self
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await self.share()

    async def _keep_sharing(self) -> None:
        forgotten_s = time.monotonic()
        while True:
            await asyncio.sleep(SHARE_SOONEST_S)
            # No `wait_for`: where it is cancelled as the event is set, it forgets the cancelling
            # (github.com/python/cpython/issues/86296, mended in 3.12), and nothing ends this.
            with suppress(TimeoutError):
                async with asyncio.timeout(SHARE_EVERY_S):
                    await self._pressing.wait()
            self._pressing.clear()
            if self._unshared:
                await self.share()
            if time.monotonic() - forgotten_s >= MINUTE_S:
                self.forget()
                forgotten_s = time.monotonic()


def _learn(window: Window, minute: int, everybody: int, before: int) -> None:
    """Never less than is known here: a Valkey that lost its data gives nothing back."""
    if window.minute == minute:
        window.spent = max(window.spent, everybody + window.unshared)
        window.before = max(window.before, before)
    elif window.minute == minute + 1:
        window.before = max(window.before, everybody)


def _token_of(caller: Caller) -> Subject:
    """What is counted as one token: all that are renewed under one consent are."""
    return caller.grant_id or caller.token_id or caller.actor
