"""One rate budget, as a network last told it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """None is what the network did not say."""

    limit: int | None
    remaining: int | None
    resets_at: datetime | None
    is_share: bool = False
    """Whether both are of a hundred: how much of one a call takes is not told."""


def tightest(rates: Iterable[Rate | None]) -> Rate | None:
    """Of several budgets that one answer tells, the one that is spent first; None: none is told."""
    told = [rate for rate in rates if rate is not None]
    return min(told, key=_left, default=None)


def _left(rate: Rate) -> tuple[bool, int, float]:
    """Least left comes first, and of those the one that stays so for longest."""
    resets_at = rate.resets_at.timestamp() if rate.resets_at else 0.0
    return rate.remaining is None, rate.remaining or 0, -resets_at
