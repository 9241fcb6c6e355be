"""The cells of the matrix: one account for each column and fault, and what stands there of it."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import httpx2

from tests.domain.media.files import picture
from tests.faults.columns import BELOW, CLASSES, Fault
from tests.faults.far import Far, Sandbox
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


@dataclass(frozen=True)
class Desk:
    """Where the posts of all cells are written; `medium` is the picture that some show."""

    client: httpx2.Client
    community: str
    calendar: str
    medium: str


@dataclass
class Cell:
    """`kind` is its column: an idempotency class, or a real network."""

    kind: str
    fault: Fault
    far: Far
    desk: Desk
    account: str = ""
    connected_at: float = 0.0
    """By the clock of `time.monotonic`; whatever session it has began before."""
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What each post says, message by message, by its id."""
    asked: list[str] = field(default_factory=list)

    def order(self, posts: int) -> None:
        """Orders the faults of the next posts."""
        fault = self.fault
        times = 1 if fault.is_one else posts
        self.far.order(fault, times=times, breaks_read=fault.is_read_broken and self.kind != "E")

    def draft(self, name: str) -> str:
        """A post that is not planned yet; gives its id."""
        text = f"{self.kind}, {self.fault.name}, {name}"
        comment = f"{text}{BELOW}" if self.fault.has_comment else None
        body = {
            "calendar_id": self.desk.calendar,
            "title": text,
            "text": text,
            "first_comment": comment,
            "variants": [{"account_id": self.account}],
            "media_ids": [self.desk.medium] if self.fault.has_picture else [],
        }
        made = self.desk.client.post("/v1/posts", json=body)
        assert made.status_code == 201, made.text
        id_: str = made.json()["id"]
        self.texts[id_] = (text,) if comment is None else (text, comment)
        return id_

    def goes(self, id_: str) -> bool:
        """Sets a post going; False where the account must be connected again first."""
        planned = self.desk.client.post(f"/v1/posts/{id_}/schedule", json={"now": True})
        is_out = planned.status_code == 409 and planned.json()["code"] == "account.disconnected"
        assert is_out or planned.status_code == 200, planned.text
        return not is_out

    def has_run_out(self) -> bool:
        """Whether the session it was connected with is over, where it ends at all."""
        age_s = time.monotonic() - self.connected_at
        return self.fault.session_s is None or age_s > self.fault.session_s

    def standing(self, post_id: str) -> list[str]:
        """The ids of what says what the post begins with."""
        text = self.texts[post_id][0]
        return [id_ for said, id_ in self.far.standing() if said == text]

    def tally(self) -> Tally:
        """A post arrived when all of it did, and is doubled when any of it is."""
        found = Counter(text for text, _ in self.far.standing())
        copies = [[found[text] for text in texts] for texts in self.texts.values()]
        arrived = sum(min(each) > 0 for each in copies)
        doubled = sum(max(each) > 1 for each in copies)
        return Tally(len(copies), arrived, doubled, len(copies) - arrived, len(self.asked))


def open_cells(stack: Stack, faults: Sequence[Fault]) -> list[Cell]:
    """Every fault in every class of the sandbox, each on an account of its own, all connected."""
    first = open_house(stack, handle="first")
    desk = open_desk(first.client, first.community, first.calendar)
    cells = [
        Cell(kind, fault, _sandbox(first, f"{kind.lower()}_{place}", kind, fault), desk)
        for place, fault in enumerate(faults)
        for kind in CLASSES
    ]
    connect(cells)
    return cells


def connect(cells: Sequence[Cell]) -> None:
    """An account for each cell."""
    client = cells[0].desk.client
    for cell in cells:
        body = {
            "community_id": cell.desk.community,
            "network": cell.far.network,
            "login": cell.far.login(),
        }
        begun = client.post("/v1/accounts", json=body)
        assert begun.status_code in {201, 202}, begun.text
        cell.account = begun.json()["id"]
    connecting = "/v1/accounts?state=connecting"
    until(
        lambda: not client.get(connecting).json()["data"],
        "every account is connected",
        within_s=6 * PATIENCE_S,
    )
    for cell in cells:
        cell.connected_at = time.monotonic()


def open_desk(client: httpx2.Client, community: str, calendar: str) -> Desk:
    files = {"file": ("vigne.png", picture(), "image/png")}
    made = client.post("/v1/media", files=files, data={"alt_text": "Une vigne."})
    assert made.status_code == 201, made.text
    return Desk(client, community, calendar, made.json()["id"])


def _sandbox(first: House, handle: str, kind: str, fault: Fault) -> Sandbox:
    account = {"handle": handle, "idempotency": kind, "session_lifetime_s": fault.session_s}
    made = httpx2.post(f"{first.stack.sandbox}/v1/accounts", json=account, timeout=20)
    assert made.status_code == 201, made.text
    return Sandbox(replace(first, handle=handle, sandbox_token=made.json()["token"]))
