"""/v1/ideas: topics of conversation, from a thought to what came of them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCommunities
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.ideas import drafting, queries, service
from domain.ideas.queries import IdeaFilter, IdeaSort
from domain.ideas.rules import IdeaState
from domain.ideas.shapes import ChangeIdea, CreateIdea, DraftIdea, IdeaView, LinkPost, MoveIdea
from domain.kernel.ids import CampaignId, IdeaId, PillarId
from domain.kernel.shapes import Page
from domain.posts.fields import Label
from domain.posts.shapes import PostDetail, PostView

router = APIRouter(prefix="/v1/ideas", tags=["ideas"], route_class=TransactionRoute)


async def _filter(
    state: Annotated[list[IdeaState], Query(max_length=10, description="Only these states.")] = [],  # noqa: B006 - FastAPI copies it
    community_id: OfCommunities = [],  # noqa: B006 - as above
    campaign_id: Annotated[
        list[CampaignId], Query(max_length=50, description="Only for these campaigns.")
    ] = [],  # noqa: B006 - as above
    pillar_id: Annotated[
        list[PillarId], Query(max_length=50, description="Only on these pillars.")
    ] = [],  # noqa: B006 - as above
    label: Annotated[
        list[Label], Query(max_length=30, description="With at least one of these labels.")
    ] = [],  # noqa: B006 - as above
) -> IdeaFilter:
    return IdeaFilter(state, community_id, campaign_id, pillar_id, label)


@router.get("", summary="List ideas")
async def list_ideas(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    where: Annotated[IdeaFilter, Depends(_filter)],
    sort: Annotated[
        IdeaSort, Query(description="The order; `-` turns it round.")
    ] = IdeaSort.CREATED_DOWN,
) -> Page[IdeaView]:
    """A column of the board by its state. Needs the scope `calendars:read`."""
    found = await queries.list_ideas(session, caller, page, where=where, sort=sort)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make an idea")
async def create_idea(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateIdea
) -> IdeaView:
    """Needs the scope `calendars:write`."""
    view = await service.create_idea(session, caller, command, now=now)
    located(response, "/v1/ideas", view)
    return tagged(response, view)


@router.get("/{idea_id}", summary="Read an idea")
async def get_idea(
    response: Response, session: SessionDep, caller: CallerDep, idea_id: IdeaId
) -> IdeaView:
    """Needs the scope `calendars:read`."""
    view = await queries.get_idea(session, caller, idea_id)
    return tagged(response, view)


@router.patch("/{idea_id}", summary="Change an idea")
async def change_idea(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    idea_id: IdeaId,
    command: ChangeIdea,
) -> IdeaView:
    """Changes only what is sent; `…/move` takes it to another state. Needs `calendars:write`."""
    view = await service.change_idea(
        session, caller, idea_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete(
    "/{idea_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove an idea without posts"
)
async def remove_idea(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    idea_id: IdeaId,
) -> None:
    """409 `in_use` once posts came of it: close it instead. Needs `calendars:write`."""
    await service.remove_idea(session, caller, idea_id, expected_version=version, now=now)


@router.post("/{idea_id}/move", summary="Take an idea to another state")
async def move_idea(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    idea_id: IdeaId,
    command: MoveIdea,
) -> IdeaView:
    """409 `idea.move_refused` names the states it can go to. Needs `calendars:write`."""
    view = await service.move_idea(
        session, caller, idea_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/{idea_id}/posts", status_code=HTTPStatus.CREATED, summary="Make a draft of an idea")
async def draft_idea(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    idea_id: IdeaId,
    command: DraftIdea,
) -> PostDetail:
    """Labels, campaign and pillar are the idea's. Needs the scope `posts:write`."""
    view = await drafting.draft_idea(session, caller, idea_id, command, now=now)
    located(response, "/v1/posts", view)
    return tagged(response, view)


@router.post("/{idea_id}/link", summary="Link a post to an idea")
async def link_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    idea_id: IdeaId,
    command: LinkPost,
) -> IdeaView:
    """409 `already_exists` for a post that came of another idea. Needs `calendars:write`."""
    view = await drafting.link_post(session, caller, idea_id, command, now=now)
    return tagged(response, view)


@router.post("/{idea_id}/unlink", summary="Unlink a post from an idea")
async def unlink_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    idea_id: IdeaId,
    command: LinkPost,
) -> IdeaView:
    """The post stays. Needs `calendars:write`."""
    view = await drafting.unlink_post(session, caller, idea_id, command, now=now)
    return tagged(response, view)


@router.get("/{idea_id}/posts", summary="List the posts of an idea")
async def list_idea_posts(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    idea_id: IdeaId,
) -> Page[PostView]:
    """In the order they were made. Needs the scope `posts:read`."""
    found = await queries.list_idea_posts(session, caller, idea_id, page)
    return linked(request, response, found)
