"""What workers counted of an account's rate budgets, read from Valkey."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.accounts.budgeting import TOLD, ahead_of, told_rate
from domain.accounts.budgets import Counted
from domain.kernel.errors import DependencyAway
from domain.kernel.nudges import VALKEY_PATIENCE_S


@dataclass(frozen=True, slots=True)
class ValkeyCounters:
    """The counters that workers keep, in one round trip."""

    redis: Redis

    async def read(
        self, counted: Sequence[str], told: Sequence[str], ahead: str, *, now: datetime
    ) -> Counted:
        pipe = self.redis.pipeline(transaction=False)
        pipe.get(ahead)
        for key in counted:
            pipe.get(key)
        for key in told:
            pipe.hmget(key, [*TOLD])
        try:
            async with asyncio.timeout(VALKEY_PATIENCE_S):
                until, *found = await pipe.execute()
        except (RedisError, OSError, TimeoutError) as error:
            raise DependencyAway("What was counted of the budgets cannot be read.") from error
        rates = [told_rate(each, now=now) for each in found[len(counted) :]]
        used = [int(each or 0) for each in found[: len(counted)]]
        return Counted(used, rates, ahead_of(until, now=now))
