"""/v1/recurrences: what is said again and again, by rule."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCalendars, OfCommunities
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import RecurrenceId
from domain.kernel.shapes import Page
from domain.plans import recurrence_changes as changes
from domain.plans import recurrences
from domain.plans.recurrence_shapes import (
    ChangeRecurrence,
    CreateRecurrence,
    PlanOccurrence,
    PreviewRecurrence,
    PreviewView,
    RecurrenceView,
    SkipOccurrence,
    SplitRecurrence,
)
from domain.posts.shapes import PostDetail

router = APIRouter(prefix="/v1/recurrences", tags=["calendars"], route_class=TransactionRoute)


@router.get("", summary="List recurrences")
async def list_recurrences(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    calendar_id: OfCalendars = [],  # noqa: B006 - FastAPI copies it
    community_id: OfCommunities = [],  # noqa: B006 - as above
) -> Page[RecurrenceView]:
    """The oldest first. Needs the scope `posts:read`."""
    found = await recurrences.list_recurrences(
        session, caller, page, calendar_ids=calendar_id, community_ids=community_id
    )
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a recurrence")
async def create_recurrence(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateRecurrence,
) -> RecurrenceView:
    """Its posts are made and scheduled by themselves, some weeks ahead.

    Needs the scopes `posts:write` and `posts:publish`.
    """
    view = await recurrences.create_recurrence(session, caller, command, now=now)
    located(response, "/v1/recurrences", view)
    return tagged(response, view)


@router.post("/preview", summary="Try a rule")
async def preview_recurrence(
    session: SessionDep, caller: CallerDep, now: NowDep, command: PreviewRecurrence
) -> PreviewView:
    """The next ten occurrences of a rule that is not stored. Needs the scope `posts:read`."""
    return await recurrences.preview_recurrence(session, caller, command, now=now)


@router.get("/{recurrence_id}", summary="Read a recurrence")
async def get_recurrence(
    response: Response, session: SessionDep, caller: CallerDep, recurrence_id: RecurrenceId
) -> RecurrenceView:
    """Needs the scope `posts:read`."""
    view = await recurrences.get_recurrence(session, caller, recurrence_id)
    return tagged(response, view)


@router.get("/{recurrence_id}/preview", summary="Preview a recurrence")
async def get_recurrence_preview(
    session: SessionDep, caller: CallerDep, now: NowDep, recurrence_id: RecurrenceId
) -> PreviewView:
    """The next ten occurrences, with the posts that are there. Needs the scope `posts:read`."""
    return await recurrences.get_recurrence_preview(session, caller, recurrence_id, now=now)


@router.patch("/{recurrence_id}", summary="Change a recurrence")
async def change_recurrence(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    recurrence_id: RecurrenceId,
    command: ChangeRecurrence,
) -> RecurrenceView:
    """All of it: coming posts follow, but those that somebody changed by hand.

    What went out stays. Needs the scopes `posts:write` and `posts:publish`.
    """
    view = await changes.change_recurrence(
        session, caller, recurrence_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/{recurrence_id}/split", status_code=HTTPStatus.CREATED, summary="Change from one on")
async def split_recurrence(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    recurrence_id: RecurrenceId,
    command: SplitRecurrence,
) -> RecurrenceView:
    """Ends it before an occurrence; a new recurrence, changed, goes on from there.

    Posts that are there go over to it. Needs the scopes `posts:write` and `posts:publish`.
    """
    view = await changes.split_recurrence(
        session, caller, recurrence_id, command, expected_version=version, now=now
    )
    located(response, "/v1/recurrences", view)
    return tagged(response, view)


@router.post("/{recurrence_id}/plan", summary="Plan one occurrence")
async def plan_occurrence(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    recurrence_id: RecurrenceId,
    command: PlanOccurrence,
) -> PostDetail:
    """Its post, made before its turn: once somebody changes that, it follows no longer.

    Needs the scopes `posts:write` and `posts:publish`.
    """
    view = await changes.plan_occurrence(session, caller, recurrence_id, command, now=now)
    return tagged(response, view)


@router.post("/{recurrence_id}/skip", summary="Skip one occurrence")
async def skip_occurrence(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    recurrence_id: RecurrenceId,
    command: SkipOccurrence,
) -> RecurrenceView:
    """Adds an exception to the rule; its post is taken off the calendar.

    Needs the scopes `posts:write` and `posts:publish`.
    """
    view = await changes.skip_occurrence(session, caller, recurrence_id, command, now=now)
    return tagged(response, view)


@router.delete("/{recurrence_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a recurrence")
async def remove_recurrence(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    recurrence_id: RecurrenceId,
) -> None:
    """Coming posts are taken off, but those that somebody changed; what went out stays.

    Needs the scopes `posts:write` and `posts:publish`.
    """
    await changes.remove_recurrence(
        session, caller, recurrence_id, expected_version=version, now=now
    )
