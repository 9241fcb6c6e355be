"""Pure rules of keeping what is public up to date: an update, its copies, and the next dates.

proposed, change → proposed      a person chooses other ways, or gives the words
proposed, approve → approved     what was decided of each copy is on its way
proposed, dismiss → dismissed    it is not needed, with a reason
approved, finish → done          every copy is as it was decided
approved, dismiss → dismissed    what failed is left as it is
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from domain.kernel.clock import resolve, zone
from domain.kernel.errors import NotAllowedNow
from domain.kernel.words import Word
from domain.posts.rules import DeliveryState


class UpdateReason(Word):
    """Why what is public may no longer hold."""

    EXPIRED = "expired", "It holds only until a moment that is over."
    CHECK_DUE = "check_due", "Somebody was to look by now."
    SOURCE_CHANGED = "source_changed", "A page it rests on says something else."
    DRIFTED = "drifted", "A network shows something else than was sent."
    ASKED = "asked", "Somebody asked for it."


class UpdateState(Word):
    """How far an update is."""

    PROPOSED = "proposed", "It waits for a decision."
    APPROVED = "approved", "It is being carried out."
    DONE = "done", "Every copy is as was decided."
    DISMISSED = "dismissed", "Nothing is done, or nothing more."


class UpdateWay(Word):
    """What is done with one public copy; leave: nothing."""

    EDIT = "edit", "The copy is changed."
    REPLY = "reply", "A correction is added below it."
    REPOST = "repost", "It is published anew."
    WITHDRAW = "withdraw", "It is taken back."
    LEAVE = "leave", "It stays as it is."


class Act(StrEnum):
    CHANGE = "change"
    APPROVE = "approve"
    FINISH = "finish"
    DISMISS = "dismiss"


class CopyState(Word):
    """How far one copy of an update is; open: nothing is decided yet."""

    OPEN = "open", "Nothing is decided yet."
    LEFT = "left", "It stays as it is."
    WAITING = "waiting", "Its change waits to go out."
    GOING = "going", "Its change is under way."
    UNKNOWN = "unknown", "Nobody knows yet whether its change arrived."
    DONE = "done", "It is changed or taken back."
    FAILED = "failed", "Its change failed."


S, C, D = UpdateState, CopyState, DeliveryState
TRANSITIONS: dict[tuple[UpdateState, Act], UpdateState] = {
    (S.PROPOSED, Act.CHANGE): S.PROPOSED,
    (S.PROPOSED, Act.APPROVE): S.APPROVED,
    (S.PROPOSED, Act.DISMISS): S.DISMISSED,
    (S.APPROVED, Act.FINISH): S.DONE,
    (S.APPROVED, Act.DISMISS): S.DISMISSED,
}
NEEDS_WORDS = frozenset({UpdateWay.EDIT, UpdateWay.REPLY, UpdateWay.REPOST})
UNDER_WAY = frozenset({C.WAITING, C.GOING, C.UNKNOWN})
ENDED_WELL = frozenset({C.DONE, C.LEFT})
FIRST_LOOK, LONGEST_LOOK = timedelta(seconds=2), timedelta(hours=1)
PROPOSED_LOOK = timedelta(minutes=15)
_SHOWN = {
    D.WAITING: C.WAITING,
    D.GOING: C.GOING,
    D.UNKNOWN: C.UNKNOWN,
    D.DONE: C.DONE,
    D.WITHDRAWN: C.DONE,
    D.FAILED: C.FAILED,
    D.CANCELLED: C.FAILED,
}


def after(state: UpdateState, act: Act) -> UpdateState:
    """Raises `NotAllowedNow`."""
    found = TRANSITIONS.get((state, act))
    if found is None:
        raise NotAllowedNow(f"The update is {state}.")
    return found


def ways_of(*, can_edit: bool) -> tuple[UpdateWay, ...]:
    """What can be done with a public copy, the best first."""
    edit = (UpdateWay.EDIT,) if can_edit else ()
    return (*edit, UpdateWay.REPLY, UpdateWay.REPOST, UpdateWay.WITHDRAW, UpdateWay.LEAVE)


def copy_state(
    state: UpdateState, way: UpdateWay, act: DeliveryState | None, undo: DeliveryState | None
) -> CopyState:
    """From what carries it out; of a repost, `undo` takes the old copy back once the new is out."""
    if act is not None:
        shown = _SHOWN[act]
        if way is not UpdateWay.REPOST or shown is not C.DONE:
            return shown
        return C.GOING if undo is None else _SHOWN[undo]
    if state is S.PROPOSED:
        return C.OPEN
    return C.LEFT


def next_look(looks: int, *, now: datetime) -> datetime:
    """2, 4, 8 … seconds after so many looks at what is on its way, at most an hour."""
    doubled: timedelta = FIRST_LOOK * 2 ** min(looks, 12)
    return now + min(doubled, LONGEST_LOOK)


def next_check(
    days: int | None, last: datetime | None, time_zone: str, *, now: datetime
) -> datetime | None:
    """The wall time so many days from today, at the time of day of the last one."""
    if days is None:
        return None
    here = now.astimezone(zone(time_zone)).replace(tzinfo=None, microsecond=0)
    clock = here if last is None else last
    return datetime.combine(here.date() + timedelta(days=days), clock.time())


def moment_of(wall: datetime | None, time_zone: str) -> datetime | None:
    return None if wall is None else resolve(wall, time_zone)


def due_next(
    valid_until_at: datetime | None, next_check_at: datetime | None, told: Collection[str]
) -> datetime | None:
    """The sooner of what is to come; what was told already is not waited for."""
    found = [
        at
        for at, reason in (
            (valid_until_at, UpdateReason.EXPIRED),
            (next_check_at, UpdateReason.CHECK_DUE),
        )
        if at is not None and reason not in told
    ]
    return min(found, default=None)
