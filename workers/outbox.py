"""What this worker has claimed and brings out: a lane for each account, its messages in order.

Claiming does not wait for sending. What is held keeps its lease while this worker lives; what is
not begun when it stops is given back.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from math import ceil
from uuid import UUID

from domain.posts.arriving import Arrived
from domain.posts.delivering import Held, Step, Task, Wait
from workers.gathering import Gathered
from workers.slots import SPARED, tell_broken

MOST_HELD = 2_000
LONGEST_CROWD = timedelta(seconds=10)


class Lane:
    """The tasks of one account that are held here, the one under way among them."""

    def __init__(self, ended: Callable[[Held], None]) -> None:
        self._waiting: list[tuple[datetime, UUID, int, Held]] = []
        self._taken = count()
        self._ended = ended
        self._begun: Held | None = None

    def put(self, held: Held) -> None:
        heappush(self._waiting, (held.task.due_at, held.task.id, next(self._taken), held))

    def leave(self) -> list[Held]:
        """What has not begun; nothing of it will."""
        left, self._waiting = [held for *_, held in self._waiting], []
        return left

    def put_off(self) -> list[Held]:
        """What has not begun and would bring something out; the rest keeps its turn."""
        left = self.leave()
        for held in left:
            if not held.task.brings_out:
                self.put(held)
        return [held for held in left if held.task.brings_out]

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    def next(self) -> Task | None:
        """Ends the task under way and begins the next one; None when none is left."""
        self.end()
        self._begun = heappop(self._waiting)[-1] if self._waiting else None
        return None if self._begun is None else self._begun.task

    def end(self) -> None:
        if self._begun is not None:
            self._ended(self._begun)
            self._begun = None


Speak = Callable[[Lane], Awaitable[None]]
"""Brings out one task of a lane after the other."""


class Outbox:
    """At most `lanes` accounts of a server speak side by side, of all servers a fifth more.

    A server that keeps its lanes takes fewer the fewer are left, and the last none that has one.
    What they write is gathered.
    """

    def __init__(self, lanes: int) -> None:
        self.servers: dict[UUID, str] = {}
        """Where accounts speak, as each was last seen."""
        self.steps: Gathered[Step] = Gathered()
        self.arrivals: Gathered[Arrived] = Gathered()
        self.unpaused: dict[UUID, datetime] = {}
        """When it was last seen of a workspace that nothing in it is paused."""
        self.claiming = asyncio.Lock()
        """Held until what was claimed is in its lanes, or given back: what is claimed in between
        would overtake it, as the timer and the sweep of a process claim side by side."""
        self._most_lanes = lanes + ceil(lanes / SPARED)
        self._most_of_one = lanes
        self._busy: Counter[str] = Counter()
        """Lanes that run, by server."""
        self._lanes: dict[UUID, Lane] = {}
        self._resting: deque[UUID] = deque()
        """Accounts whose lane waits for another's end."""
        self._running: set[asyncio.Task[None]] = set()
        self._held: dict[UUID, Held] = {}
        self._waits: dict[UUID, Wait] = {}
        self._stopped = False
        self._crowded_at: datetime | None = None

    def room(self, at_most: int) -> int:
        """How many more may be claimed."""
        return 0 if self._stopped else max(0, min(at_most, MOST_HELD - len(self._held)))

    def held(self) -> list[Held]:
        return list(self._held.values())

    def is_crowded(self, *, now: datetime) -> bool:
        """Whether more is due than goes out at once; for so long at most, then others come too."""
        if len(self._held) <= self._most_of_one:
            self._crowded_at = None
            return False
        self._crowded_at = self._crowded_at or now
        return now - self._crowded_at < LONGEST_CROWD

    def is_ours(self, task: Task, *, now: datetime) -> bool:
        """Whether nobody else can have taken the task meanwhile, nor ourselves once more."""
        held = self._held.get(task.id)
        return held is not None and held.task is task and now < held.lease_end

    def take(
        self, tasks: Iterable[Task], claimed_at: datetime, lease_end: datetime, speak: Speak
    ) -> list[tuple[Held, Wait]]:
        """Puts tasks in the lanes of their accounts, each where its moment has it.

        Gives what must wait: claimed before its account may bring it out, it would overtake what
        waits for that moment.
        """
        left = []
        for task in tasks:
            held = Held(task, lease_end)
            wait = self._waits.get(task.account_id)
            if wait and claimed_at < wait.until and task.brings_out and task.id != wait.first_id:
                left.append((held, wait))
                continue
            self._held[task.id] = held
            if task.account_id not in self._lanes:
                self._lanes[task.account_id] = Lane(self._end)
                self._resting.append(task.account_id)
            self._lanes[task.account_id].put(held)
        self._start(speak)
        return left

    def put_off(self, account_id: UUID, wait: Wait) -> list[tuple[Held, Wait]]:
        """Takes out of an account's lane what must wait, now and until the wait is over."""
        known = self._waits.get(account_id)
        if known is None or known.until <= wait.until:
            self._waits[account_id] = wait
        lane = self._lanes.get(account_id)
        left = [] if lane is None else lane.put_off()
        for held in left:
            self._end(held)
        return [(held, wait) for held in left]

    async def stop(self, within_s: float) -> list[Held]:
        """Begins no lane more and waits for what runs; gives what was never begun."""
        self._stopped = True
        left = [held for lane in self._lanes.values() for held in lane.leave()]
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return left

    def _start(self, speak: Speak) -> None:
        while len(self._running) < self._most_lanes and (account_id := self._next()):
            self._resting.remove(account_id)
            server = self.servers.get(account_id, "")
            self._busy[server] += 1
            running = asyncio.create_task(self._run(self._lanes[account_id], speak))
            self._running.add(running)
            running.add_done_callback(partial(self._rest, account_id, server, speak))

    def _next(self) -> UUID | None:
        """Who has waited longest, of those whose server has places left."""
        if self._stopped:
            return None
        most = SPARED * (self._most_lanes - len(self._running) - 1)
        places = ((each, self._busy[self.servers.get(each, "")]) for each in self._resting)
        return next((each for each, busy in places if busy == 0 or busy < most), None)

    def _rest(self, account_id: UUID, server: str, speak: Speak, done: asyncio.Task[None]) -> None:
        """`server` is where its lane was counted: the account may have moved since."""
        self._running.discard(done)
        self._busy[server] -= 1
        if self._lanes[account_id].is_empty:
            del self._lanes[account_id]
        else:
            self._resting.append(account_id)
        self._start(speak)

    async def _run(self, lane: Lane, speak: Speak) -> None:
        try:
            await speak(lane)
        except Exception as error:  # noqa: BLE001 - told by its kind
            # Of the task under way the lease ends, and then it is looked up.
            tell_broken(error)
        finally:
            lane.end()

    def _end(self, held: Held) -> None:
        if self._held.get(held.task.id) is held:
            del self._held[held.task.id]
