"""/v1/authors: who speaks to us."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, PageDep, SessionDep
from api.paging import linked, tagged
from api.routes import TransactionRoute
from domain.accounts.shapes import KnownNetwork
from domain.kernel.ids import AuthorId
from domain.kernel.shapes import Page
from domain.mentions import queries
from domain.mentions.queries import AuthorSort
from domain.mentions.rules import MOST_HANDLE
from domain.mentions.shapes import AuthorView

router = APIRouter(prefix="/v1/authors", tags=["authors"], route_class=TransactionRoute)
Handle = Annotated[
    str, Query(min_length=1, max_length=MOST_HANDLE, examples=["anna@example.social"])
]


@router.get("", summary="List authors")
async def list_authors(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    sort: Annotated[
        AuthorSort, Query(description="The order; `-` turns it round.")
    ] = AuthorSort.CREATED_DOWN,
    network: Annotated[
        list[KnownNetwork], Query(max_length=50, description="Only on these networks.")
    ] = [],  # noqa: B006 - FastAPI copies it
    handle: Annotated[
        list[Handle], Query(max_length=50, description="Only with exactly these handles.")
    ] = [],  # noqa: B006 - as above
) -> Page[AuthorView]:
    """Needs the scope `mentions:read`."""
    found = await queries.list_authors(
        session, caller, page, sort=sort, networks=network, handles=handle
    )
    return linked(request, response, found)


@router.get("/{author_id}", summary="Read an author")
async def get_author(
    response: Response, session: SessionDep, caller: CallerDep, author_id: AuthorId
) -> AuthorView:
    """Needs the scope `mentions:read`."""
    view = await queries.get_author(session, caller, author_id)
    return tagged(response, view)
