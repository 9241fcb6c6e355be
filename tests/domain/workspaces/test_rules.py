"""Which seat is asked for, and whether a caller may give it."""

from typing import Any
from uuid import UUID

import pytest

from domain.kernel.caller import OFFERED, SET_ASIDE, WHOLE_WORKSPACE, Caller, Scope
from domain.kernel.errors import RoleUnfit, ScopeBeyond
from domain.workspaces.roles import ROLE_SCOPES
from domain.workspaces.rules import Seat, need_power, scopes_of, seat_of
from domain.workspaces.shapes import Role

OWN, HERE, THERE = UUID(int=1), UUID(int=2), UUID(int=3)
READER = Seat(Role.READER, None, None)
CUSTOM = Seat(Role.CUSTOM, OWN, None)
ALL = frozenset(Scope)


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        (READER, {}, READER),
        (READER, {"role": Role.EDITOR}, Seat(Role.EDITOR, None, None)),
        (READER, {"role_id": OWN}, CUSTOM),
        (READER, {"role": Role.CUSTOM, "role_id": OWN}, CUSTOM),
        (READER, {"communities": [HERE]}, Seat(Role.READER, None, frozenset({HERE}))),
        (CUSTOM, {"role": Role.READER}, READER),
        (CUSTOM, {"communities": [HERE]}, Seat(Role.CUSTOM, OWN, frozenset({HERE}))),
        (Seat(Role.READER, None, frozenset({HERE})), {"communities": None}, READER),
        (None, {"role": Role.OWNER, "role_id": None, "communities": None},
         Seat(Role.OWNER, None, None)),
    ],
)  # fmt: skip
def test_seat_is_what_was_sent_over_what_was_before(
    before: Seat | None, sent: dict[str, Any], after: Seat
) -> None:
    assert seat_of(sent, before) == after


@pytest.mark.parametrize(
    ("before", "sent"),
    [
        (READER, {"role": Role.CUSTOM}),
        (READER, {"role": Role.EDITOR, "role_id": OWN}),
        (CUSTOM, {"role_id": None}),
        (READER, {"role": Role.OWNER, "communities": [HERE]}),
        (Seat(Role.READER, None, frozenset({HERE})), {"role": Role.OWNER}),
        (Seat(Role.OWNER, None, None), {"communities": [HERE]}),
    ],
)
def test_seat_that_contradicts_itself_is_refused(before: Seat, sent: dict[str, Any]) -> None:
    with pytest.raises(RoleUnfit):
        seat_of(sent, before)


def test_custom_role_gives_its_own_scopes_and_no_word_that_is_none() -> None:
    assert scopes_of(CUSTOM, ["posts:read", "posts:juggle"]) == {Scope.POSTS_READ}


def test_seat_of_some_communities_gives_nothing_that_shows_them_all() -> None:
    manager = Seat(Role.MANAGER, None, frozenset({HERE}))

    assert scopes_of(manager) == ROLE_SCOPES[Role.MANAGER] - WHOLE_WORKSPACE


@pytest.mark.parametrize("giver", list(ROLE_SCOPES))
@pytest.mark.parametrize("given", list(ROLE_SCOPES))
def test_role_is_given_by_who_may_do_all_of_it(giver: Role, given: Role) -> None:
    caller = Caller(UUID(int=9), "member:mem_1", ROLE_SCOPES[giver])
    seat = Seat(given, None, None)

    if ROLE_SCOPES[given] - SET_ASIDE <= ROLE_SCOPES[giver]:
        need_power(caller, seat, scopes_of(seat))
    else:
        with pytest.raises(ScopeBeyond):
            need_power(caller, seat, scopes_of(seat))


@pytest.mark.parametrize("given", list(ROLE_SCOPES))
def test_every_role_is_given_by_who_has_all_that_is_offered(given: Role) -> None:
    """The first token of a house could make no community manager once some were set aside."""
    seat = Seat(given, None, None)

    need_power(Caller(UUID(int=9), "token:tok_1", frozenset(OFFERED)), seat, scopes_of(seat))


def test_no_role_but_an_owner_makes_an_owner() -> None:
    makers = [role for role, scopes in ROLE_SCOPES.items() if ROLE_SCOPES[Role.OWNER] <= scopes]

    assert makers == [Role.OWNER]


@pytest.mark.parametrize(
    ("held", "given", "is_given"),
    [
        (None, None, True),
        (None, frozenset({HERE}), True),
        (frozenset({HERE, THERE}), frozenset({HERE}), True),
        (frozenset({HERE}), frozenset({HERE, THERE}), False),
        (frozenset({HERE}), None, False),
    ],
)
def test_communities_are_given_by_who_sees_them(
    held: frozenset[UUID] | None, given: frozenset[UUID] | None, *, is_given: bool
) -> None:
    caller = Caller(UUID(int=9), "member:mem_1", ALL, communities=held)
    seat = Seat(Role.READER, None, given)

    if is_given:
        need_power(caller, seat, scopes_of(seat))
    else:
        with pytest.raises(ScopeBeyond):
            need_power(caller, seat, scopes_of(seat))
