"""When a policy applies: every condition that is set holds, and one that is empty asks nothing."""

from dataclasses import dataclass, replace
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.ids import new_id
from domain.policies.rules import (
    ApprovalState,
    Facts,
    after_edit,
    applies,
    approval_state,
    words_of,
)

COMMUNITY, CALENDAR = new_id(), new_id()
FACTS = Facts(
    community_id=COMMUNITY,
    calendar_id=CALENDAR,
    networks=frozenset({"mastodon", "bluesky"}),
    labels=frozenset({"vin"}),
    words=words_of(["Une année de grêle à Lutry : l'Été s'achève.", "Die Straße ist frei."]),
    is_first_use=False,
)


@dataclass(frozen=True)
class Policy:
    community_id: UUID = COMMUNITY
    calendar_id: UUID | None = None
    networks: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
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


@pytest.mark.parametrize(
    ("topic", "is_said"),
    [
        ("GRÊLE", True),
        ("grele", True),
        ("année de grêle", True),
        ("ete", True),
        ("strasse ist", True),
        ("grêl", False),
        ("grêle Lutry", False),
        ("s'achève die", False),
        ("neige", False),
    ],
)
def test_topic_is_said_as_whole_words_of_one_text(topic: str, *, is_said: bool) -> None:
    assert applies(Policy(topics=("neige", topic)), FACTS) is is_said


WORDS = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=12).filter(
    lambda word: words_of([word]) != ""
)
MARKS = st.sampled_from([" ", ", ", "’", "-", "#", " (", "\n", "_", "…"])


@given(topic=WORDS, before=WORDS, after=WORDS, left=MARKS, right=MARKS, other=st.text(max_size=30))
def test_topic_between_marks_is_found_in_any_case_and_inside_a_word_is_not(
    topic: str, before: str, after: str, left: str, right: str, other: str
) -> None:
    said = f"{before}{left}{topic}{right}{after}"

    for form in (topic, topic.upper(), topic.casefold()):
        assert words_of([form]) in words_of([other, said])
    # One word alone is longer than what it holds, and so is not that.
    longer = words_of([f"a{topic.casefold()}b"])
    assert words_of([topic]) not in longer


@given(first=WORDS, second=WORDS)
def test_phrase_reaches_over_no_end_of_a_text(first: str, second: str) -> None:
    assert words_of([f"{first} {second}"]) not in words_of([first, second])


ASKED = [None, ApprovalState.ASKED, ApprovalState.REFUSED, ApprovalState.LOST]


@pytest.mark.parametrize("asked", ASKED)
def test_approval_is_what_is_missing_and_what_the_newest_review_came_to(
    asked: ApprovalState | None,
) -> None:
    def state(*, applies: bool, is_missing: bool, is_held: bool = False) -> ApprovalState:
        return approval_state(is_held=is_held, applies=applies, is_missing=is_missing, asked=asked)

    assert state(applies=False, is_missing=False) is ApprovalState.NOT_NEEDED
    assert state(applies=True, is_missing=False) is ApprovalState.APPROVED
    assert state(applies=True, is_missing=True) is (asked or ApprovalState.NEEDED)
    for needs, lacks in ((False, False), (True, False), (True, True)):
        held = state(applies=needs, is_missing=lacks, is_held=True)
        assert held is ApprovalState.ON_HOLD


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("is_approved", [True, False])
def test_edit_loses_what_was_approved_or_asked(
    asked: ApprovalState | None, *, is_approved: bool
) -> None:
    is_lost = is_approved or asked in {ApprovalState.ASKED, ApprovalState.LOST}

    found = after_edit(is_approved=is_approved, asked=asked)

    assert found is (ApprovalState.LOST if is_lost else None)
