"""Requests to experts in the graph."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from api.workspaces import loaders
from api.workspaces.subjects import find_subject
from domain.kernel.caller import Caller
from domain.kernel.clock import utc_now
from domain.workspaces import expert_queries, experts
from domain.workspaces.expert_shapes import CreateExpertRequest, ExpertRequestView
from domain.workspaces.letters import Doors

ASKING = (
    "The scopes are `mentions:read` and `mentions:write` about a mention, `posts:read` and "
    "`posts:write` about a post."
)
SEEING = "Those about mentions need `mentions:read`, those about posts `posts:read`."


async def _by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> Mapping[UUID, ExpertRequestView]:
    return await expert_queries.expert_requests_by_id(
        session, caller, ids, now=caller.moment(utc_now())
    )


async def _one(session: AsyncSession, caller: Caller, id_: UUID) -> ExpertRequestView:
    return await expert_queries.get_expert_request(
        session, caller, id_, now=caller.moment(utc_now())
    )


async def _ask(
    session: AsyncSession,
    caller: Caller,
    command: CreateExpertRequest,
    *,
    doors: Doors,
    now: datetime,
) -> ExpertRequestView:
    return await experts.create_expert_request(
        session, caller, command, find_subject=find_subject, doors=doors, now=now
    )


EXPERT_REQUEST = derive(
    ExpertRequestView,
    "ExpertRequest",
    "What an expert without a seat is asked about a post or a mention.",
    find=_by_id,
)

for relation, name, description in (
    (loaders.asker_by_request, "asker", "Who asks. Needs `members:read`."),
    (loaders.member_by_request, "member", "Who is asked, as a member. Needs `members:read`."),
    (loaders.community_by_request, "community", "Its community. Needs `communities:read`."),
):
    edge(relation, name, description)

QUERIES = (
    single("expert_request", EXPERT_REQUEST, _one, f"One request. {SEEING}", prefix="xrq"),
    listing(
        "expert_requests",
        EXPERT_REQUEST,
        expert_queries.list_expert_requests,
        f"The requests to experts, in the order they were made. {SEEING}",
        filters={
            "states": "Only in these states.",
            "subjects": "Only about these posts and mentions.",
        },
        order=Order(expert_queries.IN_ORDER.name, ("id",)),
    ),
)

MUTATIONS = (
    Mutation(
        "create_expert_request",
        _ask,
        f"Asks an expert by mail, who answers without a seat. {ASKING}",
        gives=EXPERT_REQUEST,
        shown="expert_request",
    ),
    Mutation(
        "remind_expert",
        experts.remind_expert,
        f"Sends a new link; the one before counts no longer. {ASKING}",
        prefix="xrq",
        gives=EXPERT_REQUEST,
        shown="expert_request",
    ),
    Mutation(
        "withdraw_expert_request",
        experts.withdraw_expert_request,
        f"Withdraws a request: its link counts no longer. {ASKING}",
        prefix="xrq",
        gives=EXPERT_REQUEST,
        shown="expert_request",
    ),
)
