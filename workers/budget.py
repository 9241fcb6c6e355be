"""Rate budgets, shared by all workers through Valkey: publishing comes before reading.

A call is counted against every budget of its account that it falls under: `all`, its own kind
(`read`, `write`, `delete`, `media`) and, where it opens or renews a session, `login`, as the
manifest lists them, and what the network itself told last for that kind, or, where it tells of one
budget, for any. Once something to publish has waited for a budget, readings leave it the first ten
seconds of the next. Without Valkey calls go out uncounted: the network's own 429 still stands.
"""

import asyncio
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from domain.accounts.budgeting import (
    Kind,
    Purpose,
    ahead_key,
    budgets_under,
    counter_of,
    told_key,
    told_of,
)
from domain.connector.dialects.rate import Rate
from domain.connector.errors import RateLimited
from domain.connector.http import Call, Http, Reply
from domain.connector.manifest import Manifest
from domain.connector.rates import is_of_all, is_slowed, read_rate
from domain.kernel.clock import utc_now
from domain.kernel.ids import show
from domain.kernel.nudges import VALKEY_PATIENCE_S
from workers.gathering import FOR_ALL, Gathered

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("outward")

UNTOLD_WAIT_S = 60
_KEPT_AFTER_MS = 60_000


def kind_of(call: Call) -> Kind:
    if call.method.upper() in {"GET", "HEAD"}:
        return Kind.READ
    if call.method.upper() == "DELETE":
        return Kind.DELETE
    return Kind.MEDIA if call.files or call.content else Kind.WRITE


_AHEAD_MS = 10_000
"""How long a whole budget is for those alone who waited for it and leave nothing to others."""
_SUPPOSED_MS = 10_000
"""How long a window that was told is supposed to have begun anew, until its first answer tells."""

# KEYS: what was told, until when others wait, then one counter for each listed budget.
# ARGV: now in ms, cost, share to leave, then limit and end of window in ms for each counter.
# Gives 0 when taken, else the moment in ms when the fullest budget is whole again.
_TAKE = f"""
local now, cost, leaves = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local whole_at, others_at = 0, tonumber(redis.call('GET', KEYS[2]) or 0)
if leaves > 0 and others_at > now then whole_at = others_at end
local told = redis.call('HMGET', KEYS[1], 'limit', 'remaining', 'resets_at', 'is_share')
local is_told = told[2] and tonumber(told[3]) > now
if told[2] and not is_told and tonumber(told[1]) > 0 then
  told, is_told = {{told[1], told[1], now + {_SUPPOSED_MS}, told[4]}}, true
  redis.call('HSET', KEYS[1], 'remaining', told[2], 'resets_at', told[3], 'is_supposed', 1)
  redis.call('PEXPIRE', KEYS[1], {_SUPPOSED_MS + _KEPT_AFTER_MS})
end
if is_told and told[2] - cost < math.floor(tonumber(told[1]) * leaves) then
  whole_at = math.max(whole_at, tonumber(told[3]))
end
for place = 3, #KEYS do
  local limit, ends_at = tonumber(ARGV[place * 2 - 2]), tonumber(ARGV[place * 2 - 1])
  local used = tonumber(redis.call('GET', KEYS[place]) or 0)
  if used + cost > limit - math.floor(limit * leaves) then
    whole_at = math.max(whole_at, ends_at)
  end
end
if whole_at > 0 then
  if leaves == 0 then
    redis.call('SET', KEYS[2], whole_at + {_AHEAD_MS}, 'PX', whole_at + {_AHEAD_MS} - now)
  end
  return whole_at
end
if is_told and told[4] ~= '1' then redis.call('HINCRBY', KEYS[1], 'remaining', -cost) end
for place = 3, #KEYS do
  redis.call('INCRBY', KEYS[place], cost)
  redis.call('PEXPIRE', KEYS[place], tonumber(ARGV[place * 2 - 1]) - now + 60000)
end
return 0
"""

# Within one window, and in one that was supposed, the lower number stands: answers may overtake one
# another, and others are under way; but of a share, which no call takes a whole part of, the last
# word stands. What is spent for longer stands as well.
# KEYS: the budgets that it holds for.
# ARGV: limit, remaining, end of window in ms, time to keep in ms, now in ms, 1 for a share.
_LEARN = """
for _, key in ipairs(KEYS) do
  local told = redis.call('HMGET', key, 'remaining', 'resets_at', 'is_supposed')
  local remaining, ends_at = tonumber(ARGV[2]), tonumber(ARGV[3])
  local is_open = told[1] and tonumber(told[2]) > tonumber(ARGV[5])
  local is_same = told[3] or (is_open and math.abs(tonumber(told[2]) - ends_at) <= 2000)
  if is_open and is_same and ARGV[6] ~= '1' then
    remaining = math.min(remaining, tonumber(told[1]))
  end
  local is_longer = is_open and tonumber(told[1]) <= 0 and tonumber(told[2]) > ends_at
  if told[3] or not is_longer then
    redis.call('HSET', key, 'limit', ARGV[1], 'remaining', remaining, 'resets_at', ARGV[3],
      'is_share', ARGV[6])
    redis.call('HDEL', key, 'is_supposed')
    redis.call('PEXPIRE', key, ARGV[4])
  end
end
"""


