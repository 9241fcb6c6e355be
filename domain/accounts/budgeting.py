"""How an account's calls are counted: their kinds and purposes, their budgets, and where each lies.

Workers count, and readers look, under the same keys, in the memory that all processes share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.connector.dialects.rate import Rate
from domain.connector.manifest import Budget, Manifest

TOLD = ("limit", "remaining", "resets_at")
"""What is kept of a network's word: the limit, 0 for none; what is left; the end, epoch in ms."""


class Purpose(StrEnum):
    """What a call is for; each leaves a share of every budget to those before it."""

    PUBLISH = "publish"
    CONNECT = "connect"
    INBOX = "inbox"
    METRICS = "metrics"

    @property
    def leaves(self) -> float:
        """The share of a budget that such a call must leave untouched."""
        return {Purpose.INBOX: 0.1, Purpose.METRICS: 0.3}.get(self, 0.0)


class Kind(StrEnum):
    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    MEDIA = "media"


ALL, LOGIN = "all", "login"
"""Budgets that are of no kind: of all calls, and of those that open or renew a session."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Where the calls of one window are counted, and when it ends."""

    key: str
    ends_at: datetime


def counter_of(manifest: Manifest, account_id: UUID, budget: Budget, *, now: datetime) -> Counter:
    window = int(now.timestamp()) // budget.window_s
    key = f"{_key(manifest.key, account_id, budget.name)}:{window}"
    return Counter(key, datetime.fromtimestamp((window + 1) * budget.window_s, UTC))


def told_of(manifest: Manifest) -> tuple[str, ...]:
    """Of which calls the network may tell something."""
    return (ALL,) if manifest.tells_one_budget else tuple(Kind)


def told_key(manifest: Manifest, account_id: UUID, name: str) -> str:
    """Where the network's last word on such calls lies."""
    return _key(manifest.key, account_id, ALL if manifest.tells_one_budget else name)


def ahead_key(manifest: Manifest, account_id: UUID) -> str:
    """Where it lies until when readings wait, for what is published to go ahead."""
    return _key(manifest.key, account_id, "ahead")


def told_rate(found: Sequence[bytes | None], *, now: datetime) -> Rate | None:
    """What lies there, by the names of `TOLD`; None: nothing that still holds."""
    told = [int(value) for value in found if value is not None]
    if len(told) < len(TOLD):
        return None
    limit, remaining, ends_ms = told
    resets_at = _moment(ends_ms)
    return Rate(limit or None, max(remaining, 0), resets_at) if resets_at > now else None


def ahead_of(found: bytes | None, *, now: datetime) -> datetime | None:
    """What lies under `ahead_key`; None: nothing that still holds."""
    until = None if found is None else _moment(int(found))
    return until if until is not None and until > now else None


def budgets_under(manifest: Manifest, kind: Kind, purpose: Purpose) -> tuple[Budget, ...]:
    """The listed budgets that a call is counted against."""
    names = {ALL, str(kind)}
    if purpose is Purpose.CONNECT and kind is Kind.WRITE:
        names.add(LOGIN)
    return tuple(budget for budget in manifest.budgets if budget.name in names)


def _moment(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=epoch_ms)


def _key(network: str, account_id: UUID, name: str) -> str:
    return f"parvis:budget:{{{network}:{account_id.hex}}}:{name}"
