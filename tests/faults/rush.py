"""Many posts due in one second over accounts with scarce budgets, counted on the network itself."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, pairwise
from typing import NamedTuple

import asyncpg
import httpx2

from tests.faults.cells import Cell, Desk, connect, open_desk
from tests.faults.columns import Fault
from tests.faults.far import Sandbox
from tests.faults.person import attend
from tests.house import ZURICH, House, open_house
from tests.stack import Stack

WHY = "SELECT code, count(*) FROM attempts WHERE code IS NOT NULL GROUP BY code"


@dataclass(frozen=True)
class Scarce:
    """What an account may call over there in a window."""

    calls: int
    window_s: int


class Lost(NamedTuple):
    """So many of an account's first messages get no answer that tells what became of them."""

    kind: str
    times: int


@dataclass(frozen=True)
class Outcome:
    """`most_calls` are those of any account in any window, as the network counted them.

    `lateness` is in seconds, shortest first; `waits` are attempts that did not send, by code.
    """

    sent: int
    arrived: int
    overtaken: int
    most_calls: int
    lateness: tuple[float, ...]
    waits: Counter[str]

    def late_at(self, share: float) -> float:
        return self.lateness[min(int(len(self.lateness) * share), len(self.lateness) - 1)]

    def drawn(self) -> str:
        head = (
            "sent  arrived  overtaken  most calls  429s  held by a budget"
            "   p50 s   p95 s   p99 s   max s"
        )
        late = "".join(f"{self.late_at(share):8.2f}" for share in (0.5, 0.95, 0.99, 1))
        spent, refused = (self.waits[code] for code in (SPENT, REFUSED))
        told = f"{self.sent:4}{self.arrived:9}{self.overtaken:11}{self.most_calls:12}"
        told += f"{refused:6}{spent:18}"
        return f"{head}\n{told}{late}"


SPENT, REFUSED = "outbound.budget_spent", "network.rate_limited"


def rush(
    stack: Stack,
    *,
    accounts: int,
    posts: int,
    scarce: Scarce,
    ahead: timedelta,
    lost: Sequence[Lost] = (),
) -> Outcome:
    """`posts` of each account fall due in one second, `ahead` from when the first was planned.

    What gets `lost` befalls the accounts in turn.
    """
    first = open_house(stack, handle="first")
    desk = open_desk(first.client, first.community, first.calendar)
    cells = [_cell(first, desk, number, scarce) for number in range(accounts)]
    connect(cells)
    for cell, (kind, times) in zip(cells, cycle(lost), strict=False):
        cell.far.order(Fault(cell.fault.name, kind), times=times, breaks_read=False)
    drafts = [(cell, cell.draft(f"{n:03}")) for n in range(posts) for cell in cells]
    due = (datetime.now(ZURICH) + ahead).replace(microsecond=0)
    for cell, id_ in drafts:
        body = {"wall_time": due.replace(tzinfo=None).isoformat()}
        planned = cell.desk.client.post(f"/v1/posts/{id_}/schedule", json=body)
        assert planned.status_code == 200, planned.text
    left_s = (due - datetime.now(ZURICH)).total_seconds()
    assert left_s > 0, "all is planned before it is due"
    time.sleep(left_s)
    attend(cells, within_s=240)
    waits = asyncio.run(_waits(stack))
    return _outcome(cells, due, waits)


def _cell(first: House, desk: Desk, number: int, scarce: Scarce) -> Cell:
    handle = f"rush_{number:02}"
    account = {
        "handle": handle,
        "idempotency": "D",
        "rate_limit": scarce.calls,
        "rate_window_s": scarce.window_s,
    }
    made = httpx2.post(f"{first.stack.sandbox}/v1/accounts", json=account, timeout=20)
    assert made.status_code == 201, made.text
    house = House(
        first.stack,
        first.client,
        first.community,
        first.calendar,
        "",
        handle,
        made.json()["token"],
    )
    return Cell("D", Fault(handle, leaves_doubt=False), Sandbox(house), desk)


def _outcome(cells: Sequence[Cell], due: datetime, waits: Counter[str]) -> Outcome:
    late: list[float] = []
    sent = arrived = overtaken = most_calls = 0
    for cell in cells:
        assert isinstance(cell.far, Sandbox)
        state = cell.far.house.state()
        stands, most_calls = state["posts"], max(most_calls, state["most_calls"])
        texts = [post["text"] for post in stands]
        tally = cell.tally()
        sent, arrived = sent + tally.sent, arrived + tally.arrived
        assert (tally.doubled, tally.asked) == (0, 0), cell.fault.name
        overtaken += sum(one > other for one, other in pairwise(texts))
        late += [(datetime.fromisoformat(p["created_at"]) - due).total_seconds() for p in stands]
    return Outcome(sent, arrived, overtaken, most_calls, tuple(sorted(late)), waits)


async def _waits(stack: Stack) -> Counter[str]:
    owner = await asyncpg.connect(stack.engines.owner_url)
    try:
        return Counter({row["code"]: row["count"] for row in await owner.fetch(WHY)})
    finally:
        await owner.close()
