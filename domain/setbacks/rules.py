"""Pure rules of work that breaks: where its moments stand, when it is tried again, who is told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(days=1)
PATIENCE = 3
"""After so many failures in a row people are told."""
FORGOTTEN_AFTER = timedelta(hours=1)
"""What was not tried again by so long after its time, somebody took off the workers' hands."""
BROKEN = {
    "code": "work.broken",
    "message": "Parvis breaks at it, and goes on trying; its log says where.",
    "acting_party": "operator",
}


class Work(StrEnum):
    """What is done row by row, as sweeps call it."""

    KEEP_UP = "keep_up"
    CARRY_ON = "carry_on"
    TELL = "tell"
    READ_BACK = "read_back"
    REMIND = "remind"
    ASK_AGAIN = "ask_again"
    REPLAN = "replan"


class Place(NamedTuple):
    """Where the moments of a kind of work stand, and whom its rows are about."""

    table: str
    column: str | None = "act_at"
    """None: it has no moment of its own, and is found again by its setback."""
    post: str = "t.post_id"
    community: str = "t.community_id"
    beside: str = ""


PLACES: Mapping[Work, Place] = {
    Work.KEEP_UP: Place("upkeeps", post="t.id"),
    Work.CARRY_ON: Place("updates"),
    Work.TELL: Place("sources", "tell_at"),
    Work.READ_BACK: Place(
        "deliveries",
        "read_back_at",
        community="a.community_id",
        beside="FROM accounts a WHERE a.workspace_id = t.workspace_id AND a.id = t.account_id AND",
    ),
    Work.REMIND: Place("reviews"),
    Work.ASK_AGAIN: Place("posts", "ask_again_at", post="t.id"),
    Work.REPLAN: Place("posts", None, post="t.id"),
}


def next_try(failures: int, *, now: datetime) -> datetime:
    """1, 2, 4 … minutes after so many failures, at most a day."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(failures - 1, 0), 11)
    return now + min(doubled, LONGEST_WAIT)
