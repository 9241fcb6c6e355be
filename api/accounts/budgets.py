"""What workers counted of an account's rate budgets, read from Valkey."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.fence.policies import VALKEY_PATIENCE_S
from domain.accounts.budgeting import TOLD, told_rate
from domain.connector.dialects.rate import Rate
from domain.kernel.errors import DependencyAway


@dataclass(frozen=True, slots=True)
class ValkeyCounters:
    """The counters that workers keep, in one round trip."""

    redis: Redis

    async def read(
        self, counted: Sequence[str], told: Sequence[str], *, now: datetime
    ) -> tuple[list[int], list[Rate | None]]:
        pipe = self.redis.pipeline(transaction=False)
        for key in counted:
            pipe.get(key)
        for key in told:
            pipe.hmget(key, [*TOLD])
        try:
            async with asyncio.timeout(VALKEY_PATIENCE_S):
                found = await pipe.execute()
        except (RedisError, OSError, TimeoutError) as error:
            raise DependencyAway("What was counted of the budgets cannot be read.") from error
        rates = [told_rate(each, now=now) for each in found[len(counted) :]]
        return [int(each or 0) for each in found[: len(counted)]], rates
