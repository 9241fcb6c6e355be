"""What is known of the sandbox network: it is ours, and documented at its `/docs`."""

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
from domain.networks.sandbox.quoting import ADDRESSES

_SOURCE = Source(url="api/sandbox/network.py", read_on=date(2026, 11, 22))

MANIFEST = Manifest(
    key="sandbox",
    name="Sandbox",
    idempotency=IdempotencyClass.LISTING,
    reconcile_wait_s=2,
    text=TextLimit(
        maximum=500,
        counted_as=CountedAs.CHARACTERS,
        maximum_bytes=None,
        url_length=None,
        source=_SOURCE,
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
        maximum_count=4,
        maximum_bytes=8_000_000,
        alt_text_maximum=1500,
        source=_SOURCE,
    ),
    videos=MediaLimit(
        content_types=("video/mp4",),
        maximum_count=1,
        maximum_bytes=20_000_000,
        alt_text_maximum=1500,
        source=_SOURCE,
    ),
    video_work=VideoWork(tells_failure=False, source=_SOURCE),
    is_test=True,
    mixes_media=True,
    has_link_cards=False,
    has_quotes=True,
    quoted_addresses=ADDRESSES,
    polls=PollLimit(
        options_max=4,
        option_max=50,
        min_s=300,
        max_s=2_592_000,
        has_multiple=True,
        can_hide_totals=True,
        mixes_media=True,
        source=_SOURCE,
    ),
    has_first_comment=True,
    max_parts=25,
    visibilities=("public", "unlisted", "followers", "direct"),
    has_content_warning=True,
    has_language=True,
    metrics=("likes", "reposts", "replies", "quotes", "followers", "posts"),
    metrics_batch=50,
    poll_min_s=1,
    budgets=(Budget(name="all", limit=60_000, window_s=300, source=_SOURCE),),
    tells_one_budget=True,
    apis=(
        Api(
            name="rest",
            path="/{version}",
            versions=(ApiVersion(name="v1"), ApiVersion(name="v2")),
            source=_SOURCE,
        ),
    ),
    login=(
        LoginField(
            name="server",
            label="Server (this installation's own sandbox when left out)",
            is_secret=False,
            is_required=False,
            example="http://127.0.0.1:8000/sandbox",
        ),
        LoginField(
            name="handle",
            label="Name of the account",
            is_secret=False,
            is_required=True,
            example="demo",
        ),
        LoginField(
            name="token",
            label="Token of the account, the latest",
            is_secret=True,
            is_required=True,
            example="sbx_9dK2mQe7…",
        ),
    ),
    notes=(
        "Nothing leaves this installation: posts, people and faults exist in the sandbox alone.",
        "Make accounts with POST /v1/accounts of the sandbox; its reference is at /sandbox/docs.",
        "POST /v1/accounts/{handle}/tokens logs one in anew: a new token, the one before is void.",
        "An account plays the idempotency class, A to E, that it was made with; D when none.",
        "An edit changes the text and the content warning; media stay.",
        "Accounts made with `media_delay_s` work on files so long; `slow_media` plays it once.",
        "Accounts made with `version_ends_at` play the end of v1; v2 is the same and stays.",
        "A post quotes another of the same sandbox, whoever wrote it, by its address.",
    ),
)
