"""/account: a person's own page."""

from fastapi import APIRouter, Request, Response

from api.pages.browser import render, require_sign_in
from api.pages.routes import PageRoute
from api.state import state_of
from domain.people.queries import user_view

router = APIRouter(prefix="/account", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show_account(request: Request) -> Response:
    found = await require_sign_in(request)
    async with state_of(request).database.transaction(None) as session:
        person = await user_view(session, found.user_id)
    return render(request, "people/account.html", person=person)
