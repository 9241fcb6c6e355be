"""A far side on a wire: which calls a fault is meant for, and how its network refuses them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from tests.faults.columns import BELOW, Fault
from tests.faults.far import Far
from tests.faults.wires import Wire

_OFF_THE_WIRE = frozenset({None, "revoked_token"})
"""Of these nothing befalls on the wire: the network itself takes access away."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Calls:
    """Patterns of the calls a fault can be meant for, and two refusals."""

    publish: str
    comment: str
    upload: str
    read: str
    slow_down: Reply
    broken: Reply


@dataclass
class Wired(Far, ABC):
    wire: Wire
    asks: int = field(default=0, init=False)
    calls: ClassVar[Calls]

    def order(self, fault: Fault, *, times: int, breaks_read: bool) -> None:
        self.wire.order(*self._orders(fault, times=times, breaks_read=breaks_read))
        if fault.kind == "revoked_token":
            self.revoke()

    def revoke(self) -> None:
        self.asks += 1
        self.take_away()

    def has_met(self) -> bool:
        return self.wire.is_met()

    @abstractmethod
    def take_away(self) -> None:
        """Ends our access over there."""

    def _orders(self, fault: Fault, *, times: int, breaks_read: bool) -> Sequence[dict[str, Any]]:
        orders: list[dict[str, Any]] = []
        if fault.kind not in _OFF_THE_WIRE:
            reply = self.calls.slow_down if fault.kind == "rate_limited" else self.calls.broken
            order = {"kind": fault.kind, "times": times, "reply": asdict(reply)}
            orders.append({**order, **self._meant(fault), "seconds": fault.seconds})
        if breaks_read:
            order = {"kind": "server_error", "calls": self.calls.read, "times": 1}
            orders.append({**order, "reply": asdict(self.calls.broken)})
        return orders

    def _meant(self, fault: Fault) -> dict[str, str]:
        if fault.has_comment:
            return {"calls": self.calls.comment, "says": BELOW}
        return {"calls": self.calls.upload if fault.on == "upload" else self.calls.publish}


Open = Callable[[Wire, str, Fault], Wired | None]
"""An account on a wire, by a name of its own; None where the network cannot have the fault."""
