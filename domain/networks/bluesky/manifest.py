"""What is known of Bluesky: limits, budgets, login."""

from datetime import date

from domain.connector.manifest import (
    Api,
    Budget,
    CountedAs,
    IdempotencyClass,
    LoginField,
    Manifest,
    MediaLimit,
    Source,
    TextLimit,
    VideoWork,
)
from domain.networks.bluesky.places import ADDRESSES

_READ_ON = date(2026, 11, 22)
_LEXICONS = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky"
_RATES = Source(url="https://docs.bsky.app/docs/advanced-guides/rate-limits", read_on=_READ_ON)
_XRPC = Source(url="https://atproto.com/specs/xrpc", read_on=date(2026, 11, 27))

MANIFEST = Manifest(
    key="bluesky",
    name="Bluesky",
    idempotency=IdempotencyClass.NATIVE_KEY,
    reconcile_wait_s=5,
    text=TextLimit(
        maximum=300,
        counted_as=CountedAs.GRAPHEMES,
        maximum_bytes=3000,
        url_length=None,
        source=Source(url=f"{_LEXICONS}/feed/post.json", read_on=_READ_ON),
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        maximum_count=4,
        maximum_bytes=2_000_000,
        alt_text_maximum=None,
        source=Source(url=f"{_LEXICONS}/embed/images.json", read_on=_READ_ON),
    ),
    videos=MediaLimit(
        content_types=("video/mp4",),
        maximum_count=1,
        # The lexicon's own limit was 50, is 100 and becomes 300 MB, as servers take it over.
        maximum_bytes=100_000_000,
        alt_text_maximum=1000,
        source=Source(url=f"{_LEXICONS}/embed/video.json", read_on=date(2026, 11, 27)),
    ),
    video_work=VideoWork(
        tells_failure=True,
        source=Source(url=f"{_LEXICONS}/video/defs.json", read_on=date(2026, 11, 27)),
    ),
    mixes_media=False,
    has_quotes=True,
    quoted_addresses=ADDRESSES,
    has_link_cards=True,
    has_first_comment=True,
    # Nothing limits a thread over there; a person reads no more, and 50 parts cost 150 points.
    max_parts=50,
    visibilities=("public",),
    has_content_warning=False,
    has_language=True,
    metrics=("likes", "reposts", "replies", "quotes", "followers", "following", "posts"),
    metrics_batch=25,
    poll_min_s=30,
    budgets=(
        Budget(name="all", limit=3000, window_s=300, source=_RATES),
        # 5,000 points an hour and 35,000 a day, three for each record.
        Budget(name="write", limit=1666, window_s=3600, source=_RATES),
        Budget(name="write", limit=11_666, window_s=86_400, source=_RATES),
        Budget(name="login", limit=30, window_s=300, source=_RATES),
        Budget(name="login", limit=300, window_s=86_400, source=_RATES),
    ),
    # A lexicon only grows; what would break its readers gets a name of its own.
    apis=(Api(name="xrpc", path="/xrpc", versions=(), source=_XRPC),),
    login=(
        LoginField(
            name="server",
            label="Server",
            is_secret=False,
            is_required=False,
            example="https://bsky.social",
        ),
        LoginField(
            name="handle",
            label="Handle",
            is_secret=False,
            is_required=True,
            example="ana.bsky.social",
        ),
        LoginField(
            name="app_password",
            label="App password (Settings, Privacy and security, App passwords)",
            is_secret=True,
            is_required=True,
            example="abcd-efgh-ijkl-mnop",
        ),
    ),
    consent=(
        LoginField(
            name="handle",
            label="Handle",
            is_secret=False,
            is_required=True,
            example="ana.bsky.social",
        ),
        LoginField(
            name="server",
            label="Server (found by the handle when left out)",
            is_secret=False,
            is_required=False,
            example="https://bsky.social",
        ),
        LoginField(
            name="directory",
            label="Directory of identities (plc.directory when left out)",
            is_secret=False,
            is_required=False,
            example="https://plc.directory",
        ),
    ),
    notes=(
        "A published post cannot be edited; withdraw it and publish anew.",
        "A message shows images, a video or one link card; beside media the link is written out.",
        "A video is worked on before its post goes out; how many a day, Bluesky tells by account.",
        "Who may answer or quote is written with the post, in one commit, and stays behind it.",
        "There are no polls. A link card has a title and a description, and no picture.",
        "Galleries, which the lexicon has for more than four images, are not made.",
        "Servers that have not taken the lexicon of 2026 refuse images above 1,000,000 bytes.",
        "The lexicon takes videos of 300,000,000 bytes by now; servers take a third of that.",
        "Notifications come in of everybody, whatever the account's app prefers.",
        "Views are not reported.",
    ),
)
