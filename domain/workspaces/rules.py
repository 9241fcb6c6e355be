"""Pure rules of seats: a role, and the communities its member is held to.

Nobody gives, changes or takes a seat that may do more than they may themselves: a manager makes
no owner, nor changes or removes one. Somebody is always left who owns the workspace.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.kernel.caller import SET_ASIDE, Caller, Scope, held_to
from domain.kernel.errors import RoleUnfit, ScopeBeyond
from domain.workspaces.roles import ROLE_SCOPES
from domain.workspaces.shapes import Role

KNOWN = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Seat:
    """`role_id` is the custom role; `communities` None: all."""

    role: Role
    role_id: UUID | None
    communities: frozenset[UUID] | None

    @property
    def owns(self) -> bool:
        return self.role is Role.OWNER


def seat_of(sent: Mapping[str, Any], before: Seat | None = None) -> Seat:
    """The seat that was asked for, or what becomes of the one before. Raises `RoleUnfit`.

    To send `role_id` is to ask for a custom role; any other role has none.
    """
    was = before or Seat(Role.READER, None, None)
    role_id: UUID | None = sent.get("role_id", was.role_id)
    has_own = sent.get("role_id") is not None
    role = sent.get("role", Role.CUSTOM if has_own else was.role)
    if role is not Role.CUSTOM and not has_own:
        role_id = None
    communities = sent.get("communities", was.communities)
    seat = Seat(role, role_id, None if communities is None else frozenset(communities))
    check(seat)
    return seat


def check(seat: Seat) -> None:
    """Raises `RoleUnfit`."""
    if (seat.role is Role.CUSTOM) != (seat.role_id is not None):
        raise RoleUnfit(
            "The role custom goes with a role_id, and no other role does.", at="/role_id"
        )
    if seat.owns and seat.communities is not None:
        raise RoleUnfit("An owner sees all communities.", at="/communities")


def scopes_of(seat: Seat, own: Iterable[str] = ()) -> frozenset[Scope]:
    """What a seat lets its member do; `own` are the scopes of its custom role."""
    given = KNOWN.intersection(own) if seat.role is Role.CUSTOM else ROLE_SCOPES[seat.role]
    return held_to(frozenset(Scope(scope) for scope in given), seat.communities)


def need_power(caller: Caller, seat: Seat, scopes: frozenset[Scope]) -> None:
    """Raises `ScopeBeyond` when a seat with these scopes may do or see more than the caller.

    By scopes that are set aside nobody may do more, and whoever comes new is given none of them.
    """
    held = caller.communities
    sees_more = held is not None and (seat.communities is None or not seat.communities <= held)
    if sees_more or not scopes - SET_ASIDE <= caller.scopes:
        raise ScopeBeyond
