"""/v1/posts/{id}/upkeep and /v1/updates: what is public is kept up to date."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCommunities, OfPosts
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import PostId, UpdateId
from domain.kernel.shapes import Page
from domain.upkeep import deciding, proposing, queries, service
from domain.upkeep.queries import UpdateFilter
from domain.upkeep.rules import UpdateReason, UpdateState
from domain.upkeep.shapes import ChangeUpkeep, ConfirmUpkeep, UpkeepView
from domain.upkeep.update_shapes import ChangeUpdate, DismissUpdate, ProposeUpdate, UpdateView

router = APIRouter(prefix="/v1", tags=["upkeep"], route_class=TransactionRoute)


@router.get("/posts/{post_id}/upkeep", summary="Read how a post is kept up to date")
async def get_upkeep(
    response: Response, session: SessionDep, caller: CallerDep, post_id: PostId
) -> UpkeepView:
    """Until when it holds, and when it is checked. Needs the scope `posts:read`."""
    view = await queries.get_upkeep(session, caller, post_id)
    return tagged(response, view)


@router.patch("/posts/{post_id}/upkeep", summary="Say when a post is looked at again")
async def change_upkeep(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    post_id: PostId,
    command: ChangeUpkeep,
) -> UpkeepView:
    """Changes only what is sent. On these dates an update of its public copies is proposed.

    Needs the scope `posts:write`.
    """
    view = await service.change_upkeep(
        session, caller, post_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/posts/{post_id}/upkeep/confirm", summary="Say that a post still holds")
async def confirm_upkeep(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    post_id: PostId,
    command: ConfirmUpkeep,
) -> UpkeepView:
    """Checked, still good: the next date is set, and what was proposed for it is dismissed.

    Needs the scope `posts:write`.
    """
    view = await service.confirm_upkeep(session, caller, post_id, command, now=now)
    return tagged(response, view)


@router.post(
    "/posts/{post_id}/updates",
    status_code=HTTPStatus.CREATED,
    summary="Propose an update of what is public",
)
async def propose_update(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    post_id: PostId,
    command: ProposeUpdate,
) -> UpdateView:
    """For every public copy of a post: edit, reply, repost, withdraw or leave, as it can be.

    409 `state.not_allowed` where nothing is public. Needs the scope `posts:write`.
    """
    view = await proposing.propose_update(session, caller, post_id, command, now=now)
    located(response, "/v1/updates", view)
    return tagged(response, view)


async def _filter(
    state: Annotated[
        list[UpdateState], Query(max_length=5, description="Only in these states.")
    ] = [],  # noqa: B006 - FastAPI copies it
    reason: Annotated[
        list[UpdateReason], Query(max_length=5, description="Only for these reasons.")
    ] = [],  # noqa: B006 - as above
    community_id: OfCommunities = [],  # noqa: B006 - as above
    post_id: OfPosts = [],  # noqa: B006 - as above
) -> UpdateFilter:
    return UpdateFilter(state, reason, community_id, post_id)


@router.get("/updates", summary="List updates")
async def list_updates(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    where: Annotated[UpdateFilter, Depends(_filter)],
) -> Page[UpdateView]:
    """The newest first, each with its copies. Needs the scope `posts:read`."""
    found = await queries.list_updates(session, caller, page, where=where)
    return linked(request, response, found)


@router.get("/updates/{update_id}", summary="Read an update")
async def get_update(
    response: Response, session: SessionDep, caller: CallerDep, update_id: UpdateId
) -> UpdateView:
    """With how far each of its copies is. Needs the scope `posts:read`."""
    view = await queries.get_update(session, caller, update_id)
    return tagged(response, view)


@router.patch("/updates/{update_id}", summary="Change an update that is proposed")
async def change_update(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    update_id: UpdateId,
    command: ChangeUpdate,
) -> UpdateView:
    """The new words, and what shall be done with which copy. Needs the scope `posts:write`."""
    view = await deciding.change_update(
        session, caller, update_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/updates/{update_id}/approve", summary="Approve an update")
async def approve_update(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    update_id: UpdateId,
) -> UpdateView:
    """Everything that was decided is planned at once; approved twice, nothing more happens.

    A copy that is published anew is a post of its own, held where a policy asks for an approval of
    it; the old copy is taken back once the new one is out. Needs the scope `posts:approve`.
    """
    view = await deciding.approve_update(
        session, caller, update_id, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/updates/{update_id}/dismiss", summary="Dismiss an update")
async def dismiss_update(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    update_id: UpdateId,
    command: DismissUpdate,
) -> UpdateView:
    """It is not needed, or what failed of it is left as it is. Needs the scope `posts:approve`.

    409 `post.going_out` while anything of it is on its way.
    """
    view = await deciding.dismiss_update(
        session, caller, update_id, command, expected_version=version, now=now
    )
    return tagged(response, view)