@dataclass(slots=True)
class _Asked:
    """A call's share of each budget that it falls under, and when the fullest is whole again."""

    keys: list[str]
    arguments: list[float]
    whole_at_ms: int = 0


class Budgets:
    """The rate budgets of all accounts; `clock` gives the moment of each call."""

    def __init__(self, valkey: Redis, clock: Callable[[], datetime] = utc_now) -> None:
        self.clock = clock
        self._valkey = valkey
        self._gathered: Gathered[_Asked] = Gathered()
        self._take = valkey.register_script(_TAKE)
        self._learn = valkey.register_script(_LEARN)

    def by(self, clock: Callable[[], datetime]) -> "Budgets":
        """The same budgets, by another clock."""
        budgets = copy(self)
        budgets.clock = clock
        return budgets

    async def take(
        self,
        manifest: Manifest,
        account_id: UUID,
        kind: Kind,
        purpose: Purpose,
        *,
        now: datetime,
        cost: int = 1,
    ) -> None:
        """Counts a call before it goes out. Raises `RateLimited` when a budget is spent."""
        asked = _Asked(
            [told_key(manifest, account_id, kind), ahead_key(manifest, account_id)],
            [_ms(now), cost, purpose.leaves],
        )
        for budget in budgets_under(manifest, kind, purpose):
            counter = counter_of(manifest, account_id, budget, now=now)
            asked.keys.append(counter.key)
            asked.arguments += [budget.limit, _ms(counter.ends_at)]
        await self._gathered.put(FOR_ALL, asked, self._take_all)
        if asked.whole_at_ms:
            raise RateLimited(
                f"The rate budget of this account at {manifest.name} is spent: "
                f"/v1/accounts/{show('acct', account_id)}/budgets.",
                until=datetime.fromtimestamp(asked.whole_at_ms / 1000, UTC),
                code="outbound.budget_spent",
            )

    async def _take_all(self, _for_all: UUID, several: Sequence[_Asked]) -> None:
        """In one round trip."""
        pipe = self._valkey.pipeline(transaction=False)
        for each in several:
            pipe.evalsha(self._take.sha, len(each.keys), *each.keys, *map(str, each.arguments))
        try:
            async with asyncio.timeout(VALKEY_PATIENCE_S):
                answers = await pipe.execute(raise_on_error=False)
                for each, answer in zip(several, answers, strict=True):
                    if isinstance(answer, NoScriptError):
                        each.whole_at_ms = int(await self._take(each.keys, each.arguments))
                    elif isinstance(answer, RedisError):
                        raise answer
                    else:
                        each.whole_at_ms = int(answer)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("budget.uncounted", calls=len(several), error=type(error).__name__)

    async def learn(
        self, manifest: Manifest, account_id: UUID, kind: Kind, reply: Reply, *, now: datetime
    ) -> None:
        """Keeps what a network's answer says of its budget, unless that window is over."""
        rate = read_rate(reply, now=now)
        if rate is not None and rate.resets_at is None and is_slowed(reply):
            rate = Rate(None, 0, datetime.fromtimestamp(now.timestamp() + UNTOLD_WAIT_S, UTC))
        if rate is None or rate.remaining is None or rate.resets_at is None:
            return
        if rate.resets_at <= now:
            return
        names = told_of(manifest) if is_of_all(reply) else (kind,)
        ends_ms = _ms(rate.resets_at)
        now_ms = _ms(now)
        kept_ms = max(ends_ms - now_ms, 0) + _KEPT_AFTER_MS
        try:
            async with asyncio.timeout(VALKEY_PATIENCE_S):
                await self._learn(
                    keys=[told_key(manifest, account_id, name) for name in names],
                    args=[
                        rate.limit or 0,
                        rate.remaining,
                        ends_ms,
                        kept_ms,
                        now_ms,
                        int(rate.is_share),
                    ],
                )
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("budget.unlearned", network=manifest.key, error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class BudgetedHttp:
    """The `Http` port of one account and purpose: counted before, learned from after."""

    http: Http
    budgets: Budgets
    manifest: Manifest
    account_id: UUID
    purpose: Purpose

    async def __call__(self, call: Call) -> Reply:
        kind = kind_of(call)
        await self.budgets.take(
            self.manifest, self.account_id, kind, self.purpose, now=self.budgets.clock()
        )
        reply, now = await self.http(call), self.budgets.clock()
        await self.budgets.learn(self.manifest, self.account_id, kind, reply, now=now)
        return replace(reply, received_at=now)


def for_account(
    http: Http, budgets: Budgets, manifest: Manifest, account_id: UUID, purpose: Purpose
) -> Http:
    """The way out for one account's calls of one purpose, within its rate budgets."""
    return BudgetedHttp(http, budgets, manifest, account_id, purpose)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
