"""For those who play with the sandbox: make accounts, speak as people, order faults, see all."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Request, Response
from fastapi.responses import HTMLResponse

from api.sandbox.door import OpenRoute, Turn, TurnDep, Used, bearer, stage_of
from api.sandbox.pages import page
from domain.sandbox import accounts, overview, people, queries, service
from domain.sandbox.shapes import (
    CreateAccount,
    MeddlePost,
    NewAccountView,
    NoticeView,
    PlayPerson,
    PostView,
    RenewToken,
    SetFault,
    StateView,
)

play = APIRouter(route_class=OpenRoute, tags=["play"])

Handle = Annotated[str, Path(max_length=30, description="The account's name.")]


async def _state(turn: Turn, account: accounts.Playing, request: Request) -> StateView:
    used = stage_of(request).used.get(account.id, Used())
    return await overview.state(turn.session, account, turn.root, most_calls=used.most)


async def _own(turn: TurnDep, handle: str, request: Request) -> accounts.Playing:
    return await queries.account_of_token(turn.session, handle, bearer(request))


@play.post("/v1/accounts", status_code=201)
async def create_account(turn: TurnDep, command: CreateAccount) -> NewAccountView:
    """Make an account; its token opens sessions and plays people."""
    account, token = await accounts.create_account(turn.session, command, now=turn.now)
    shown = await queries.show_account(turn.session, account)
    return NewAccountView(account=shown, token=token)


@play.post("/v1/accounts/{handle}/tokens", status_code=201)
async def renew_token(
    turn: TurnDep, handle: Handle, command: RenewToken, request: Request
) -> NewAccountView:
    """Log the account in anew: its next token takes the place of the one that is sent."""
    account = await _own(turn, handle, request)
    token = await accounts.renew_token(turn.session, account, command)
    shown = await queries.show_account(turn.session, account)
    return NewAccountView(account=shown, token=token)


@play.get("/v1/accounts/{handle}/state")
async def state(turn: TurnDep, handle: Handle, request: Request) -> StateView:
    """Show all of an account's world, with the account's own token."""
    account = await _own(turn, handle, request)
    await people.live(turn.session, account, now=turn.now)
    return await _state(turn, account, request)


@play.post("/v1/accounts/{handle}/people", status_code=201)
async def act(turn: TurnDep, handle: Handle, command: PlayPerson, request: Request) -> NoticeView:
    """Let a person answer, mention, quote, like, repost or follow, with the account's token."""
    account = await _own(turn, handle, request)
    told, said = await people.play(turn.session, account, command, now=turn.now)
    return queries.show_notice(told, said, account.handle, turn.root)


@play.delete("/v1/accounts/{handle}/people/{post_id}", status_code=204)
async def take_back(turn: TurnDep, handle: Handle, post_id: UUID, request: Request) -> None:
    """Let a person delete what was said."""
    account = await _own(turn, handle, request)
    await people.take_back(turn.session, account, post_id, now=turn.now)


@play.patch("/v1/accounts/{handle}/posts/{post_id}")
async def meddle(
    turn: TurnDep, handle: Handle, post_id: UUID, command: MeddlePost, request: Request
) -> PostView:
    """Let somebody over there change a post of the account, with the account's token."""
    account = await _own(turn, handle, request)
    post = await people.meddle(turn.session, account, post_id, command, now=turn.now)
    return queries.show_post(post, account.handle, turn.root)


@play.delete("/v1/accounts/{handle}/posts/{post_id}", status_code=204)
async def take_down(turn: TurnDep, handle: Handle, post_id: UUID, request: Request) -> None:
    """Let somebody over there take down a post of the account."""
    account = await _own(turn, handle, request)
    await service.remove(turn.session, account, post_id, now=turn.now)


@play.post("/v1/accounts/{handle}/faults", status_code=201)
async def set_faults(
    turn: TurnDep,
    handle: Handle,
    commands: Annotated[list[SetFault], Body(max_length=100)],
    request: Request,
) -> StateView:
    """Order the account's next calls to go wrong; orders are used up one by one."""
    account = await _own(turn, handle, request)
    await accounts.set_faults(turn.session, account, commands)
    await turn.session.flush()
    return await _state(turn, account, request)


@play.delete("/v1/accounts/{handle}/faults", status_code=204)
async def clear_faults(turn: TurnDep, handle: Handle, request: Request) -> None:
    """Let all go well again."""
    account = await _own(turn, handle, request)
    await accounts.clear_faults(turn.session, account)


@play.get("/posts/{post_id}", response_class=HTMLResponse)
async def post_page(turn: TurnDep, post_id: UUID) -> Response:
    """Show a post as people see it."""
    post = await queries.post(turn.session, post_id, turn.root)
    return page(post.handle, [post])


@play.get("/@{handle}", response_class=HTMLResponse)
async def account_page(turn: TurnDep, handle: Handle) -> Response:
    """Show an account's latest posts as people see them."""
    return page(handle, await queries.latest(turn.session, handle, turn.root))


@play.get("/media/{medium_id}", response_class=Response)
async def picture(turn: TurnDep, medium_id: UUID) -> Response:
    """Show a picture or video."""
    found = await queries.any_medium(turn.session, medium_id)
    return Response(found.content, media_type=found.content_type)
