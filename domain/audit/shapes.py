"""What the audit trail shows: who, what, when, whence, before and after; and if it holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from domain.events.kinds import EventKind
from domain.events.shapes import KIND, SUBJECT_KIND
from domain.events.subjects import SubjectKind
from domain.kernel.clock import Moment
from domain.kernel.ids import EventId
from domain.kernel.shapes import View
from domain.kernel.words import Word

HASH_LENGTH = 64


class OriginView(View):
    """Where an act came from. Personal data: kept as long as the event."""

    address: str | None = Field(description="The IP address; null: not asked over the network.")
    application: str | None = Field(description="Client id of the application; null: none.")


class AuditEntryView(View):
    id: EventId = Field(description="The event's id, the same for every reader of the log.")
    number: int = Field(description="Its place in the workspace's log, counted from 1, no gaps.")
    kind: str = Field(description=KIND)
    subject_kind: str = Field(description=SUBJECT_KIND)
    subject_id: str = Field(description="The id of the thing it happened to.")
    actor: str = Field(description="Who did it: `member:mem_…`, `token:tok_…`, `worker` …")
    occurred_at: Moment = Field(description="When it happened.")
    origin: OriginView | None = Field(description="From where; null: by the platform itself.")
    before: dict[str, Any] | None = Field(
        description="Values of the changed fields before; null where none were told."
    )
    after: dict[str, Any] | None = Field(
        description="Values of the changed fields after; null where none were told."
    )
    data: dict[str, Any] = Field(description="All that the event tells.")
    previous_hash: str = Field(description="Hash of the entry before, hexadecimal.")
    hash: str = Field(description="sha256 over the entry before and this one, hexadecimal.")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; what is left empty leaves nothing out."""

    actors: tuple[str, ...] = ()
    kinds: tuple[EventKind, ...] = ()
    subject_kinds: tuple[SubjectKind, ...] = ()
    subjects: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


class ChainFault(Word):
    """What is wrong with the chain of the audit trail."""

    ALTERED = "altered", "The entry does not fit its hash, or the one before it."
    MISSING = "missing", "The entry is not there."
    ADDED = "added", "The entry was not written by Parvis."
    REWRITTEN = "rewritten", "The entry has another hash than the one that was noted."


class AuditVerificationView(View):
    is_whole: bool = Field(description="Whether nothing was altered, removed or added.")
    fault: ChainFault | None = Field(description="What is wrong first; null: nothing.")
    fault_number: int | None = Field(
        description="The number of the first entry that is wrong; null: none is."
    )
    first_number: int = Field(description="The first entry looked at.")
    last_number: int = Field(description="The last entry looked at.")
    is_complete: bool = Field(
        description="Whether the end was reached; else go on with `from_number` after the last."
    )
    is_known_confirmed: bool | None = Field(
        description="Whether the noted entry still has the noted hash; null: none was sent, or "
        "the retention forgot it."
    )
    head_number: int = Field(description="The newest entry. Note it down with its hash.")
    head_hash: str = Field(
        description="The newest entry's hash, hexadecimal: whoever noted it elsewhere can tell "
        "later that nothing before it was rewritten."
    )
