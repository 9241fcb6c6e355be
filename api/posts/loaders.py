"""Relations of posts, variants and deliveries."""

from api.graph.pages import Order
from api.graph.relations import Many, One, Some, few
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
    owner=CalendarView,
    target=PostView,
    order=NEWEST_FIRST,
    page_size=20,
    first=batches.posts_by_calendar,
    more=lambda session, caller, owner, page: queries.list_posts(
        session, caller, page, where=PostFilter(calendar_ids=[owner])
    ),
)
community_by_post = One(PostView, CommunityView, "community_id", communities_by_id)
calendar_by_post = One(PostView, CalendarView, "calendar_id", calendars_by_id)
media_by_post = Some(PostView, MediaView, "media_ids", media_by_id)
adaptations_by_post = few(PostView, AdaptationView, ADAPTATIONS, batches.adaptations_by_post)
post_by_adaptation = One(AdaptationView, PostView, "post_id", batches.posts_by_id)
media_by_adaptation = Some(AdaptationView, MediaView, "media_ids", media_by_id)
variants_by_post = few(PostView, VariantView, VARIANTS, batches.variants_by_post)
deliveries_by_post = few(PostView, DeliveryView, DELIVERIES, delivery_queries.deliveries_by_post)
account_by_variant = One(VariantView, AccountView, "account_id", accounts_by_id)
post_by_variant = One(VariantView, PostView, "post_id", batches.posts_by_id)
media_by_variant = Some(VariantView, MediaView, "media_ids", media_by_id)
account_by_delivery = One(DeliveryView, AccountView, "account_id", accounts_by_id)
post_by_delivery = One(DeliveryView, PostView, "post_id", batches.posts_by_id)
post_by_entry = One(EntryView, PostView, "id", batches.posts_by_id)
versions_by_post = Many(
    owner=PostView,
    target=PostVersionView,
    order=NEWEST_VERSION,
    page_size=10,
    first=versions.versions_by_post,
    more=versions.list_versions,
)
approval_by_post = One(PostView, ApprovalView, "id", queries.approvals_by_post)
attempts_by_delivery = few(DeliveryView, AttemptView, ATTEMPTS, batches.attempts_by_delivery)
