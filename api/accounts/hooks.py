"""/hooks/{workspace}/{account}: what a network calls by itself, signed and without a token."""

from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.state import state_of
from domain.accounts.hooks import greet, hear
from domain.kernel.ids import AccountId, WorkspaceId

router = APIRouter(include_in_schema=False)


@router.post("/hooks/{workspace_id}/{account_id}", status_code=HTTPStatus.NO_CONTENT)
async def hook(request: Request, workspace_id: WorkspaceId, account_id: AccountId) -> Response:
    """The body is bounded by the edge, and believed only as far as it is signed: else 404."""
    state, body = state_of(request), await request.body()
    async with state.database.transaction(workspace_id) as session:
        await hear(
            session,
            workspace_id,
            account_id,
            request.headers,
            body,
            keys=state.keys,
            now=datetime.now(UTC),
        )
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/hooks/{workspace_id}/{account_id}")
async def greeted(request: Request, workspace_id: WorkspaceId, account_id: AccountId) -> Response:
    """What a network asks for before it calls, in plain text; else 404."""
    state, query = state_of(request), request.query_params
    async with state.database.transaction(workspace_id) as session:
        told = await greet(session, workspace_id, account_id, query, keys=state.keys)
    return PlainTextResponse(told, headers={"X-Content-Type-Options": "nosniff"})
