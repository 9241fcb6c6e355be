"""What is watched over ends when its patience is out, and nothing else does."""

import asyncio
from time import monotonic

import pytest

from domain.kernel.watch import Watch

PATIENCE_S = 0.1
LONGER_S = 10.0


async def wait(watch: Watch, seconds: float) -> float:
    """How long it waited in truth."""
    begun = monotonic()
    with pytest.raises(TimeoutError), watch.over():
        await asyncio.sleep(seconds)
    return monotonic() - begun


async def test_whatever_takes_longer_ends_each_in_its_time() -> None:
    watch = Watch(PATIENCE_S)
    waiting = []
    for _ in range(3):
        waiting.append(asyncio.create_task(wait(watch, LONGER_S)))
        await asyncio.sleep(PATIENCE_S / 2)
    waited = await asyncio.gather(*waiting)

    assert [PATIENCE_S * 0.9 < each < LONGER_S / 4 for each in waited] == [True] * 3


async def test_what_ended_in_time_is_left_alone() -> None:
    watch = Watch(PATIENCE_S)
    with watch.over():
        await asyncio.sleep(0)
    await asyncio.sleep(PATIENCE_S * 2)

    assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr] # a test is a task


async def test_watch_goes_on_after_it_had_nothing_to_watch() -> None:
    watch = Watch(PATIENCE_S)
    assert await wait(watch, LONGER_S) < LONGER_S / 4
    await asyncio.sleep(PATIENCE_S * 2)
    assert await wait(watch, LONGER_S) < LONGER_S / 4


async def test_without_a_bound_nothing_ends() -> None:
    with Watch(None).over():
        await asyncio.sleep(PATIENCE_S)


async def test_whoever_is_given_up_is_told_so_and_not_that_it_took_too_long() -> None:
    async def ask() -> None:
        with Watch(LONGER_S).over():
            await asyncio.sleep(LONGER_S)

    asking = asyncio.create_task(ask())
    await asyncio.sleep(0)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_whoever_is_given_up_as_it_runs_out_is_given_up() -> None:
    """Else a caller who went would be answered, and what waits for its end would wait on."""
    watch = Watch(PATIENCE_S)

    async def ask() -> None:
        with watch.over():
            try:
                await asyncio.sleep(LONGER_S)
            except asyncio.CancelledError:
                asyncio.current_task().cancel()  # type: ignore[union-attr] # this is one
                raise

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(ask())


async def test_own_error_goes_first() -> None:
    with pytest.raises(LookupError), Watch(PATIENCE_S).over():
        raise LookupError
