"""What the sandbox network offers to programs: sessions, media, posts, containers, notices."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Header, Query, Response, UploadFile

from api.sandbox.door import OpenRoute, SessionRoute, TurnDep
from domain.sandbox import accounts, people, queries, service
from domain.sandbox.errors import ContentRefused
from domain.sandbox.shapes import (
    AccountView,
    ContainerView,
    EditPost,
    MediaView,
    NoticePage,
    OpenSession,
    PostView,
    RefreshSession,
    SessionView,
    ShownView,
    WritePost,
)

MOST_MEDIA_BYTES = 20_000_000
MOST_NUMBER = 2**63 - 1

sessions = APIRouter(route_class=OpenRoute, tags=["network"])
network = APIRouter(route_class=SessionRoute, tags=["network"])

Limit = Annotated[int, Query(ge=1, le=100, description="Most items.")]


@sessions.post("/sessions", status_code=201)
async def open_session(turn: TurnDep, command: OpenSession) -> SessionView:
    """Open a session with the account's token."""
    account = await queries.account_of_token(turn.session, command.handle, command.token)
    tokens = await accounts.open_session(turn.session, account, now=turn.now)
    shown = await queries.show_account(turn.session, account)
    return SessionView(
        access_token=tokens.access,
        refresh_token=tokens.refresh,
        expires_at=tokens.expires_at,
        account=shown,
    )


@sessions.post("/sessions/refresh")
async def refresh_session(turn: TurnDep, command: RefreshSession) -> SessionView:
    """Buy the next pair of tokens; a refresh token is spent by its first use."""
    account, tokens = await accounts.refresh_session(
        turn.session, command.refresh_token, now=turn.now
    )
    shown = await queries.show_account(turn.session, account)
    return SessionView(
        access_token=tokens.access,
        refresh_token=tokens.refresh,
        expires_at=tokens.expires_at,
        account=shown,
    )


@network.get("/me")
async def me(turn: TurnDep) -> AccountView:
    """Show the account of the session."""
    await people.live(turn.session, turn.own, now=turn.now)
    return await queries.show_account(turn.session, turn.own)


@network.post("/media", status_code=201)
async def upload(
    turn: TurnDep,
    response: Response,
    file: Annotated[UploadFile, File(description="The picture or video.")],
    alt_text: Annotated[str | None, Form(max_length=1500, description="What it shows.")] = None,
) -> MediaView:
    """Upload a picture or video; 202 while it is processed."""
    content = await file.read(MOST_MEDIA_BYTES + 1)
    if len(content) > MOST_MEDIA_BYTES:
        raise ContentRefused("The file is too large.", code="media_too_large")
    delay_s = turn.own.media_delay_s if turn.media_delay_s is None else turn.media_delay_s
    made = await service.upload(
        turn.session,
        turn.own,
        content,
        content_type=file.content_type or "",
        alt_text=alt_text,
        delay_s=delay_s,
        now=turn.now,
    )
    shown = queries.show_media(made, now=turn.now)
    response.status_code = 201 if shown.is_ready else 202
    return shown


@network.get("/media/{medium_id}")
async def medium(turn: TurnDep, medium_id: UUID) -> MediaView:
    """Tell whether a medium is ready."""
    found = await queries.medium(turn.session, turn.own, medium_id)
    return queries.show_media(found, now=turn.now)


@network.post("/posts", status_code=201)
async def publish(
    turn: TurnDep,
    command: WritePost,
    idempotency_key: Annotated[
        str | None, Header(max_length=200, description="Class A: the same key, the same post.")
    ] = None,
) -> PostView:
    """Publish a post. Classes A, C, D and E."""
    command = turn.kept(command)
    made = await service.publish(turn.session, turn.own, command, key=idempotency_key, now=turn.now)
    return queries.show_post(made, turn.own.handle, turn.root)


@network.get("/posts")
async def posts(
    turn: TurnDep,
    ids: Annotated[list[UUID] | None, Query(max_length=50, description="Ids of posts.")] = None,
    external_id: Annotated[
        str | None, Query(max_length=200, description="Class C: the id you gave.")
    ] = None,
) -> list[PostView]:
    """Show posts with their counts, by id or, in class C, by `external_id`."""
    if external_id is not None:
        return await queries.posts_by_external_id(turn.session, turn.own, external_id, turn.root)
    await people.live(turn.session, turn.own, now=turn.now)
    return await queries.posts(turn.session, turn.own, ids or [], turn.root)


@network.get("/shown")
async def shown(
    turn: TurnDep,
    ids: Annotated[list[UUID], Query(max_length=50, description="Ids of posts.")],
) -> list[ShownView]:
    """Show posts as people see them; what is left out is not shown to anybody."""
    return await queries.shown(turn.session, turn.own, ids, turn.root)


@network.patch("/posts/{post_id}")
async def edit(turn: TurnDep, post_id: UUID, command: EditPost) -> PostView:
    """Change the text of a post."""
    command = turn.kept(command)
    post = await service.edit(turn.session, turn.own, post_id, command, now=turn.now)
    return queries.show_post(post, turn.own.handle, turn.root)


@network.delete("/posts/{post_id}", status_code=204)
async def remove(turn: TurnDep, post_id: UUID) -> None:
    """Delete a post."""
    await service.remove(turn.session, turn.own, post_id, now=turn.now)


@network.get("/me/posts")
async def own_posts(
    turn: TurnDep,
    since: Annotated[datetime | None, Query(description="Published at or after.")] = None,
    limit: Limit = 40,
) -> list[PostView]:
    """List what the account published, oldest first. Every class but E."""
    start = since or datetime(2020, 1, 1, tzinfo=UTC)
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return await queries.own_posts(turn.session, turn.own, since=start, limit=limit, root=turn.root)


@network.post("/containers", status_code=201)
async def prepare(turn: TurnDep, command: WritePost) -> ContainerView:
    """Prepare a post without publishing it. Class B."""
    made = await service.prepare(turn.session, turn.own, turn.kept(command), now=turn.now)
    return ContainerView(id=made.id, post=None)


@network.get("/containers/{container_id}")
async def container(turn: TurnDep, container_id: UUID) -> ContainerView:
    """Tell whether a container was published. Class B."""
    return await queries.container(turn.session, turn.own, container_id, turn.root)


@network.put("/containers/{container_id}/publish")
async def publish_container(turn: TurnDep, container_id: UUID) -> ContainerView:
    """Publish a container: once, however often it is asked. Class B."""
    made = await service.publish_container(
        turn.session, turn.own, container_id, kept=turn.kept, now=turn.now
    )
    shown = queries.show_post(made, turn.own.handle, turn.root)
    return ContainerView(id=container_id, post=shown)


@network.get("/notices")
async def notices(
    turn: TurnDep,
    since: Annotated[
        int, Query(ge=0, le=MOST_NUMBER, description="`next` of the page before.")
    ] = 0,
    limit: Limit = 40,
) -> NoticePage:
    """Tell what people said and did towards the account, oldest first."""
    await people.live(turn.session, turn.own, now=turn.now)
    return await queries.notices(turn.session, turn.own, since=since, limit=limit, root=turn.root)
