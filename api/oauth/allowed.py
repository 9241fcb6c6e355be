"""/account/applications: what somebody let in, in each of their workspaces, and a way to end it.

Nobody needs a token to take back what they gave on our pages.
"""

from contextlib import suppress
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.pages.browser import render, require_entry, see
from api.pages.forms import sent
from api.pages.routes import PageRoute
from api.pages.words import language_of
from api.state import State, state_of
from domain.communities.batches import communities_by_id
from domain.identity.grants import revoke_grant
from domain.identity.queries import list_grants
from domain.identity.scopes import WORDS, described
from domain.identity.shapes import GrantView
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotFound
from domain.kernel.ids import read, show
from domain.kernel.languages import Language
from domain.kernel.pages import MAX_LIMIT, PageRequest
from domain.people.shapes import SignedIn
from domain.workspaces.queries import memberships, standing
from domain.workspaces.shapes import Membership

PATH = "/account/applications"

router = APIRouter(prefix=PATH, route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Allowed:
    """One application in one workspace, as its page shows it; `only` is empty for all it sees."""

    workspace: str
    house: str
    grant: GrantView
    id: str
    may: tuple[str, ...]
    only: tuple[str, ...]


@router.get("")
async def show_applications(request: Request) -> Response:
    person, state = await require_entry(request), state_of(request)
    language = language_of(request)
    allowed = [
        each
        for house in await _houses(state, person)
        for each in await _allowed(state, house, language)
    ]
    return render(request, "oauth/applications.html", allowed=allowed)


@router.post("/end")
async def end_one(request: Request) -> Response:
    """Ends a grant of the person's own; one that is none, or no more, is ended already."""
    person, state = await require_entry(request), state_of(request)
    workspace_id, id_ = read("ws", sent(request, "house")), read("grant", sent(request, "id"))
    for house in await _houses(state, person):
        if house.workspace_id == workspace_id:
            async with state.database.transaction(workspace_id) as session:
                with suppress(NotFound):
                    await revoke_grant(session, _member(house), id_, now=request.state.now)
    return see(request, PATH)


async def _houses(state: State, person: SignedIn) -> list[Membership]:
    """The workspaces of the person; the one alone whose provider vouched for them."""
    async with state.database.transaction(None) as session:
        found = await memberships(session, person.user_id)
    return [each for each in found if person.workspace_id in {None, each.workspace_id}]


async def _allowed(state: State, house: Membership, language: Language) -> list[Allowed]:
    """The first hundred: ended ones make room for the rest."""
    caller = _member(house)
    async with state.database.transaction(house.workspace_id) as session:
        grants = (await list_grants(session, caller, PageRequest(MAX_LIMIT))).data
        seen = await standing(session, house.member_id)
    if not grants or seen is None:
        return []
    reader = Caller(
        house.workspace_id,
        caller.actor,
        frozenset({Scope.COMMUNITIES_READ}),
        member_id=house.member_id,
        communities=seen.communities,
    )
    held = {id_ for grant in grants for id_ in grant.communities or ()}
    async with state.database.acting(reader) as session:
        names = {
            id_: view.name
            for id_, view in (await communities_by_id(session, reader, sorted(held))).items()
        }
    return [
        Allowed(
            workspace=show("ws", house.workspace_id),
            house=house.workspace_name,
            grant=grant,
            id=show("grant", grant.id),
            may=tuple(described(each, language) for each in WORDS if each in grant.scopes),
            only=tuple(names.get(id_, show("com", id_)) for id_ in grant.communities or ()),
        )
        for grant in grants
    ]


def _member(house: Membership) -> Caller:
    """The member themselves, who needs no scope for what is their own."""
    return Caller(
        house.workspace_id,
        f"member:{show('mem', house.member_id)}",
        frozenset(),
        member_id=house.member_id,
    )
