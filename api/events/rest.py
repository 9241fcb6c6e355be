"""/v1/events: the log of everything that happened in the workspace."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, PageDep, SessionDep
from api.filters import OfKinds, OfSubjectKinds, OfSubjects
from api.paging import linked
from api.routes import TransactionRoute
from domain.events import queries
from domain.events.shapes import EventView
from domain.kernel.clock import Moment
from domain.kernel.ids import EventId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1/events", tags=["events"], route_class=TransactionRoute)


@router.get("", summary="Read the event log")
async def list_events(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    kind: OfKinds = [],  # noqa: B006 - FastAPI copies it
    subject_kind: OfSubjectKinds = [],  # noqa: B006 - as above
    subject: OfSubjects = [],  # noqa: B006 - as above
    since: Annotated[Moment | None, Query(description="Only from this moment on.")] = None,
) -> Page[EventView]:
    """Oldest first. Keep `next_cursor` of the last page and go on from it: nothing is missed.

    The last page has one even when it is empty. To follow what comes from now on, ask once with
    `since` of this moment, then go on from its `next_cursor` without `since`. Where the log no
    longer holds what follows a cursor, the answer is 410 `cursor.lost`: read anew what you keep.

    Who keeps a mirror reads anew what an event is about and whatever `data` names. What belongs to
    a thing that is removed goes with it, and what pointed to it points to nothing, without events
    of their own; so do a worker's own moments change, such as when an account is read next.

    Needs the scope `events:read`.
    """
    found = await queries.list_events(
        session,
        caller,
        page,
        kinds=kind,
        subject_kinds=subject_kind,
        subjects=subject,
        since=since,
    )
    return linked(request, response, found)


@router.get("/{event_id}", summary="Read an event")
async def get_event(session: SessionDep, caller: CallerDep, event_id: EventId) -> EventView:
    """By the id that every reader of the log is told. Needs the scope `events:read`."""
    return await queries.get_event(session, caller, event_id)
