"""Relations of accounts."""

from api.graph.pages import Order
from api.graph.relations import Many, One
from domain.accounts import queries
from domain.accounts.consent_shapes import ConsentView
from domain.accounts.shapes import AccountView
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView

accounts_by_community = Many(
    owner=CommunityView,
    target=AccountView,
    order=Order(queries.AccountSort.CREATED, ("created_at", "id")),
    page_size=20,
    first=queries.accounts_by_community,
    more=lambda session, caller, owner, page: queries.list_accounts(
        session, caller, page, community_ids=[owner]
    ),
)
community_by_account = One(AccountView, CommunityView, "community_id", communities_by_id)
account_by_consent = One(ConsentView, AccountView, "account_id", queries.accounts_by_id)
