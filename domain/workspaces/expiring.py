"""State machines of what is offered by a link: open until somebody acts or the time is up.

That one has expired is seen when it is looked at: nothing is written when the time is up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from domain.kernel.errors import NotAllowedNow

State = TypeVar("State", bound=StrEnum)
Act = TypeVar("Act", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Expiring(Generic[State, Act]):
    """`what` it is called; `next` is the drawing, as data."""

    what: str
    open: State
    expired: State
    next: Mapping[tuple[State, Act], State]

    def at(self, now: datetime, state: State, expires_at: datetime) -> State:
        """The state at a moment, of a row that says `state`."""
        return self.expired if state is self.open and expires_at <= now else state

    def after(self, state: State, act: Act) -> State:
        """Raises `NotAllowedNow`."""
        found = self.next.get((state, act))
        if found is None:
            raise NotAllowedNow(f"The {self.what} is {state}.")
        return found
