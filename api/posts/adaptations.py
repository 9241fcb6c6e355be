"""Adaptations of posts, what each target says in the end, and what each layer says otherwise."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.contract.answers import headers
from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tag, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import AdaptationId, PostId, VariantId
from domain.kernel.shapes import Page
from domain.posts import adaptations, wording
from domain.posts.adaptation_shapes import (
    AdaptationView,
    AddAdaptation,
    ChangeAdaptation,
)
from domain.posts.wording_shapes import DiffView, ResolvedPostView

router = APIRouter(prefix="/v1", tags=["posts"], route_class=TransactionRoute)


@router.get("/posts/{post_id}/adaptations", summary="List the adaptations of a post")
async def list_post_adaptations(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    post_id: PostId,
) -> Page[AdaptationView]:
    """First to last. Needs the scope `posts:read`."""
    found = await adaptations.list_adaptations(session, caller, post_id, page)
    return linked(request, response, found)


@router.post(
    "/posts/{post_id}/adaptations",
    status_code=HTTPStatus.CREATED,
    summary="Adapt a post",
)
async def add_adaptation(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    post_id: PostId,
    command: AddAdaptation,
) -> AdaptationView:
    """Words for all accounts of a network, locale, segment or tone; the rest is inherited.

    A change of the post: its ETag moves, and `If-Match` is the post's. 409 `already_exists` where
    it has one for the same. Needs the scope `posts:write`.
    """
    view = await adaptations.add_adaptation(
        session, caller, post_id, command, expected_version=version, now=now
    )
    tag(response, view.post_version)
    located(response, "/v1/adaptations", view)
    return view


@router.get(
    "/adaptations/{adaptation_id}",
    summary="Read an adaptation",
    responses={200: {"headers": headers("ETag")}},
)
async def get_adaptation(
    response: Response, session: SessionDep, caller: CallerDep, adaptation_id: AdaptationId
) -> AdaptationView:
    """Its ETag is the post's. Needs the scope `posts:read`."""
    view = await adaptations.get_adaptation(session, caller, adaptation_id)
    tag(response, view.post_version)
    return view


@router.patch("/adaptations/{adaptation_id}", summary="Change an adaptation")
async def change_adaptation(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    adaptation_id: AdaptationId,
    command: ChangeAdaptation,
) -> AdaptationView:
    """Changes only the words that are sent, as a change of the post: `If-Match` is the post's.

    409 `post.going_out` while it goes out, 409 `post.published` for what readers already see.
    Needs the scope `posts:write`.
    """
    view = await adaptations.change_adaptation(
        session, caller, adaptation_id, command, expected_version=version, now=now
    )
    tag(response, view.post_version)
    return view


@router.delete(
    "/adaptations/{adaptation_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Remove an adaptation",
)
async def remove_adaptation(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    adaptation_id: AdaptationId,
) -> None:
    """Whoever said it says what it inherited. Needs the scope `posts:write`."""
    await adaptations.remove_adaptation(
        session, caller, adaptation_id, expected_version=version, now=now
    )


@router.get("/adaptations/{adaptation_id}/diff", summary="Compare an adaptation with its base")
async def diff_adaptation(
    session: SessionDep, caller: CallerDep, adaptation_id: AdaptationId
) -> DiffView:
    """What it says otherwise than what it inherits, texts word by word.

    Needs the scope `posts:read`.
    """
    return await wording.diff_adaptation(session, caller, adaptation_id)


@router.get("/variants/{variant_id}/diff", summary="Compare a variant with its base")
async def diff_variant(session: SessionDep, caller: CallerDep, variant_id: VariantId) -> DiffView:
    """What an account says otherwise than what it inherits, texts word by word.

    Needs the scope `posts:read`.
    """
    return await wording.diff_variant(session, caller, variant_id)


@router.get("/posts/{post_id}/resolved", summary="Read what each account will say")
async def resolve_post(
    response: Response, session: SessionDep, caller: CallerDep, post_id: PostId
) -> ResolvedPostView:
    """With who each word comes from: the post, an adaptation, or the account's own.

    Needs the scope `posts:read`.
    """
    view = await wording.resolve_post(session, caller, post_id)
    return tagged(response, view)
