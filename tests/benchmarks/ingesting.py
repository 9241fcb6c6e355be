"""Ingest: a page of mentions taken in, whole, beside raw COPY of the very rows it leaves."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from domain.connector.words import InboxItem, InboxKind, Profile
from domain.kernel.caller import worker
from domain.mentions.ingest import ingest
from domain.mentions.shapes import Reading
from tests.benchmarks.bench import Bench
from tests.benchmarks.copying import Desk, copy_anew
from tests.benchmarks.report import batches_line
from tests.benchmarks.usage import Meter, Ourselves

TURNS = {500: 64, 2000: 32}
"""By the size of a batch. One system's turns differ by a half on a machine with neighbours."""
TARGET = 0.8


async def measure_ingest(bench: Bench, desk: Desk) -> None:
    for size, turns in TURNS.items():
        # Rows that come by and by are counted by autovacuum; those before came at once.
        await desk.owner.execute("ANALYZE authors, conversations, mentions")
        await _measure(bench, desk, size, turns)


async def _measure(bench: Bench, desk: Desk, size: int, turns: int) -> None:
    """Authors, threads, mentions, words and event; a page read again; the rows by COPY."""
    taken_s, again_s, copied_s = [], [], []
    meter = Meter(Ourselves(), bench.postgres)
    for turn in range(bench.some(turns) + 1):
        items, now = _page(size, turn), datetime.now(UTC)
        with meter.running():
            took = await _take_in(desk, items, now)
        if turn == 0:
            # The first page brings all its people; the others nine known ones in ten.
            meter = Meter(Ourselves(), bench.postgres)
            continue
        taken_s.append(took)
        again_s.append(await _take_in(desk, items, datetime.now(UTC)))
        copied_s.append(await copy_anew(desk, now))
    name = f"ingest, batches of {size:,}"
    bench.lines.append(batches_line(name, "COPY", size, copied_s))
    bench.lines.append(batches_line(name, "Parvis", size, taken_s, *meter.spent_s))
    bench.lines.append(batches_line(name, "Parvis, read again", size, again_s))
    ratio = median(one / other for one, other in zip(copied_s, taken_s, strict=True))
    bench.ratio(f"{name} ÷ raw COPY", ratio, TARGET)
    bench.say(f"{name}: {size / median(taken_s):,.0f}/s, COPY {size / median(copied_s):,.0f}/s")


def _page(size: int, turn: int) -> list[InboxItem]:
    """Nine in ten by the people of the first page; every third begins a thread."""
    said_at = datetime.now(UTC) - timedelta(hours=1)
    stamp = f"{time.time_ns()}"
    items = []
    for number in range(size):
        is_new = number % 10 == 0
        person = f"b{size}-{turn}-{number}" if is_new else f"b{size}-{number}"
        remote_id = f"{stamp}-{number}"
        items.append(
            InboxItem(
                kind=InboxKind.MENTION if number % 3 == 0 else InboxKind.REPLY,
                remote_id=remote_id,
                author=Profile(person, f"{person}@mastodon.example", f"Person {person}"),
                said_at=said_at + timedelta(milliseconds=number),
                text=f"Bonjour ! Le marché de samedi est-il ouvert ? Merci, à bientôt {number}.",
                language="fr",
                url=f"https://mastodon.example/{remote_id}",
                about=None if number % 3 == 0 else f"{stamp}-{number - number % 3}",
            )
        )
    return items


async def _take_in(desk: Desk, items: Sequence[InboxItem], now: datetime) -> float:
    reading = Reading(
        account_id=desk.account_id,
        community_id=desk.community_id,
        network=desk.network,
        server="mastodon.example",
        remote_id="us",
        connected_at=now - timedelta(days=10),
        is_first=False,
    )
    started = time.perf_counter()
    async with desk.state.database.transaction(desk.workspace_id) as session:
        await ingest(session, worker(desk.workspace_id), reading, items, now=now)
    return time.perf_counter() - started
