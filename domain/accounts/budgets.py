"""What is left of an account's rate budgets, as all workers count them and its network told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Protocol

from pydantic import Field

from domain.accounts.budgeting import (
    ALL,
    Kind,
    Purpose,
    ahead_key,
    counter_of,
    told_key,
    told_of,
)
from domain.accounts.shapes import AccountView
from domain.connector.dialects.rate import Rate
from domain.connector.manifest import Manifest
from domain.kernel.clock import Moment
from domain.kernel.ids import AccountId
from domain.kernel.shapes import View
from domain.kernel.words import Word
from domain.networks import find


class BudgetSource(Word):
    """Who said how much an account may call."""

    MANIFEST = "manifest", "The network's documentation, as its manifest quotes it."
    NETWORK = "network", "The network itself, in its last answers."


class AccountBudgetView(View):
    """How much an account may call in one window, and what is left of it."""

    name: str = Field(
        description="Of which calls: `all`, `read`, `write`, `delete`, `media`, which are files, "
        "or `login`, which opens and renews sessions."
    )
    said_by: BudgetSource = Field(description="Who said it: the manifest, or the network itself.")
    limit: int | None = Field(description="Calls (or points) in one window; null: not told.")
    left: int = Field(description="What is left of them, less what was sent since.")
    window_s: int | None = Field(description="Length of the window, in seconds; null: not told.")
    resets_at: Moment = Field(description="When it is whole again.")


class AccountBudgetsView(View):
    """Reading leaves a tenth of every budget to publishing, measuring three tenths to both."""

    account_id: AccountId = Field(description="The account.")
    network: str = Field(description="Key of its network.")
    budgets: list[AccountBudgetView] = Field(
        description="Those its network's manifest lists, then those the network told by itself; "
        "what it told is left out once that is over."
    )
    publishing_resumes_at: Moment | None = Field(
        description="Until when nothing is published; null: nothing holds it. Files wait for "
        "`media` as well."
    )
    reading_resumes_at: Moment | None = Field(
        description="Until when its inbox is not read; null: nothing holds it. Once something to "
        "publish has waited for a budget, that goes ahead when it is whole: reading waits ten "
        "seconds more, and so does measuring."
    )
    measuring_resumes_at: Moment | None = Field(
        description="Until when nothing is measured; null: nothing holds it."
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """What lies under the keys that were asked for, in their order."""

    used: Sequence[int]
    told: Sequence[Rate | None]
    ahead_until: datetime | None
    """Until when readings leave a budget to what waited to be published; None: they need not."""


class Counters(Protocol):
    """The memory that all processes share."""

    async def read(
        self, counted: Sequence[str], told: Sequence[str], ahead: str, *, now: datetime
    ) -> Counted:
        """Raises `DependencyAway`."""


async def budgets_of(
    account: AccountView, counters: Counters, *, now: datetime
) -> AccountBudgetsView:
    """Raises `DependencyAway` while nobody knows: calls go out uncounted then."""
    connector = find(account.network)
    budgets: list[AccountBudgetView] = []
    ahead = None
    if connector is not None:
        budgets, ahead = await _known(connector.manifest, account, counters, now)
    return AccountBudgetsView(
        account_id=account.id,
        network=account.network,
        budgets=budgets,
        publishing_resumes_at=_held_until(budgets, Kind.WRITE, Purpose.PUBLISH, ahead),
        reading_resumes_at=_held_until(budgets, Kind.READ, Purpose.INBOX, ahead),
        measuring_resumes_at=_held_until(budgets, Kind.READ, Purpose.METRICS, ahead),
    )


async def _known(
    manifest: Manifest, account: AccountView, counters: Counters, now: datetime
) -> tuple[list[AccountBudgetView], datetime | None]:
    windows = [counter_of(manifest, account.id, each, now=now) for each in manifest.budgets]
    names = told_of(manifest)
    keys = [told_key(manifest, account.id, name) for name in names]
    ahead = ahead_key(manifest, account.id)
    found = await counters.read([each.key for each in windows], keys, ahead, now=now)
    listed = [
        AccountBudgetView(
            name=budget.name,
            said_by=BudgetSource.MANIFEST,
            limit=budget.limit,
            left=max(budget.limit - count, 0),
            window_s=budget.window_s,
            resets_at=window.ends_at,
        )
        for budget, window, count in zip(manifest.budgets, windows, found.used, strict=True)
    ]
    return [*listed, *_told(names, found.told)], found.ahead_until


def _told(names: Sequence[str], rates: Sequence[Rate | None]) -> Iterator[AccountBudgetView]:
    for name, rate in zip(names, rates, strict=True):
        if rate is not None and rate.remaining is not None and rate.resets_at is not None:
            yield AccountBudgetView(
                name=name,
                said_by=BudgetSource.NETWORK,
                limit=rate.limit,
                left=rate.remaining,
                window_s=None,
                resets_at=rate.resets_at,
            )


def _held_until(
    budgets: Sequence[AccountBudgetView], kind: Kind, purpose: Purpose, ahead: datetime | None
) -> datetime | None:
    """When such calls may go out again, None: one may now. `ahead`: what leaves a share waits."""
    waits = [
        each.resets_at
        for each in budgets
        if each.name in {ALL, kind} and each.left < 1 + floor((each.limit or 0) * purpose.leaves)
    ]
    if ahead is not None and purpose.leaves:
        waits.append(ahead)
    return max(waits, default=None)
