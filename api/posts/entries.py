"""/v1/calendars/{id}/entries and /v1/entries: the calendar view."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import CallerDep, SessionDep
from api.filters import (
    ForCampaigns,
    InCalendars,
    InStates,
    Labelled,
    OfCommunities,
    OfNetworks,
    OnPillars,
    SaidBy,
    Saying,
)
from api.paging import link_cursor
from api.posts.fast import KNOWN, Asked
from api.routes import TransactionRoute
from api.state import state_of
from domain.calendars.queries import get_calendar
from domain.kernel.clock import Moment
from domain.kernel.ids import CalendarId
from domain.kernel.pages import PageRequest
from domain.posts.window import MOST_ENTRIES, EntryPage, Window, read_window

router = APIRouter(prefix="/v1", tags=["calendars"], route_class=TransactionRoute)


async def _narrowed(
    since: Annotated[Moment, Query(description="The first moment of the window.")],
    until: Annotated[Moment, Query(description="The end of the window, at most 400 days later.")],
    state: InStates = [],  # noqa: B006 - FastAPI copies it
    pillar_id: OnPillars = [],  # noqa: B006 - as above
    campaign_id: ForCampaigns = [],  # noqa: B006 - as above
    label: Labelled = [],  # noqa: B006 - as above
    account_id: SaidBy = [],  # noqa: B006 - as above
    network: OfNetworks = [],  # noqa: B006 - as above
    q: Saying = None,
) -> Window:
    return Window(
        since,
        until,
        states=tuple(state),
        pillar_ids=tuple(pillar_id),
        campaign_ids=tuple(campaign_id),
        labels=tuple(label),
        account_ids=tuple(account_id),
        networks=tuple(network),
        words=q,
    )


WindowDep = Annotated[Window, Depends(_narrowed)]
Limit = Annotated[int, Query(ge=1, le=MOST_ENTRIES, description="Most entries on the page.")]
Cursor = Annotated[
    str | None, Query(max_length=500, description="`next_cursor` of the page before.")
]


@router.get(
    "/calendars/{calendar_id}/entries", summary="Read a calendar's window", response_model=EntryPage
)
async def calendar_entries(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    calendar_id: CalendarId,
    window: WindowDep,
    limit: Limit = MOST_ENTRIES,
    cursor: Cursor = None,
) -> Response:
    """What is planned, by moment. Needs the scope `calendars:read`."""
    await get_calendar(session, caller, calendar_id)
    asked = replace(window, calendar_ids=(calendar_id,))
    return await _answer(request, caller, asked, PageRequest(limit, cursor))


@router.get("/entries", summary="Read a window across calendars", response_model=EntryPage)
async def entries(
    request: Request,
    caller: CallerDep,
    window: WindowDep,
    community_id: OfCommunities = [],  # noqa: B006 - FastAPI copies it
    calendar_id: InCalendars = [],  # noqa: B006 - as above
    limit: Limit = MOST_ENTRIES,
    cursor: Cursor = None,
) -> Response:
    """What is planned in all calendars, by moment. Needs the scope `calendars:read`."""
    wanted = replace(window, calendar_ids=tuple(calendar_id), community_ids=tuple(community_id))
    asked = Asked(wanted, PageRequest(limit, cursor))
    response = await _answer(request, caller, *asked)
    KNOWN.keep(request, asked)
    return response


async def _answer(
    request: Request, caller: CallerDep, window: Window, page: PageRequest
) -> Response:
    found = await read_window(state_of(request).database, caller, window, page)
    response = Response(found.body, media_type="application/json")
    link_cursor(request, response, found.next_cursor)
    return response
