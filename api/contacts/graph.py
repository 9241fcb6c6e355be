"""Contacts in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from domain.contacts import queries, service
from domain.contacts.shapes import ContactView

CONTACT = derive(
    ContactView,
    "Contact",
    "A person or organisation that posts name.",
    find=queries.contacts_by_id,
)

QUERIES = (
    single(
        "contact", CONTACT, queries.get_contact, "One contact. Needs `posts:read`.", prefix="con"
    ),
    listing(
        "contacts",
        CONTACT,
        queries.list_contacts,
        "The contacts, in the order of their keys. Needs `posts:read`.",
        filters={"contact_keys": "Only these keys."},
        order=Order(queries.BY_KEY.name, ("key", "id")),
    ),
)

MUTATIONS = (
    Mutation(
        "create_contact",
        service.create_contact,
        "Makes a contact that posts name as `@{key}`. Needs `posts:write`.",
        gives=CONTACT,
        shown="contact",
    ),
    Mutation(
        "change_contact",
        service.change_contact,
        "Changes only what is sent; what has not gone out yet names it anew. Needs `posts:write`.",
        prefix="con",
        gives=CONTACT,
        shown="contact",
        needs_version=True,
    ),
    Mutation(
        "remove_contact",
        service.remove_contact,
        "Removes a contact; what is planned already goes on to name it. Needs `posts:write`.",
        prefix="con",
    ),
)
