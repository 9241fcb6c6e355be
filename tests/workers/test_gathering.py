"""Writes that are gathered: who shares a transaction, and whom an error strikes."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from domain.kernel.ids import new_id
from workers.gathering import MOST, Gathered

HERE, THERE = new_id(), new_id()


class Shelf:
    """Keeps batches; a batch with `broken` in it is refused. Waits for `gate` before each."""

    def __init__(self) -> None:
        self.tried: list[tuple[UUID, list[str]]] = []
        self.begun: asyncio.Queue[UUID] = asyncio.Queue()
        self.gate = asyncio.Event()

    async def write(self, workspace_id: UUID, items: Sequence[str]) -> None:
        self.tried.append((workspace_id, list(items)))
        self.begun.put_nowait(workspace_id)
        await self.gate.wait()
        if "broken" in items:
            raise OSError("This one cannot be kept.")


async def test_what_comes_while_one_is_written_goes_with_the_next_transaction() -> None:
    shelf, gathered = Shelf(), Gathered[str]()
    first = asyncio.create_task(gathered.put(HERE, "a", shelf.write))
    await shelf.begun.get()
    others = [asyncio.create_task(gathered.put(HERE, each, shelf.write)) for each in "bc"]
    await asyncio.sleep(0)

    shelf.gate.set()
    await asyncio.gather(first, *others)

    assert shelf.tried == [(HERE, ["a"]), (HERE, ["b", "c"])]


async def test_workspaces_do_not_wait_for_each_other() -> None:
    shelf, gathered = Shelf(), Gathered[str]()
    both = [asyncio.create_task(gathered.put(each, "a", shelf.write)) for each in (HERE, THERE)]
    begun = [await shelf.begun.get() for _ in both]

    shelf.gate.set()
    await asyncio.gather(*both)

    assert begun == [HERE, THERE]


async def test_a_transaction_takes_so_many_and_no_more() -> None:
    shelf, gathered = Shelf(), Gathered[str]()
    all_ = [asyncio.create_task(gathered.put(HERE, "a", shelf.write)) for _ in range(MOST + 1)]

    shelf.gate.set()
    await asyncio.gather(*all_)

    assert [len(items) for _, items in shelf.tried] == [MOST, 1]


async def test_one_that_cannot_be_kept_does_not_take_the_others_with_it() -> None:
    shelf, gathered = Shelf(), Gathered[str]()
    put = [gathered.put(HERE, each, shelf.write) for each in ("a", "broken", "c")]

    shelf.gate.set()
    found = await asyncio.gather(*put, return_exceptions=True)

    assert [type(each) for each in found] == [type(None), OSError, type(None)]
    assert [items for _, items in shelf.tried] == [["a", "broken", "c"], ["a"], ["broken"], ["c"]]


async def test_an_error_that_nobody_expects_reaches_everyone_who_waits() -> None:
    async def write(_: UUID, __: Sequence[str]) -> None:
        raise LookupError

    gathered = Gathered[str]()

    found = await asyncio.gather(
        *(gathered.put(HERE, each, write) for each in "ab"), return_exceptions=True
    )

    assert [type(each) for each in found] == [LookupError, LookupError]
    with pytest.raises(LookupError):
        await gathered.put(HERE, "c", write)
