"""The far side of a cell: an account over there, what befalls its calls, and what arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tests.faults.columns import Fault
from tests.house import House


class Far(Protocol):
    network: str
    asks: int
    """How often access went, which a person alone can bring back."""

    def login(self) -> dict[str, str]:
        """Good for connecting, also after access was taken away."""

    def order(self, fault: Fault, *, times: int, breaks_read: bool) -> None:
        """Has the fault befall that many of the next calls it is meant for."""

    def has_met(self) -> bool:
        """Whether all that was ordered befell."""

    def standing(self) -> Sequence[tuple[str, str]]:
        """Text and id of all that stands there."""


@dataclass
class Sandbox:
    house: House
    asks: int = 0
    network = "sandbox"

    def login(self) -> dict[str, str]:
        house = self.house
        return {
            "server": house.stack.sandbox,
            "handle": house.handle,
            "token": house.sandbox_token,
        }

    def order(self, fault: Fault, *, times: int, breaks_read: bool) -> None:
        if fault.kind is None:
            return
        self.house.fault(fault.kind, on=fault.on, times=times, seconds=fault.seconds)
        self.asks += fault.kind == "revoked_token"
        if breaks_read:
            self.house.fault("server_error", on="read", times=1)

    def has_met(self) -> bool:
        return not self.house.state()["faults"]

    def standing(self) -> Sequence[tuple[str, str]]:
        return [(post["text"], post["id"]) for post in self.house.state()["posts"]]
