"""Lets somebody in who has proved who they are."""

from collections.abc import Iterable
from uuid import UUID

from fastapi import Request, Response

from api.pages.browser import browser_of, entered, let_in, lifetimes, see
from api.pages.paths import local_path, with_next
from api.state import state_of
from domain.people.shapes import Method
from domain.people.sign_ins import begin_sign_in, end_sign_in


async def admit(
    request: Request,
    user_id: UUID,
    methods: Iterable[Method],
    next_path: str,
    *,
    workspace_id: UUID | None = None,
) -> Response:
    """Begins a sign-in under a new secret, and leads on: to a code first, where one is due.

    `workspace_id` is the only workspace it opens; None: any.
    """
    state, before = state_of(request), await entered(request)
    async with state.database.transaction(None) as session:
        if before is not None:
            await end_sign_in(session, before.user_id, before.sign_in_id)
        begun = await begin_sign_in(
            session,
            user_id,
            methods=methods,
            workspace_id=workspace_id,
            browser=browser_of(request),
            lifetimes=lifetimes(state.settings),
            now=request.state.now,
        )
    target = local_path(next_path)
    response = see(request, with_next("/sign-in/code", target) if begun.awaits_code else target)
    let_in(request, response, begun.secret)
    return response
