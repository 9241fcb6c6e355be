"""Rate budgets as Meta tells them: how much is used, in per cent, as JSON in headers.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting, read 2026-11-27: whichever
percentage comes to 100 stops the calls; counts roll over one hour.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import FiniteFloat, TypeAdapter, ValidationError

from domain.connector.dialects.moments import within_reason
from domain.connector.dialects.rate import Rate, tightest
from domain.connector.heard import Heard

_WINDOW_S = 3600.0
_HEADERS = ("x-app-usage", "x-page-usage", "x-ad-account-usage", "x-business-use-case-usage")


class _Use(Heard):
    call_count: FiniteFloat | None = None
    total_time: FiniteFloat | None = None
    total_cputime: FiniteFloat | None = None
    acc_id_util_pct: FiniteFloat | None = None
    reset_time_duration: FiniteFloat = 0
    """Seconds."""
    estimated_time_to_regain_access: FiniteFloat = 0
    """Minutes, while calls are refused."""

    @property
    def used(self) -> float | None:
        """Per cent; None where the header holds something else."""
        counted = (self.call_count, self.total_time, self.total_cputime, self.acc_id_util_pct)
        return max((each for each in counted if each is not None), default=None)


_TOLD: TypeAdapter[_Use | dict[str, tuple[_Use, ...]]] = TypeAdapter(
    dict[str, tuple[_Use, ...]] | _Use
)


def rate_in_usage(headers: Mapping[str, str], *, now: datetime) -> Rate | None:
    """What remains of a hundred per cent, of the tightest budget that is told."""
    return tightest(_rate(use, now) for use in _uses(headers))


def _uses(headers: Mapping[str, str]) -> Iterator[_Use]:
    for name in _HEADERS:
        try:
            told = _TOLD.validate_json(headers.get(name, ""))
        except ValidationError:
            continue
        if isinstance(told, _Use):
            yield told
        else:
            yield from (use for uses in told.values() for use in uses)


def _rate(use: _Use, now: datetime) -> Rate | None:
    if use.used is None:
        return None
    is_shut = use.estimated_time_to_regain_access > 0
    remaining = 0 if is_shut else min(max(int(100 - use.used), 0), 100)
    wait_s = use.estimated_time_to_regain_access * 60 or use.reset_time_duration or _WINDOW_S
    return Rate(100, remaining, within_reason(now, wait_s), is_share=True)
