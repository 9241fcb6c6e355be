"""Pauses in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import One, edge
from domain.accounts.queries import accounts_by_id
from domain.accounts.shapes import AccountView
from domain.calendars.batches import calendars_by_id
from domain.calendars.shapes import CalendarView
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView
from domain.pauses import queries, service
from domain.pauses.shapes import PauseView
from domain.posts import pausing

PAUSE = derive(
    PauseView, "Pause", "What is kept from going out, and why.", find=queries.pauses_by_id
)
for relation, name, description in (
    (
        One(PauseView, CommunityView, "community_id", communities_by_id),
        "community",
        "The community that is paused, or whose calendar or account is.",
    ),
    (
        One(PauseView, CalendarView, "calendar_id", calendars_by_id),
        "calendar",
        "The calendar that is paused.",
    ),
    (
        One(PauseView, AccountView, "account_id", accounts_by_id),
        "account",
        "The account that is paused.",
    ),
):
    edge(relation, name, description)

QUERIES = (
    single("pause", PAUSE, queries.get_pause, "One pause. Needs `posts:read`.", prefix="pau"),
    listing(
        "pauses",
        PAUSE,
        queries.list_pauses,
        "Pauses, newest first. Needs `posts:read`.",
        filters={"is_open": "Only those that go on, or only those that ended."},
        order=Order(queries.NEWEST_FIRST.name, ("created_at", "id")),
    ),
)

MUTATIONS = (
    Mutation(
        "create_pause",
        service.create_pause,
        "Pauses a community, a calendar, an account or everything. Needs `posts:publish`.",
        gives=PAUSE,
        shown="pause",
    ),
    Mutation(
        "end_pause",
        pausing.end_pause,
        "Ends a pause, and says what becomes of what is overdue. Needs `posts:publish`.",
        prefix="pau",
        gives=PAUSE,
        shown="pause",
    ),
)
