"""What is known of the Threads API."""

from datetime import date

from domain.connector.manifest import (
    Api,
    ApiVersion,
    Budget,
    CountedAs,
    IdempotencyClass,
    Manifest,
    MediaLimit,
    PollLimit,
    Source,
    TextLimit,
    VideoWork,
)
from domain.networks.threads.asked import CONSENT, LOGIN

_DOCS = "https://developers.facebook.com/docs/threads"
_READ_ON = date(2026, 11, 28)
_POSTS = Source(url=f"{_DOCS}/posts", read_on=_READ_ON)
_POLLS = Source(url=f"{_DOCS}/create-posts/polls", read_on=_READ_ON)
_STATUS = Source(url=f"{_DOCS}/troubleshooting", read_on=_READ_ON)
_RATES = Source(url=f"{_DOCS}/overview#rate-limiting", read_on=_READ_ON)
_START = Source(url=f"{_DOCS}/get-started", read_on=_READ_ON)

MANIFEST = Manifest(
    key="threads",
    name="Threads",
    idempotency=IdempotencyClass.HANDLE,
    reconcile_wait_s=30,
    text=TextLimit(
        maximum=500,
        counted_as=CountedAs.EMOJI_BYTES,
        maximum_bytes=None,
        url_length=None,
        source=_POSTS,
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png"),
        # Its documentation says twenty, other programs ten.
        maximum_count=10,
        maximum_bytes=8_000_000,
        maximum_ratio=10,
        alt_text_maximum=1_000,
        source=_POSTS,
    ),
    videos=MediaLimit(
        content_types=("video/mp4", "video/quicktime"),
        maximum_count=10,
        maximum_bytes=1_000_000_000,
        alt_text_maximum=1_000,
        source=_POSTS,
    ),
    video_work=VideoWork(tells_failure=True, source=_STATUS),
    fetches_media=True,
    media_maximum_count=10,
    mixes_media=True,
    has_link_cards=True,
    polls=PollLimit(
        options_max=4,
        option_max=25,
        min_s=86_400,
        max_s=86_400,
        has_multiple=False,
        can_hide_totals=False,
        mixes_media=False,
        source=_POLLS,
    ),
    has_first_comment=True,
    # Nothing limits a thread over there but the answers of a day.
    max_parts=20,
    visibilities=("public",),
    has_content_warning=False,
    has_language=False,
    metrics=("likes", "reposts", "replies", "quotes", "views", "followers"),
    metrics_batch=20,
    poll_min_s=300,
    # 4800 for each time that the profile is seen, ten of which it always has.
    budgets=(Budget(name="all", limit=48_000, window_s=86_400, source=_RATES),),
    tells_one_budget=True,
    apis=(
        Api(name="graph", path="/{version}", versions=(ApiVersion(name="v1.0"),), source=_START),
    ),
    login=LOGIN,
    consent=CONSENT,
    notes=(
        "Written from its documentation: replies in the tests are made from it, none is real.",
        "The token counts for 60 days, and is extended here once it is a day old.",
        "At Threads' page it is given to an app that you bring: id and secret are those that",
        "the dashboard shows for Threads; the app lists PUBLIC_URL/connect/callback, by https.",
        "What a person unticks there is told by nobody, and shows once it is needed.",
        "It needs threads_basic, threads_content_publish, threads_manage_replies,",
        "threads_read_replies, threads_manage_insights, threads_manage_mentions, threads_delete.",
        "A message is made first and then published, once; in doubt its own status is asked.",
        "Threads fetches pictures and videos from PUBLIC_URL, which must be https and public.",
        "250 posts and 1,000 answers go out in 24 hours; what is left is asked for first.",
        "A message takes five links; one beside media or a poll is written out.",
        "Polls last a day and let people choose one of two to four options.",
        "Answers are read below the newest 25 posts; mentions where the token may.",
        "Posts cannot be edited, and others' are not quoted: their addresses hold no id.",
        "Who may answer, and the topic, are in `settings`, of the first message.",
    ),
)
