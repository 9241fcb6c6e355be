"""The agenda in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing
from api.graph.pages import Order
from domain.agenda import queries
from domain.agenda.shapes import AgendaItemView

ITEM = derive(AgendaItemView, "AgendaItem", "Something that comes next, or waits for somebody.")

QUERIES = (
    listing(
        "agenda",
        ITEM,
        queries.list_agenda,
        "Posts that fall due or are to be looked at again, open reviews, proposed updates, what is "
        "held, failed, in doubt or shown otherwise than it was sent, accounts that cannot speak, "
        "sources that cannot be read, work at which Parvis itself breaks: in one list, by moment. "
        "Needs `posts:read` and `accounts:read`.",
        filters={
            "since": "The first moment; left out: 30 days ago.",
            "until": "The end, at most 400 days later; left out: in a week.",
            "kinds": "Only these kinds.",
            "community_ids": "Only of these communities.",
        },
        order=Order(queries.SORT, ("at", "subject_id", "kind")),
    ),
)
MUTATIONS: tuple[Mutation, ...] = ()
