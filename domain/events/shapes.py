"""What readers of the event log get."""

from typing import Any
from uuid import UUID

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import BY_KIND, EventId, show
from domain.kernel.shapes import View

NEWER = "or one newer than this contract: pass over what you do not know."
KIND = f"What happened, such as `post.published`: an `EventKind`, {NEWER}"
SUBJECT_KIND = f"The kind of thing it happened to, such as `post`: a `SubjectKind`, {NEWER}"


class EventView(View):
    id: EventId = Field(description="The event's id, the same for every reader.")
    number: int = Field(description="Its place in the workspace's log, counted from 1, no gaps.")
    kind: str = Field(description=KIND)
    subject_kind: str = Field(description=SUBJECT_KIND)
    subject_id: str = Field(description="The id of the thing it happened to.")
    actor: str = Field(description="Who did it: `member:mem_…`, `token:tok_…` or `worker`.")
    occurred_at: Moment = Field(description="When it happened.")
    data: dict[str, Any] = Field(
        description="What else is known, by what its kind says that it may carry; `previous` holds "
        "old values, ids bear their prefix, and where there is a `code`, `type` says where that is "
        "described."
    )


def subject_text(kind: str, id_: UUID) -> str:
    """Of a kind that a newer process wrote, and this one does not know, the prefix is the kind."""
    return show(BY_KIND.get(kind, kind), id_)
