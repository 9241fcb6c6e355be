"""Outside sign-in providers in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from domain.providers import queries, service
from domain.providers.shapes import SignInProviderView

PROVIDER = derive(
    SignInProviderView,
    "SignInProvider",
    "An outside OpenID provider that the workspace's people may sign in with.",
    find=queries.sign_in_providers_by_id,
)

QUERIES = (
    single(
        "sign_in_provider",
        PROVIDER,
        queries.get_sign_in_provider,
        "One sign-in provider. Needs `administration`.",
        prefix="sip",
    ),
    listing(
        "sign_in_providers",
        PROVIDER,
        queries.list_sign_in_providers,
        "The outside providers, the oldest first. Needs `administration`.",
        filters={},
        order=Order(queries.OLDEST_FIRST.name, ("id",)),
    ),
)

MUTATIONS = (
    Mutation(
        "create_sign_in_provider",
        service.create_sign_in_provider,
        "Adds an outside provider. Needs `administration`.",
        gives=PROVIDER,
        shown="sign_in_provider",
    ),
    Mutation(
        "change_sign_in_provider",
        service.change_sign_in_provider,
        "Changes only what is sent, or turns it off. Needs `administration`.",
        prefix="sip",
        gives=PROVIDER,
        shown="sign_in_provider",
        needs_version=True,
    ),
    Mutation(
        "remove_sign_in_provider",
        service.remove_sign_in_provider,
        "Removes one; who is who there is forgotten. Needs `administration`.",
        prefix="sip",
    ),
)
