"""What is known of WordPress; hosts and plugins set what the software itself leaves open."""

from datetime import date

from domain.connector.manifest import (
    Api,
    ApiVersion,
    Budget,
    CountedAs,
    IdempotencyClass,
    LoginField,
    Manifest,
    MediaLimit,
    Source,
    TextLimit,
)

_READ_ON = date(2026, 11, 26)
_COMMENTS = Source(
    url="https://developer.wordpress.org/reference/functions/wp_get_comment_fields_max_lengths/",
    read_on=_READ_ON,
)
_UPLOADS = Source(
    url="https://developer.wordpress.org/reference/functions/wp_max_upload_size/",
    read_on=_READ_ON,
)
_TYPES = Source(
    url="https://developer.wordpress.org/reference/functions/wp_get_mime_types/", read_on=_READ_ON
)
_FLOOD = Source(
    url="https://developer.wordpress.org/reference/functions/wp_throttle_comment_flood/",
    read_on=_READ_ON,
)
_ROUTES = Source(
    url="https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/", read_on=_READ_ON
)

MANIFEST = Manifest(
    key="wordpress",
    name="WordPress",
    idempotency=IdempotencyClass.LOOK_UP_KEY,
    reconcile_wait_s=5,
    # An article's text is bounded by the database alone; answers are comments, which take this.
    text=TextLimit(
        maximum=65_525,
        counted_as=CountedAs.BYTES,
        maximum_bytes=None,
        url_length=None,
        source=_COMMENTS,
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
        maximum_count=50,
        maximum_bytes=100_000_000,
        alt_text_maximum=None,
        source=_TYPES,
    ),
    videos=MediaLimit(
        content_types=("video/mp4", "video/webm", "video/quicktime"),
        maximum_count=10,
        maximum_bytes=100_000_000,
        alt_text_maximum=None,
        source=_UPLOADS,
    ),
    mixes_media=True,
    has_link_cards=False,
    has_first_comment=True,
    max_parts=1,
    visibilities=("public",),
    has_content_warning=False,
    has_language=False,
    metrics=("replies", "posts"),
    metrics_batch=20,
    poll_min_s=60,
    # The software counts nobody's calls; it takes one comment in 15 seconds from a user who may
    # not moderate. One a second is a pace that no host has reason to refuse.
    budgets=(Budget(name="all", limit=300, window_s=300, source=_FLOOD),),
    apis=(
        Api(name="rest", path="/wp/{version}", versions=(ApiVersion(name="v2"),), source=_ROUTES),
    ),
    login=(
        LoginField(
            name="site",
            label="Address of the site",
            is_secret=False,
            is_required=True,
            example="https://village.example",
        ),
        LoginField(
            name="user",
            label="User name",
            is_secret=False,
            is_required=True,
            example="ana",
        ),
        LoginField(
            name="app_password",
            label="Application password (Users, Profile, Application Passwords)",
            is_secret=True,
            is_required=True,
            example="abcd EFGH 1234 ijkl MNOP 6789",
        ),
    ),
    notes=(
        "The first line is the title when others follow, else title and text; settings say better.",
        "The host bounds files, often far below what stands here; it says so when it refuses one.",
        "The user needs the role of author at least, and of editor for comments that wait.",
        "Application passwords came with WordPress 5.6 and need https.",
        "An article's slug bears a mark by which it is found again; one of your own must be free.",
        "Articles are made public from drafts; one may be left where a site was out of order.",
        "Withdrawn articles and comments lie in the site's trash; their files stay in the library.",
        "All comments of the site come in, also those that wait for approval; spam does not.",
        "The same words under the same comment are taken once: a second answer counts as there.",
    ),
)
