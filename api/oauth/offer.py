"""What a member could let a client do in a workspace: the least of what is asked and allowed."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from api.oauth.visit import Visit
from api.state import State
from domain.communities.queries import CommunitySort, list_communities
from domain.communities.shapes import CommunityView
from domain.identity.consenting import grant_to
from domain.identity.rules import listed
from domain.identity.scopes import OPENID_SCOPES
from domain.identity.shapes import GrantView
from domain.kernel.caller import SET_ASIDE, Caller, Scope, held_to
from domain.kernel.ids import show
from domain.kernel.pages import MAX_LIMIT, PageRequest
from domain.workspaces.queries import standing
from domain.workspaces.shapes import Membership

MOST_COMMUNITIES = 500
ALWAYS = frozenset({"openid", "offline_access"})
"""Asked and given together: a sign-in, and that it lasts."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`scopes` can be given, `beyond` not in the member's role; `before` was given already."""

    house: Membership
    scopes: frozenset[str]
    beyond: frozenset[str]
    communities: tuple[CommunityView, ...]
    before: GrantView | None

    @property
    def is_empty(self) -> bool:
        return not self.scopes

    def is_covered(self, visit: Visit) -> bool:
        """Whether the member said yes to all of it before, and may be spared the question.

        Never for public clients with an address that others can take (RFC 8252, 8.6), nor for
        devices: whoever was sent letters by a stranger has to see what they let in (RFC 8628, 5.4).
        """
        client, redirect_uri = visit.client, visit.asked.parameters.get("redirect_uri", "")
        is_known = client.is_confidential or redirect_uri.startswith("https:")
        is_asked = visit.is_of_device or bool({"consent", "select_account"} & visit.prompts)
        given = frozenset(self.before.scopes if self.before else ())
        again = self.given_again
        return is_known and not is_asked and bool(again) and again <= given

    @property
    def given_again(self) -> frozenset[str]:
        """What an earlier yes can cover: one that holds to some communities gave no more."""
        return narrowed(self.scopes, listed(self.before.communities if self.before else None))

    @property
    def held_before(self) -> frozenset[str]:
        """The communities, as shown, that the member held the client to; none: to no one."""
        before = self.before.communities if self.before else None
        return frozenset(show("com", each) for each in before or ())


async def make_offer(state: State, visit: Visit, house: Membership) -> Offer | None:
    """None when the member is gone meanwhile."""
    async with state.database.transaction(house.workspace_id) as session:
        found = await standing(session, house.member_id)
        before = await grant_to(session, visit.client, house.member_id)
    if found is None:
        return None
    asked = visit.scopes - SET_ASIDE.difference(before.scopes if before else ())
    allowed = asked & (found.scopes | frozenset(OPENID_SCOPES)) & visit.client.scopes
    caller = Caller(
        house.workspace_id,
        f"member:{show('mem', house.member_id)}",
        frozenset({Scope.COMMUNITIES_READ}),
        member_id=house.member_id,
        communities=found.communities,
    )
    async with state.database.acting(caller) as session:
        communities = await _communities(session, caller)
    beyond = asked - allowed
    return Offer(house, frozenset(allowed), beyond, tuple(communities), before)


def narrowed(scopes: frozenset[str], communities: frozenset[UUID] | None) -> frozenset[str]:
    """What can be given for some communities alone."""
    known = frozenset(Scope)
    lost = known - held_to(known, communities)
    return scopes - lost


async def _communities(session: AsyncSession, caller: Caller) -> list[CommunityView]:
    found: list[CommunityView] = []
    cursor = None
    while len(found) < MOST_COMMUNITIES:
        page = await list_communities(
            session,
            caller,
            PageRequest(MAX_LIMIT, cursor),
            sort=CommunitySort.NAME,
            is_archived=False,
        )
        found.extend(page.data)
        cursor = page.page.next_cursor
        if not page.page.has_more:
            break
    return found
