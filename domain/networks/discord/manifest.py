"""What is known of Discord's HTTP API, versions 10 and 9."""

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
)

_DOCS = "https://docs.discord.com/developers"
_READ_ON = date(2026, 11, 26)
_MESSAGES = Source(url=f"{_DOCS}/resources/message#create-message", read_on=_READ_ON)
_FILES = Source(url=f"{_DOCS}/reference#uploading-files", read_on=_READ_ON)
_POLLS = Source(url=f"{_DOCS}/resources/poll", read_on=_READ_ON)
_RATES = Source(url=f"{_DOCS}/topics/rate-limits#global-rate-limit", read_on=_READ_ON)
_VERSIONS = Source(url=f"{_DOCS}/reference#api-versioning", read_on=date(2026, 11, 27))

MANIFEST = Manifest(
    key="discord",
    name="Discord",
    idempotency=IdempotencyClass.NATIVE_KEY,
    reconcile_wait_s=5,
    text=TextLimit(
        maximum=2000,
        counted_as=CountedAs.CHARACTERS,
        maximum_bytes=None,
        url_length=None,
        source=_MESSAGES,
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
        maximum_count=10,
        maximum_bytes=10_485_760,
        alt_text_maximum=1024,
        source=_FILES,
    ),
    videos=MediaLimit(
        content_types=("video/mp4", "video/webm", "video/quicktime"),
        maximum_count=10,
        maximum_bytes=10_485_760,
        alt_text_maximum=1024,
        source=_FILES,
    ),
    # A request takes 25 MiB, and what is said beside the files is of it.
    media_maximum_bytes=26_000_000,
    media_maximum_count=10,
    mixes_media=True,
    has_link_cards=False,
    polls=PollLimit(
        options_max=10,
        option_max=55,
        min_s=3600,
        max_s=2_764_800,
        has_multiple=True,
        can_hide_totals=False,
        mixes_media=False,
        source=_POLLS,
    ),
    has_first_comment=True,
    # Nothing limits a thread over there.
    max_parts=20,
    visibilities=("public",),
    has_content_warning=False,
    has_language=False,
    metrics=("likes", "replies", "followers"),
    metrics_batch=10,
    poll_min_s=30,
    budgets=(Budget(name="all", limit=50, window_s=1, source=_RATES),),
    apis=(
        Api(
            name="rest",
            path="/api/{version}",
            versions=(ApiVersion(name="v10"), ApiVersion(name="v9")),
            source=_VERSIONS,
        ),
    ),
    login=(
        LoginField(
            name="token",
            label="Token of the bot (Developer Portal, your application, Bot)",
            is_secret=True,
            is_required=True,
            example="MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
        ),
        LoginField(
            name="channel",
            label="Id of the channel the bot writes in",
            is_secret=False,
            is_required=True,
            example="1442098765432109876",
        ),
    ),
    notes=(
        "Written from its documentation: replies in the tests are made from it, none is real.",
        "The bot must see the channel, its history, and send messages, files and polls there.",
        "A message carries a nonce that Discord takes once, for minutes; later it is looked up.",
        "Text is Markdown over there. Nobody is notified unless `settings.pings` says whom.",
        "Further messages answer the one before, or stand in a thread (`settings.opens_thread`).",
        "Polls last whole hours and cannot be edited.",
        "Answers and mentions are read in the channel, not in threads that others open in it.",
        "Likes are reactions of any kind; replies are the messages of a thread; no views.",
        "What answers or names the bot is shown to it without the intent of reading everything.",
    ),
)
