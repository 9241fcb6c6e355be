"""The graph's one schema, assembled from the resources; `sdl()` is what `export` writes."""

from typing import Any

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField

from api.accounts import graph as accounts
from api.agenda import graph as agenda
from api.approvals import graph as approvals
from api.audit import graph as audit
from api.calendars import graph as calendars
from api.campaigns import graph as campaigns
from api.communities import graph as communities
from api.contacts import graph as contacts
from api.events import graph as events
from api.feeds import graph as feeds
from api.graph import codes, node
from api.graph.derive import fields_of
from api.graph.relations import join_edges
from api.graph.scalars import SCALARS
from api.ideas import candidates_graph as candidates
from api.ideas import graph as ideas
from api.identity import graph as identity
from api.imports import graph as imports
from api.media import albums_graph as albums
from api.media import graph as media
from api.media import operations_graph as operations
from api.mentions import graph as mentions
from api.metrics import graph as metrics
from api.networks import graph as networks
from api.occasions import graph as occasions
from api.pauses import graph as pauses
from api.plans import graph as plans
from api.plans import recurrences_graph as recurrences
from api.posts import adaptations_graph as adaptations
from api.posts import changes_graph as post_changes
from api.posts import graph as posts
from api.providers import graph as providers
from api.sources import graph as sources
from api.upkeep import graph as upkeep
from api.uploads import graph as uploads
from api.workspaces import experts_graph as experts
from api.workspaces import graph as workspaces
from api.workspaces import seats_graph as seats

RESOURCES = (
    workspaces,
    communities,
    networks,
    accounts,
    media,
    albums,
    operations,
    uploads,
    calendars,
    posts,
    post_changes,
    adaptations,
    approvals,
    upkeep,
    sources,
    pauses,
    agenda,
    campaigns,
    contacts,
    plans,
    feeds,
    occasions,
    recurrences,
    imports,
    mentions,
    ideas,
    candidates,
    metrics,
    events,
    audit,
    identity,
    providers,
    codes,
    seats,
    experts,
)


join_edges()


def _root(name: str, description: str, fields: list[StrawberryField]) -> Any:  # noqa: ANN401 - a type made at run time
    """A root type: the graph's own fields and every resource's."""
    made = strawberry.type(type(name, (), {}), description=description)
    fields_of(made).extend(fields)
    return made


schema = strawberry.Schema(
    query=_root(
        "Query",
        "Everything that can be read; each field names the scope it needs. Lists are connections "
        "that go forward, by `first` and `after`. There are no subscriptions: `events` with the "
        "last cursor brings what came since.",
        [*node.FIELDS, *(field for each in RESOURCES for field in each.QUERIES)],
    ),
    mutation=_root(
        "Mutation",
        "Everything that can be changed. Each is one transaction, committed before its answer.",
        [one.field() for each in RESOURCES for one in each.MUTATIONS],
    ),
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
core: GraphQLSchema = schema._schema  # noqa: SLF001 - Strawberry gives no public way to it


def sdl() -> str:
    return schema.as_str().rstrip() + "\n"
