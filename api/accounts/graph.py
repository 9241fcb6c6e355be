"""Accounts in the graph."""

from api.accounts import loaders
from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.relations import edge
from domain.accounts import queries, service
from domain.accounts.shapes import AccountView

ACCOUNT = derive(
    AccountView,
    "Account",
    "An account on a network. No credential is ever shown.",
    find=queries.accounts_by_id,
)

edge(
    loaders.accounts_by_community,
    "accounts",
    "The accounts that speak for it, oldest first. Needs `accounts:read`.",
)
edge(
    loaders.community_by_account,
    "community",
    "The community it speaks for. Needs `communities:read`.",
)

QUERIES = (
    single(
        "account",
        ACCOUNT,
        queries.get_account,
        "One account. Needs `accounts:read`.",
        prefix="acct",
    ),
    listing(
        "accounts",
        ACCOUNT,
        queries.list_accounts,
        "The accounts. Needs `accounts:read`.",
        filters={
            "community_ids": "Only of these communities.",
            "networks": "Only on these networks, by key.",
            "states": "Only in these states.",
        },
    ),
)

MUTATIONS = (
    Mutation(
        "connect_account",
        service.connect_account,
        "Connects an account; a worker speaks to the network. Needs `accounts:write`.",
        gives=ACCOUNT,
        shown="account",
    ),
    Mutation(
        "reconnect_account",
        service.reconnect_account,
        "Connects an account again, with a new login. Needs `accounts:write`.",
        prefix="acct",
        gives=ACCOUNT,
        shown="account",
    ),
    Mutation(
        "change_account",
        service.change_account,
        "Changes only what is sent. Needs `accounts:write`.",
        prefix="acct",
        gives=ACCOUNT,
        shown="account",
        needs_version=True,
    ),
    Mutation(
        "check_account",
        service.check_account,
        "Has a worker see whether we still have access. Needs `accounts:write`.",
        prefix="acct",
        gives=ACCOUNT,
        shown="account",
    ),
    Mutation(
        "remove_account",
        service.remove_account,
        "Removes an account and its credentials; what it published stays. Needs `accounts:write`.",
        prefix="acct",
    ),
)
