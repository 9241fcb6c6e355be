"""Accounts in the graph."""

from typing import Any

import strawberry

from api.accounts import loaders
from api.accounts.budgets import ValkeyCounters
from api.accounts.waiting import patience, watch
from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import argument, asking
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from domain.accounts import consents, queries, service
from domain.accounts.budgets import AccountBudgetsView, budgets_of
from domain.accounts.consent_shapes import ConsentView
from domain.accounts.shapes import AccountView
from domain.kernel.ids import read
from domain.posts import refitting, removing

ACCOUNT = derive(
    AccountView,
    "Account",
    "An account on a network. No credential is ever shown.",
    find=queries.accounts_by_id,
)

BUDGETS = derive(AccountBudgetsView, "AccountBudgets", "What is left of an account's rate budgets.")

CONSENT = derive(
    ConsentView,
    "Consent",
    "A person's way through a network's own page, which connects an account.",
    find=consents.consents_by_id,
)

edge(
    loaders.account_by_consent,
    "account",
    "The account that is connected again, or that came of it. Needs `accounts:read`.",
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


async def _settled(context: Context, view: AccountView) -> AccountView:
    wait_s = patience(context.prefer)
    return await watch(context.database, context.caller, view, wait_s=wait_s)


async def _budgets(_: object, context: Context, given: dict[str, Any]) -> AccountBudgetsView:
    async with context.turn() as session:
        account = await queries.get_account(session, context.caller, read("acct", given["id"]))
    return await budgets_of(account, ValkeyCounters(context.state.redis), now=context.now)


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
    asking(
        "account_budgets",
        BUDGETS | None,
        "What is left of an account's rate budgets, and until when it waits for them; "
        "`dependency.away` while nobody can tell. Needs `accounts:read`.",
        _budgets,
        [argument("id", strawberry.ID, "The account's id, `acct_…`.")],
    ),
    single(
        "consent",
        CONSENT,
        consents.get_consent,
        "One consent. Needs `accounts:read`.",
        prefix="cns",
    ),
    listing(
        "consents",
        CONSENT,
        consents.list_consents,
        "The consents, newest first. Needs `accounts:read`.",
        filters={},
        order=Order(consents.NEWEST_FIRST.name, ("created_at", "id")),
    ),
)

MUTATIONS = (
    Mutation(
        "connect_account",
        service.connect_account,
        "Connects an account; a worker speaks to the network. With the header `Prefer: wait=5` "
        "the answer waits for the outcome, 10 seconds at most. Needs `accounts:write`.",
        gives=ACCOUNT,
        shown="account",
        then=_settled,
    ),
    Mutation(
        "reconnect_account",
        service.reconnect_account,
        "Connects an account again, with a new login; waits as `connectAccount` does. Needs "
        "`accounts:write`.",
        prefix="acct",
        gives=ACCOUNT,
        shown="account",
        then=_settled,
    ),
    Mutation(
        "change_account",
        refitting.change_account,
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
        "pull_account",
        service.pull_account,
        "Has a worker read its inbox at once. Needs `accounts:write`.",
        prefix="acct",
        gives=ACCOUNT,
        shown="account",
    ),
    Mutation(
        "remove_account",
        removing.remove_account,
        "Removes an account and its credentials; what it published stays. What waits for it is "
        "decided on by `waiting`, or it is refused. Needs `accounts:write`.",
        prefix="acct",
    ),
    Mutation(
        "begin_consent",
        consents.begin_consent,
        "Begins a consent at the network's own page; send a person to `startUrl`. Needs "
        "`accounts:write`.",
        gives=CONSENT,
        shown="consent",
    ),
    Mutation(
        "choose_place",
        consents.choose_place,
        "Says which of the `places` becomes the account, while it is `CHOOSING`. Needs "
        "`accounts:write`.",
        prefix="cns",
        gives=CONSENT,
        shown="consent",
    ),
    Mutation(
        "cancel_consent",
        consents.cancel_consent,
        "Cancels a consent: whoever is on the way comes back in vain. Needs `accounts:write`.",
        prefix="cns",
    ),
)
