"""Queues: posts take the next free slots of their calendar, are held back and go on."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import CallerDep, NowDep, SessionDep, VersionIfSentDep
from api.paging import tagged
from api.routes import TransactionRoute
from domain.kernel.ids import CalendarId, PillarId, PostId
from domain.plans import queue
from domain.plans.shapes import MOST_FREE, FreeSlotsView, QueuePost, QueueView
from domain.posts.shapes import PostDetail

router = APIRouter(prefix="/v1", tags=["calendars"], route_class=TransactionRoute)


@router.post("/posts/{post_id}/queue", summary="Queue a post")
async def queue_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    post_id: PostId,
    command: QueuePost,
) -> PostDetail:
    """Schedules it at the next slot that is free and suits its pillar; two posts never get one.

    A post that is queued again moves to the next free slot. Needs the scope `posts:publish`.
    """
    view = await queue.queue_post(
        session, caller, post_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.get("/calendars/{calendar_id}/free-slots", summary="List free slots")
async def list_free_slots(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    calendar_id: CalendarId,
    count: Annotated[int, Query(ge=1, le=MOST_FREE, description="How many at most.")] = 10,
    pillar_id: Annotated[
        PillarId | None, Query(description="Those that a post of this pillar could take.")
    ] = None,
) -> FreeSlotsView:
    """The soonest first, for the next 400 days. Needs the scope `calendars:read`."""
    return await queue.list_free_slots(
        session, caller, calendar_id, count=count, pillar_id=pillar_id, now=now
    )


@router.get("/calendars/{calendar_id}/queue", summary="Read a queue")
async def get_queue(session: SessionDep, caller: CallerDep, calendar_id: CalendarId) -> QueueView:
    """What waits in slots, in the order it goes out. Needs the scope `calendars:read`."""
    return await queue.get_queue(session, caller, calendar_id)


@router.post("/calendars/{calendar_id}/queue/pause", summary="Pause a queue")
async def pause_queue(
    session: SessionDep, caller: CallerDep, now: NowDep, calendar_id: CalendarId
) -> QueueView:
    """Takes what is queued off its time; it goes on as it was queued. Needs `posts:publish`."""
    return await queue.pause_queue(session, caller, calendar_id, now=now)


@router.post("/calendars/{calendar_id}/queue/resume", summary="Resume a queue")
async def resume_queue(
    session: SessionDep, caller: CallerDep, now: NowDep, calendar_id: CalendarId
) -> QueueView:
    """Gives what was held back the next free slots, in order. Needs `posts:publish`.

    What cannot be scheduled keeps the queue as it is, and `detail` names the post: mend it, or
    take it out by DELETE or by giving it another time.
    """
    return await queue.resume_queue(session, caller, calendar_id, now=now)
