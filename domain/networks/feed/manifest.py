"""What is known of feeds; they are read, never written to."""

from domain.connector.manifest import IdempotencyClass, LoginField, Manifest

MANIFEST = Manifest(
    key="feed",
    name="RSS, Atom and JSON feeds",
    idempotency=IdempotencyClass.NONE,
    reconcile_wait_s=0,
    text=None,
    images=None,
    videos=None,
    max_parts=1,
    visibilities=(),
    has_content_warning=False,
    has_language=False,
    metrics=(),
    metrics_batch=1,
    poll_min_s=300,
    budgets=(),
    apis=(),
    login=(
        LoginField(
            name="url",
            label="Address of the feed, or of a page that names one",
            is_secret=False,
            is_required=True,
            example="https://example.org/feed.xml",
        ),
    ),
    notes=(
        "The first reading is a baseline: it tells what the feed holds already.",
        "Only changes are asked for (ETag, Last-Modified); a feed that moved for good is followed.",
        "Texts are shown as plain text; the entry itself stays at its address.",
        "A feed is read every five minutes at most, whatever its ttl; quiet ones every half hour.",
        "A server that asks for a pause gets it; hours to skip and hubs (WebSub) are passed over.",
        "Feeds behind a login are not read.",
    ),
)
