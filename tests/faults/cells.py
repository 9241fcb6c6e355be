"""The cells of the matrix: one account for each class and fault, and what stands there of it."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from tests.domain.media.files import picture
from tests.faults.columns import CLASSES, Fault
from tests.house import House, open_house
from tests.stack import PATIENCE_S, Stack, until


@dataclass(frozen=True)
class Tally:
    """Deliveries of a cell, counted in the network's own state."""

    sent: int
    arrived: int
    doubled: int
    lost: int
    asked: int
    """How often a person had to settle a delivery or connect the account again."""


@dataclass
class Cell:
    kind: str
    fault: Fault
    house: House
    medium: str
    opened_at: float = field(default_factory=time.monotonic)
    texts: dict[str, str] = field(default_factory=dict)
    """What each post says, by its id."""
    asked: list[str] = field(default_factory=list)

    @property
    def login(self) -> dict[str, str]:
        house = self.house
        return {
            "server": house.stack.sandbox,
            "handle": house.handle,
            "token": house.sandbox_token,
        }

    def order(self, posts: int) -> None:
        """Orders the faults of the next posts."""
        fault = self.fault
        if fault.kind is None:
            return
        times = 1 if fault.is_one else posts
        self.house.fault(fault.kind, on=fault.on, times=times, seconds=fault.seconds)
        if fault.is_read_broken and self.kind != "E":
            self.house.fault("server_error", on="read", times=1)

    def draft(self, name: str) -> str:
        """A post that is not planned yet; gives its id."""
        house, text = self.house, f"{self.kind}, {self.fault.name}, {name}"
        body = {
            "calendar_id": house.calendar,
            "title": text,
            "text": text,
            "variants": [{"account_id": house.account}],
            "media_ids": [self.medium] if self.fault.has_picture else [],
        }
        made = house.client.post("/v1/posts", json=body)
        assert made.status_code == 201, made.text
        id_: str = made.json()["id"]
        self.texts[id_] = text
        return id_

    def goes(self, id_: str) -> bool:
        """Sets a post going; False where the account must be connected again first."""
        planned = self.house.client.post(f"/v1/posts/{id_}/schedule", json={"now": True})
        is_out = planned.status_code == 409 and planned.json()["code"] == "account.disconnected"
        assert is_out or planned.status_code == 200, planned.text
        return not is_out

    def has_met_its_faults(self) -> bool:
        return not self.house.state()["faults"]

    def has_run_out(self) -> bool:
        """Whether the session it was connected with is over, where it ends at all."""
        age_s = time.monotonic() - self.opened_at
        return self.fault.session_s is None or age_s > self.fault.session_s

    def standing(self, text: str) -> list[dict[str, Any]]:
        return [post for post in self.house.state()["posts"] if post["text"] == text]

    def tally(self) -> Tally:
        found = Counter(post["text"] for post in self.house.state()["posts"])
        copies = [found[text] for text in self.texts.values()]
        arrived = sum(each > 0 for each in copies)
        doubled = sum(each > 1 for each in copies)
        return Tally(len(copies), arrived, doubled, len(copies) - arrived, len(self.asked))


def open_cells(stack: Stack, faults: Sequence[Fault]) -> list[Cell]:
    """Every fault in every class, each on an account of its own, all of them connected."""
    first = open_house(stack, handle="first")
    medium = _upload(first.client)
    cells = list(_open(first, faults, medium))
    connecting = "/v1/accounts?state=connecting"
    until(
        lambda: not first.client.get(connecting).json()["data"],
        "every account is connected",
        within_s=3 * PATIENCE_S,
    )
    return cells


def _open(first: House, faults: Sequence[Fault], medium: str) -> Iterator[Cell]:
    for place, fault in enumerate(faults):
        for kind in CLASSES:
            handle = f"{kind.lower()}_{place}"
            account = {"handle": handle, "idempotency": kind, "session_lifetime_s": fault.session_s}
            made = httpx2.post(f"{first.stack.sandbox}/v1/accounts", json=account, timeout=20)
            assert made.status_code == 201, made.text
            house = replace(first, handle=handle, sandbox_token=made.json()["token"])
            cell = Cell(kind, fault, house, medium)
            body = {"community_id": house.community, "network": "sandbox", "login": cell.login}
            begun = first.client.post("/v1/accounts", json=body)
            assert begun.status_code in {201, 202}, begun.text
            cell.house = replace(house, account=begun.json()["id"])
            yield cell


def _upload(client: httpx2.Client) -> str:
    files = {"file": ("vigne.png", picture(), "image/png")}
    made = client.post("/v1/media", files=files, data={"alt_text": "Une vigne."})
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    return id_
