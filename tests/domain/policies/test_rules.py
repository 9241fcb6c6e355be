"""When a policy applies: every condition that is set holds, and one that is empty asks nothing."""

from dataclasses import dataclass, replace
from itertools import product
from uuid import UUID

import pytest

from domain.kernel.ids import new_id
from domain.policies.rules import Facts, applies

COMMUNITY, CALENDAR = new_id(), new_id()
FACTS = Facts(
    community_id=COMMUNITY,
    calendar_id=CALENDAR,
    networks=frozenset({"mastodon", "bluesky"}),
    labels=frozenset({"vin"}),
    is_first_use=False,
)


@dataclass(frozen=True)
class Policy:
    community_id: UUID = COMMUNITY
    calendar_id: UUID | None = None
    networks: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    is_for_first_use: bool = False


def test_policy_without_conditions_applies_to_its_own_community_alone() -> None:
    assert applies(Policy(), FACTS)
    assert not applies(Policy(community_id=new_id()), FACTS)


@pytest.mark.parametrize(
    ("calendar", "networks", "labels", "first"),
    list(
        product(
            [(None, True), (CALENDAR, True), (new_id(), False)],
            [((), True), (("feed", "bluesky"), True), (("feed",), False)],
            [((), True), (("gel", "vin"), True), (("gel",), False)],
            [(False, True), (True, False)],
        )
    ),
)
def test_policy_applies_when_each_condition_holds(
    calendar: tuple[UUID | None, bool],
    networks: tuple[tuple[str, ...], bool],
    labels: tuple[tuple[str, ...], bool],
    first: tuple[bool, bool],
) -> None:
    policy = Policy(COMMUNITY, calendar[0], networks[0], labels[0], is_for_first_use=first[0])

    assert applies(policy, FACTS) is (calendar[1] and networks[1] and labels[1] and first[1])


def test_first_use_of_a_campaign_is_asked_for() -> None:
    policy = Policy(is_for_first_use=True)

    assert applies(policy, replace(FACTS, is_first_use=True))
    assert not applies(policy, FACTS)
