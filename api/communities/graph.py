"""Communities in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from domain.communities import batches, queries, service
from domain.communities.shapes import CommunityView

COMMUNITY = derive(
    CommunityView,
    "Community",
    "People a brand gathers, and the zone their days are cut in.",
    find=batches.communities_by_id,
)

QUERIES = (
    single(
        "community",
        COMMUNITY,
        queries.get_community,
        "One community. Needs `communities:read`.",
        prefix="com",
    ),
    listing(
        "communities",
        COMMUNITY,
        queries.list_communities,
        "The communities. Needs `communities:read`.",
        filters={"is_archived": "Only archived ones, or only living ones."},
    ),
)

MUTATIONS = (
    Mutation(
        "create_community",
        service.create_community,
        "Makes a community. Needs `communities:write`.",
        gives=COMMUNITY,
        shown="community",
    ),
    Mutation(
        "change_community",
        service.change_community,
        "Changes only what is sent. Needs `communities:write`.",
        prefix="com",
        gives=COMMUNITY,
        shown="community",
        needs_version=True,
    ),
    Mutation(
        "remove_community",
        service.remove_community,
        "Removes an empty community; `in_use` while accounts or calendars belong to it. "
        "Needs `communities:write`.",
        prefix="com",
    ),
)
