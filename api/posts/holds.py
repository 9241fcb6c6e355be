"""/v1/posts/{id}/hold and /release: legal hold."""

from fastapi import APIRouter, Response

from api.deps import CallerDep, NowDep, SessionDep, VersionIfSentDep
from api.paging import tagged
from api.routes import TransactionRoute
from domain.kernel.ids import PostId
from domain.posts import freezing
from domain.posts.command_shapes import HoldPost
from domain.posts.shapes import PostDetail

router = APIRouter(prefix="/v1/posts", tags=["posts"], route_class=TransactionRoute)


@router.post("/{post_id}/hold", summary="Put a post on legal hold")
async def hold_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    post_id: PostId,
    command: HoldPost,
) -> PostDetail:
    """Nothing of it goes out and nobody changes it: 409 `post.on_hold`, until it is released.

    What is on its way arrives all the same. Needs the scope `posts:hold`.
    """
    view = await freezing.hold_post(
        session, caller, post_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/{post_id}/release", summary="Release a post from legal hold")
async def release_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    post_id: PostId,
) -> PostDetail:
    """What fell due meanwhile goes on by its calendar's `catch_up`. Needs `posts:hold`."""
    view = await freezing.release_post(session, caller, post_id, expected_version=version, now=now)
    return tagged(response, view)
