"""Relations of posts, variants and deliveries."""

from api.graph.pages import Order
from api.graph.relations import Many, One, Some, rest_of_whole, whole
from domain.accounts.queries import accounts_by_id
from domain.accounts.shapes import AccountView
from domain.calendars.batches import calendars_by_id
from domain.calendars.shapes import CalendarView
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView
from domain.media.queries import media_by_id
from domain.media.shapes import MediaView
from domain.posts import adaptations, batches, delivery_queries, queries, versions
from domain.posts.adaptation_shapes import AdaptationView
from domain.posts.delivery_shapes import AttemptView, DeliveryView
from domain.posts.queries import PostFilter, PostSort
from domain.posts.shapes import ApprovalView, PostView, VariantView
from domain.posts.version_shapes import PostVersionView
from domain.posts.window import EntryView

NEWEST_FIRST = Order(PostSort.CREATED_DOWN, ("created_at", "id"))
ADAPTATIONS = Order(adaptations.AS_MADE.name, ("id",))
VARIANTS = Order("variants.id", ("id",))
DELIVERIES = Order(delivery_queries.AS_MADE.name, ("id",))
ATTEMPTS = Order(delivery_queries.AS_TRIED.name, ("id",))
NEWEST_VERSION = Order(versions.NEWEST_FIRST.name, ("id",))

posts_by_community = Many(
    name="posts_by_community",
    owner=CommunityView,
    target=PostView,
    order=NEWEST_FIRST,
    page_size=20,
    first=batches.posts_by_community,
    more=lambda session, caller, owner, page: queries.list_posts(
        session, caller, page, where=PostFilter(community_ids=[owner])
    ),
)
posts_by_calendar = Many(
    name="posts_by_calendar",
    owner=CalendarView,
    target=PostView,
    order=NEWEST_FIRST,
    page_size=20,
    first=batches.posts_by_calendar,
    more=lambda session, caller, owner, page: queries.list_posts(
        session, caller, page, where=PostFilter(calendar_ids=[owner])
    ),
)
community_by_post = One(
    name="community_by_id",
    owner=PostView,
    target=CommunityView,
    key="community_id",
    find=communities_by_id,
)
calendar_by_post = One(
    name="calendar_by_id",
    owner=PostView,
    target=CalendarView,
    key="calendar_id",
    find=calendars_by_id,
)
media_by_post = Some(
    name="media_by_id",
    owner=PostView,
    target=MediaView,
    key="media_ids",
    find=media_by_id,
)
adaptations_by_post = Many(
    name="adaptations_by_post",
    owner=PostView,
    target=AdaptationView,
    order=ADAPTATIONS,
    page_size=10,
    first=whole(batches.adaptations_by_post),
    more=rest_of_whole(batches.adaptations_by_post, ADAPTATIONS),
)
post_by_adaptation = One(
    name="post_by_id",
    owner=AdaptationView,
    target=PostView,
    key="post_id",
    find=batches.posts_by_id,
)
media_by_adaptation = Some(
    name="media_by_id",
    owner=AdaptationView,
    target=MediaView,
    key="media_ids",
    find=media_by_id,
)
variants_by_post = Many(
    name="variants_by_post",
    owner=PostView,
    target=VariantView,
    order=VARIANTS,
    page_size=10,
    first=whole(batches.variants_by_post),
    more=rest_of_whole(batches.variants_by_post, VARIANTS),
)
deliveries_by_post = Many(
    name="deliveries_by_post",
    owner=PostView,
    target=DeliveryView,
    order=DELIVERIES,
    page_size=10,
    first=whole(delivery_queries.deliveries_by_post),
    more=rest_of_whole(delivery_queries.deliveries_by_post, DELIVERIES),
)
account_by_variant = One(
    name="account_by_id",
    owner=VariantView,
    target=AccountView,
    key="account_id",
    find=accounts_by_id,
)
post_by_variant = One(
    name="post_by_id",
    owner=VariantView,
    target=PostView,
    key="post_id",
    find=batches.posts_by_id,
)
media_by_variant = Some(
    name="media_by_id",
    owner=VariantView,
    target=MediaView,
    key="media_ids",
    find=media_by_id,
)
account_by_delivery = One(
    name="account_by_id",
    owner=DeliveryView,
    target=AccountView,
    key="account_id",
    find=accounts_by_id,
)
post_by_delivery = One(
    name="post_by_id",
    owner=DeliveryView,
    target=PostView,
    key="post_id",
    find=batches.posts_by_id,
)
post_by_entry = One(
    name="post_by_id",
    owner=EntryView,
    target=PostView,
    key="id",
    find=batches.posts_by_id,
)
versions_by_post = Many(
    name="versions_by_post",
    owner=PostView,
    target=PostVersionView,
    order=NEWEST_VERSION,
    page_size=10,
    first=versions.versions_by_post,
    more=versions.list_versions,
)
approval_by_post = One(
    name="approval_by_post",
    owner=PostView,
    target=ApprovalView,
    key="id",
    find=queries.approvals_by_post,
)
attempts_by_delivery = Many(
    name="attempts_by_delivery",
    owner=DeliveryView,
    target=AttemptView,
    order=ATTEMPTS,
    page_size=10,
    first=whole(batches.attempts_by_delivery),
    more=rest_of_whole(batches.attempts_by_delivery, ATTEMPTS),
)
