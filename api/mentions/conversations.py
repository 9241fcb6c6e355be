"""/v1/conversations: threads that our accounts take part in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, PageDep, SessionDep
from api.filters import OfAccounts, OfCommunities
from api.paging import linked, tagged
from api.routes import TransactionRoute
from domain.accounts.shapes import KnownNetwork
from domain.kernel.clock import Moment
from domain.kernel.ids import ConversationId, PostId
from domain.kernel.shapes import Page
from domain.mentions import queries
from domain.mentions.queries import ConversationSort
from domain.mentions.shapes import ConversationFilter, ConversationView

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], route_class=TransactionRoute)


@router.get("", summary="List conversations")
async def list_conversations(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    sort: Annotated[
        ConversationSort, Query(description="The order; `-` turns it round.")
    ] = ConversationSort.LAST_DOWN,
    account_id: OfAccounts = [],  # noqa: B006 - FastAPI copies it
    community_id: OfCommunities = [],  # noqa: B006 - as above
    network: Annotated[
        list[KnownNetwork], Query(max_length=50, description="Only on these networks.")
    ] = [],  # noqa: B006 - as above
    post_id: Annotated[
        list[PostId], Query(max_length=50, description="Only grown from these posts.")
    ] = [],  # noqa: B006 - as above
    since: Annotated[
        Moment | None, Query(description="Only with a mention from this moment on.")
    ] = None,
    until: Annotated[
        Moment | None, Query(description="Only with no mention from this moment on.")
    ] = None,
) -> Page[ConversationView]:
    """The liveliest first; their mentions: GET /v1/mentions?conversation_id=….

    Needs the scope `mentions:read`.
    """
    where = ConversationFilter(
        account_ids=tuple(account_id),
        community_ids=tuple(community_id),
        networks=tuple(network),
        post_ids=tuple(post_id),
        since=since,
        until=until,
    )
    found = await queries.list_conversations(session, caller, page, where=where, sort=sort)
    return linked(request, response, found)


@router.get("/{conversation_id}", summary="Read a conversation")
async def get_conversation(
    response: Response, session: SessionDep, caller: CallerDep, conversation_id: ConversationId
) -> ConversationView:
    """Needs the scope `mentions:read`."""
    view = await queries.get_conversation(session, caller, conversation_id)
    return tagged(response, view)
