"""What readers of the event log get."""

from typing import Any
from uuid import UUID

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import EventId
from domain.kernel.shapes import View


class EventView(View):
    id: EventId = Field(description="The event's id, the same for every reader.")
    number: int = Field(description="Its place in the workspace's log, counted from 1, no gaps.")
    kind: str = Field(description="What happened, in the past tense, such as `post.published`.")
    subject_kind: str = Field(description="The kind of thing it happened to, such as `post`.")
    subject_id: str = Field(description="The id of the thing it happened to.")
    actor: str = Field(description="Who did it: `member:mem_…`, `token:tok_…` or `worker`.")
    occurred_at: Moment = Field(description="When it happened.")
    data: dict[str, Any] = Field(
        description="What else is known; `previous` holds old values, and where there is a `code`, "
        "`type` says where that is described."
    )


def subject_text(kind: str, id_: UUID, prefixes: dict[str, str]) -> str:
    return f"{prefixes[kind]}_{id_.hex}"
