"""Applications, keys, tokens and grants in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from domain.identity import applications, grants, keys, queries, service
from domain.identity.shapes import (
    ApiKeyView,
    ApplicationView,
    GrantView,
    NewApiKey,
    NewSecret,
    TokenView,
)

OWN = "The member's own; those of all with `administration`."

APPLICATION = derive(
    ApplicationView,
    "Application",
    "A program that this workspace registered to act by OAuth.",
    find=queries.applications_by_id,
)
TOKEN = derive(
    TokenView, "Token", "An access token, or one of an operator.", find=queries.tokens_by_id
)
API_KEY = derive(ApiKeyView, "ApiKey", "A member's own key.", find=queries.api_keys_by_id)
GRANT = derive(
    GrantView, "Grant", "A member's consent to an application.", find=queries.grants_by_id
)
NEW_API_KEY = derive(NewApiKey, "NewApiKey", "A key and its value, shown only once.")
NEW_SECRET = derive(NewSecret, "NewSecret", "A client secret and its value, shown only once.")

QUERIES = (
    single(
        "application",
        APPLICATION,
        queries.get_application,
        "One application. Needs `administration`.",
        prefix="app",
    ),
    listing(
        "applications",
        APPLICATION,
        queries.list_applications,
        "The applications this workspace registered. Needs `administration`.",
        filters={},
        order=Order(queries.APPLICATION_ORDER.name, ("id",)),
    ),
    single("token", TOKEN, queries.get_token, f"One token. {OWN}", prefix="tok"),
    listing(
        "tokens",
        TOKEN,
        queries.list_tokens,
        f"Tokens. {OWN}",
        filters={},
        order=Order(queries.TOKEN_ORDER.name, ("id",)),
    ),
    single("api_key", API_KEY, queries.get_api_key, f"One API key. {OWN}", prefix="key"),
    listing(
        "api_keys",
        API_KEY,
        queries.list_api_keys,
        f"API keys. {OWN}",
        filters={},
        order=Order(queries.KEY_ORDER.name, ("id",)),
    ),
    single("grant", GRANT, queries.get_grant, f"One grant. {OWN}", prefix="grant"),
    listing(
        "grants",
        GRANT,
        queries.list_grants,
        f"Which applications have access. {OWN}",
        filters={},
        order=Order(queries.GRANT_ORDER.name, ("id",)),
    ),
)

MUTATIONS = (
    Mutation(
        "create_application",
        applications.create_application,
        "Registers an application. Needs `administration`.",
        gives=APPLICATION,
        shown="application",
    ),
    Mutation(
        "change_application",
        applications.change_application,
        "Changes only what is sent, or suspends it. Needs `administration`.",
        prefix="app",
        gives=APPLICATION,
        shown="application",
        needs_version=True,
    ),
    Mutation(
        "remove_application",
        applications.remove_application,
        "Removes an application; its tokens end within a second. Needs `administration`.",
        prefix="app",
    ),
    Mutation(
        "create_application_secret",
        applications.create_application_secret,
        "Makes a client secret; older ones work on for the overlap. Needs `administration`.",
        prefix="app",
        gives=NEW_SECRET,
        shown="secret",
    ),
    Mutation(
        "revoke_application_secret",
        applications.revoke_application_secret,
        "Ends a client secret at once. Needs `administration`.",
        prefix="sec",
    ),
    Mutation(
        "create_api_key",
        keys.create_api_key,
        "Makes a key of the member who asks, for no more than the token may do that makes it.",
        gives=NEW_API_KEY,
        shown="api_key",
    ),
    Mutation("revoke_api_key", service.revoke_api_key, f"Revokes a key. {OWN}", prefix="key"),
    Mutation("revoke_token", service.revoke_token, f"Revokes a token. {OWN}", prefix="tok"),
    Mutation(
        "revoke_grant",
        grants.revoke_grant,
        f"Shuts an application out: what came of the grant ends. {OWN}",
        prefix="grant",
    ),
)
