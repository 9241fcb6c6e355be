"""Pure rules of approval policies: which of them a post must satisfy."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


class Conditions(Protocol):
    """What a policy asks of a post before it applies; an empty list asks nothing."""

    @property
    def community_id(self) -> UUID: ...
    @property
    def calendar_id(self) -> UUID | None: ...
    @property
    def networks(self) -> Collection[str]: ...
    @property
    def labels(self) -> Collection[str]: ...
    @property
    def is_for_first_use(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a post decides; `is_first_use`: nothing of its campaign was ever public."""

    community_id: UUID
    calendar_id: UUID
    networks: frozenset[str]
    labels: frozenset[str]
    is_first_use: bool


def applies(policy: Conditions, facts: Facts) -> bool:
    """Whether every condition holds; a list holds when one of its members does."""
    return (
        policy.community_id == facts.community_id
        and policy.calendar_id in {None, facts.calendar_id}
        and (not policy.networks or not facts.networks.isdisjoint(policy.networks))
        and (not policy.labels or not facts.labels.isdisjoint(policy.labels))
        and (facts.is_first_use or not policy.is_for_first_use)
    )
