"""/v1/agenda: what comes next, and what waits for somebody."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep
from api.filters import OfCommunities
from api.paging import linked
from api.routes import TransactionRoute
from domain.agenda.queries import list_agenda
from domain.agenda.shapes import AgendaItemView, AgendaKind
from domain.kernel.clock import Moment
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1/agenda", tags=["calendars"], route_class=TransactionRoute)


@router.get("", summary="Read the agenda")
async def read_agenda(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    now: NowDep,
    since: Annotated[
        Moment | None, Query(description="The first moment; left out: 30 days ago.")
    ] = None,
    until: Annotated[
        Moment | None, Query(description="The end, at most 400 days later; left out: in a week.")
    ] = None,
    kind: Annotated[list[AgendaKind], Query(max_length=20, description="Only these kinds.")] = [],  # noqa: B006 - FastAPI copies it
    community_id: OfCommunities = [],  # noqa: B006 - as above
) -> Page[AgendaItemView]:
    """What comes next, and what waits for somebody, in one list by moment.

    Posts that fall due or are to be looked at again, reviews that are open, updates that are
    proposed, messages that are held, failed, in doubt or shown otherwise than they were sent,
    accounts that cannot speak, sources that cannot be read, work at which Parvis itself breaks.
    Needs the scopes `posts:read` and `accounts:read`.
    """
    found = await list_agenda(
        session,
        caller,
        page,
        since=since,
        until=until,
        kinds=kind,
        community_ids=community_id,
        now=now,
    )
    return linked(request, response, found)
