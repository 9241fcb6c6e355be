"""Posts, variants and deliveries in the graph; `changes_graph` changes them."""

from typing import Any

import strawberry

from api.graph.arguments import Arguments
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import argument, asking
from api.graph.ids import read_id
from api.graph.lists import judging, listing, single
from api.graph.pages import Listed, Order, connection, page_request, paging
from api.graph.relations import edge
from api.graph.scalars import WallTime
from api.posts import loaders
from api.posts.said import VERSION
from domain.kernel.searching import FOUND_BY
from domain.posts import batches, delivery_queries, queries, showing, versions
from domain.posts.delivery_shapes import AttemptView, DeliveryView
from domain.posts.judging import validate_post
from domain.posts.shapes import ApprovalView, PostView, VariantView
from domain.posts.validation_shapes import ValidatePost, ValidationView
from domain.posts.version_shapes import ComparisonView
from domain.posts.window import SORT, EntryPage, EntryView, Window, read_window

SAYING = f"Only with these words in title, text or what accounts say of their own. {FOUND_BY}"
POST = derive(
    PostView,
    "Post",
    "Something a community is told, planned once and said by several accounts.",
    find=batches.posts_by_id,
    as_types={"wall_time": WallTime | None},
)
derive(VariantView, "Variant", "A post as one account says it.")
DELIVERY = derive(
    DeliveryView,
    "Delivery",
    "One outward act of one account, and how far it is.",
    find=delivery_queries.deliveries_by_id,
)
derive(ApprovalView, "Approval", "How the approval of what a post says now stands.")
COMPARISON = derive(ComparisonView, "Comparison", "What changed between two versions of a post.")
derive(AttemptView, "Attempt", "What one try at a delivery did.")
ENTRY = derive(EntryView, "Entry", "A planned post as a calendar shows it.")
BY_MOMENT = Order(SORT, ("publish_at", "id"))
VALIDATION = derive(ValidationView, "Validation", "Whether networks would take a post.")

for relation, name, description in (
    (loaders.posts_by_community, "posts", "Its posts, newest first."),
    (loaders.posts_by_calendar, "posts", "The posts in it, newest first."),
    (loaders.calendar_by_post, "calendar", "The calendar it stands in. Needs `calendars:read`."),
    (loaders.community_by_post, "community", "Whom it speaks to. Needs `communities:read`."),
    (loaders.media_by_post, "media", "Its pictures and videos, in order."),
    (loaders.variants_by_post, "variants", "What each account says."),
    (loaders.deliveries_by_post, "deliveries", "What goes out, or went; withdrawals too."),
    (loaders.approval_by_post, "approval", "How its approval stands."),
    (loaders.versions_by_post, "versions", "What it said, the newest first: as it is now."),
    (loaders.account_by_variant, "account", "The account that says it. Needs `accounts:read`."),
    (loaders.post_by_variant, "post", "The post it says."),
    (loaders.media_by_variant, "media", "Its own pictures and videos; empty: the post's."),
    (loaders.account_by_delivery, "account", "The account that speaks. Needs `accounts:read`."),
    (loaders.post_by_delivery, "post", "The post it brings out; null for answers."),
    (loaders.post_by_entry, "post", "The post itself. Needs `posts:read`."),
    (loaders.attempts_by_delivery, "tries", "Every attempt and look-up, first to last."),
):
    edge(relation, name, description)

POST_FILTERS = {
    "states": "Only in these states.",
    "community_ids": "Only of these communities.",
    "calendar_ids": "Only in these calendars.",
    "pillar_ids": "Only on these pillars.",
    "campaign_ids": "Only for these campaigns.",
    "account_ids": "Only said by these accounts.",
    "networks": "Only said on these networks.",
    "labels": "With at least one of these labels.",
    "since": "Planned from this moment on.",
    "until": "Planned before this moment.",
    "recurrence_ids": "Only made of these recurrences.",
    "is_stale": "Only what may no longer hold, or only the others.",
    "words": SAYING,
}

WINDOW = Arguments(
    Window,
    {
        "since": "The first moment of the window.",
        "until": "The end of the window, at most 400 days later.",
        "calendar_ids": "Only in these calendars.",
        "community_ids": "Only of these communities.",
        "states": "Only in these states.",
        "pillar_ids": "Only on these pillars.",
        "campaign_ids": "Only for these campaigns.",
        "labels": "With at least one of these labels.",
        "account_ids": "Only said by these accounts.",
        "networks": "Only said on these networks.",
        "words": SAYING,
    },
)


COMPARED = Arguments(
    versions.compare_versions,
    {"other_id": "The other version of the same post; left out: what it says now."},
)


async def _compare(_: object, context: Context, given: dict[str, Any]) -> ComparisonView:
    id_ = read_id("pver", "id", given["id"])
    async with context.turn() as session:
        return await versions.compare_versions(
            session, context.caller, id_, **COMPARED.bound(given)
        )


async def _entries(_: object, context: Context, given: dict[str, Any]) -> Listed:
    request = page_request(given["first"], given.get("after") or None)
    window = Window(**WINDOW.bound(given))
    found = await read_window(context.database, context.caller, window, request)
    page = EntryPage.model_validate_json(found.body)
    return Listed(page.data, BY_MOMENT, page.page.has_more, request.cursor)


QUERIES = (
    single("post", POST, showing.get_post, "One post. Needs `posts:read`.", prefix="post"),
    listing(
        "posts",
        POST,
        queries.list_posts,
        "The posts; sorted by PUBLISH, those that are planned. Needs `posts:read`.",
        filters=POST_FILTERS,
    ),
    single(
        "post_version",
        VERSION,
        versions.get_version,
        "One version of a post. Needs `posts:read`.",
        prefix="pver",
    ),
    asking(
        "compare_post_versions",
        COMPARISON | None,
        "What changed between two versions of a post, texts word by word. Needs `posts:read`.",
        _compare,
        [argument("id", strawberry.ID, "Its id, `pver_…`."), *COMPARED.listed],
    ),
    single(
        "delivery",
        DELIVERY,
        delivery_queries.get_delivery,
        "One delivery. Needs `posts:read`.",
        prefix="dlv",
    ),
    listing(
        "deliveries",
        DELIVERY,
        delivery_queries.list_deliveries,
        "The deliveries, newest first. Needs `posts:read`.",
        filters={
            "states": "Only in these states.",
            "kinds": "Only of these kinds.",
            "account_ids": "Only of these accounts.",
            "post_ids": "Only of these posts.",
            "since": "Due from this moment on.",
            "until": "Due before this moment.",
            "networks": "Only on these networks.",
            "community_ids": "Only of accounts of these communities.",
            "codes": "Only where this is what went wrong, such as `network.grant_expired`.",
            "has_drift": "Whether something else is shown than was sent, and nobody accepted it.",
        },
        order=Order(delivery_queries.DELIVERIES_DOWN.name, ("created_at", "id")),
    ),
    asking(
        "entries",
        connection(ENTRY) | None,
        "What is planned between two moments, by moment: the calendar view. Needs "
        "`calendars:read`.",
        _entries,
        [*paging(50), *WINDOW.listed],
    ),
    judging(
        "validate_post",
        VALIDATION,
        ValidatePost,
        validate_post,
        "Text and media counted as each network counts them, all misfits at once; nothing is "
        "stored. Needs `posts:read`.",
    ),
)

MUTATIONS = ()
