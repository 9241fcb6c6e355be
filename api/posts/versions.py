"""/v1/posts/{id}/versions and /v1/post-versions: what posts said before."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep
from api.paging import linked, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import PostId, PostVersionId
from domain.kernel.shapes import Page
from domain.posts import restoring, versions
from domain.posts.shapes import PostDetail
from domain.posts.version_shapes import ComparisonView, PostVersionView

router = APIRouter(prefix="/v1", tags=["posts"], route_class=TransactionRoute)


@router.get("/posts/{post_id}/versions", summary="List the versions of a post")
async def list_post_versions(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    post_id: PostId,
) -> Page[PostVersionView]:
    """The newest first, which is what the post says now; every change of its words left one.

    Needs the scope `posts:read`.
    """
    found = await versions.list_versions(session, caller, post_id, page)
    return linked(request, response, found)


@router.get("/post-versions/{version_id}", summary="Read a version of a post")
async def get_post_version(
    session: SessionDep, caller: CallerDep, version_id: PostVersionId
) -> PostVersionView:
    """It never changes. Needs the scope `posts:read`."""
    return await versions.get_version(session, caller, version_id)


@router.get("/post-versions/{version_id}/comparison", summary="Compare two versions of a post")
async def compare_post_versions(
    session: SessionDep,
    caller: CallerDep,
    version_id: PostVersionId,
    other_id: Annotated[
        PostVersionId | None,
        Query(description="The other version of the same post; left out: what it says now."),
    ] = None,
) -> ComparisonView:
    """The earlier before the later, texts word by word. Needs the scope `posts:read`."""
    return await versions.compare_versions(session, caller, version_id, other_id=other_id)


@router.post("/post-versions/{version_id}/restore", summary="Restore a version of a post")
async def restore_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    version_id: PostVersionId,
) -> PostDetail:
    """The post says again what it said: a change on top of the others, none is lost.

    `If-Match` is the post's ETag. 409 `post.published` for what readers already see. Needs the
    scope `posts:write`.
    """
    view = await restoring.restore_post(
        session, caller, version_id, expected_version=version, now=now
    )
    return tagged(response, view)
