"""What is known of Mastodon; an account's own server says better (`Measures`) when it connects."""

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
    PollLimit,
    Source,
    TextLimit,
    VideoWork,
)

_READ_ON = date(2026, 11, 22)
_INSTANCE = Source(url="https://docs.joinmastodon.org/entities/Instance/", read_on=_READ_ON)
_POLLS = Source(url="https://docs.joinmastodon.org/entities/Instance/", read_on=date(2026, 11, 26))
_RATES = Source(url="https://docs.joinmastodon.org/api/rate-limits/", read_on=_READ_ON)
_RACK_ATTACK = Source(
    url="https://github.com/mastodon/mastodon/blob/main/config/initializers/rack_attack.rb",
    read_on=_READ_ON,
)
_MEDIA = Source(url="https://docs.joinmastodon.org/methods/media/", read_on=date(2026, 11, 27))
_STATUSES = Source(url="https://docs.joinmastodon.org/methods/statuses/", read_on=_READ_ON)
_SEARCH = Source(url="https://docs.joinmastodon.org/methods/search/", read_on=_READ_ON)

MANIFEST = Manifest(
    key="mastodon",
    name="Mastodon",
    idempotency=IdempotencyClass.NATIVE_KEY,
    reconcile_wait_s=5,
    text=TextLimit(
        maximum=500,
        counted_as=CountedAs.FEDIVERSE,
        maximum_bytes=None,
        url_length=23,
        source=_INSTANCE,
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
        maximum_count=4,
        maximum_bytes=16_777_216,
        maximum_pixels=33_177_600,
        alt_text_maximum=1500,
        source=_INSTANCE,
    ),
    videos=MediaLimit(
        content_types=("video/mp4", "video/webm", "video/quicktime"),
        maximum_count=1,
        maximum_bytes=103_809_024,
        maximum_pixels=8_294_400,
        alt_text_maximum=1500,
        source=_INSTANCE,
    ),
    video_work=VideoWork(tells_failure=True, source=_MEDIA),
    mixes_media=False,
    has_link_cards=False,
    has_quotes=True,
    polls=PollLimit(
        options_max=4,
        option_max=50,
        min_s=300,
        max_s=2_629_746,
        has_multiple=True,
        can_hide_totals=True,
        mixes_media=False,
        source=_POLLS,
    ),
    has_first_comment=True,
    # Nothing limits a thread over there; 300 statuses in three hours are all an account has.
    max_parts=50,
    visibilities=("public", "unlisted", "followers", "direct"),
    has_content_warning=True,
    has_language=True,
    metrics=("likes", "reposts", "replies", "quotes", "followers", "following", "posts"),
    metrics_batch=20,
    poll_min_s=30,
    budgets=(
        Budget(name="all", limit=300, window_s=300, source=_RATES),
        Budget(name="media", limit=30, window_s=1800, source=_RATES),
        Budget(name="delete", limit=30, window_s=1800, source=_RATES),
        Budget(name="write", limit=300, window_s=10_800, source=_RACK_ATTACK),
    ),
    # The number is of each method; most have the first.
    apis=(
        Api(
            name="rest", path="/api/{version}", versions=(ApiVersion(name="v1"),), source=_STATUSES
        ),
        Api(
            name="instance",
            path="/api/{version}/instance",
            versions=(ApiVersion(name="v2"),),
            source=_INSTANCE,
        ),
        Api(
            name="media",
            path="/api/{version}/media",
            versions=(ApiVersion(name="v2"),),
            source=_MEDIA,
        ),
        Api(
            name="search",
            path="/api/{version}/search",
            versions=(ApiVersion(name="v2"),),
            source=_SEARCH,
        ),
    ),
    login=(
        LoginField(
            name="server",
            label="Server",
            is_secret=False,
            is_required=True,
            example="https://mastodon.social",
        ),
        LoginField(
            name="access_token",
            label="Access token (Preferences, Development, your application)",
            is_secret=True,
            is_required=True,
            example="ZA-Yj3aBD8U8Cm7lKUp-lm9O9BmDgdhHzDeqsY8tlL0",
        ),
    ),
    consent=(
        LoginField(
            name="server",
            label="Server",
            is_secret=False,
            is_required=True,
            example="https://mastodon.social",
        ),
    ),
    notes=(
        "Servers set limits of their own; they are read when an account connects.",
        "Links show cards by themselves; a link card is written out at the end of the text.",
        "Servers quote since 4.5, where the author lets us; else the address is written out.",
        "The address is written out beside media or a poll, too, and in a message to a few.",
        "An answer names whom it answers and is never more public than what it answers.",
        "The token needs profile, read and write (statuses, media) and read:notifications.",
        "Idempotency keys last an hour, if at all: unknown outcomes are looked up first.",
        "A video is worked on before its post goes out; its server says when it cannot be.",
        "Work on videos and leave to quote rest on documentation: no server was tried that has it.",
        "What the account's policy filters comes in, too. Views are not reported.",
    ),
)
