"""What is known of Telegram's Bot API."""

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

_READ_ON = date(2026, 11, 26)
_MESSAGES = Source(url="https://core.telegram.org/bots/api#sendmessage", read_on=_READ_ON)
_ALBUMS = Source(url="https://core.telegram.org/bots/api#sendmediagroup", read_on=_READ_ON)
_POLLS = Source(url="https://core.telegram.org/bots/api#sendpoll", read_on=_READ_ON)
_RATES = Source(
    url="https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this",
    read_on=_READ_ON,
)
_BOT = Source(url="https://core.telegram.org/bots/api", read_on=_READ_ON)

MANIFEST = Manifest(
    key="telegram",
    name="Telegram",
    idempotency=IdempotencyClass.NONE,
    reconcile_wait_s=0,
    text=TextLimit(
        maximum=4096,
        maximum_with_media=1024,
        counted_as=CountedAs.UTF16,
        maximum_bytes=None,
        url_length=None,
        source=_MESSAGES,
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/webp"),
        maximum_count=10,
        maximum_bytes=10_000_000,
        maximum_sides=10_000,
        maximum_ratio=20,
        alt_text_maximum=None,
        source=_ALBUMS,
    ),
    videos=MediaLimit(
        content_types=("video/mp4",),
        maximum_count=10,
        maximum_bytes=50_000_000,
        alt_text_maximum=None,
        source=_ALBUMS,
    ),
    media_maximum_count=10,
    mixes_media=True,
    has_link_cards=False,
    polls=PollLimit(
        options_max=12,
        option_max=100,
        min_s=5,
        max_s=2_628_000,
        has_multiple=True,
        can_hide_totals=True,
        mixes_media=False,
        source=_POLLS,
    ),
    # An answer of its own would be a second post to all who follow a channel.
    has_first_comment=False,
    # Nothing limits a thread over there; twenty messages a minute are all a group takes.
    max_parts=20,
    visibilities=("public",),
    has_content_warning=False,
    has_language=False,
    metrics=("followers",),
    metrics_batch=100,
    poll_min_s=30,
    budgets=(
        Budget(name="all", limit=1800, window_s=60, source=_RATES),
        Budget(name="write", limit=20, window_s=60, source=_RATES),
        Budget(name="media", limit=20, window_s=60, source=_RATES),
    ),
    # Telegram is called without a version: it keeps old calls working.
    apis=(Api(name="bot", path="", versions=(ApiVersion(name="10.1"),), source=_BOT),),
    login=(
        LoginField(
            name="token",
            label="Token of the bot, as @BotFather gave it",
            is_secret=True,
            is_required=True,
            example="110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        ),
        LoginField(
            name="chat",
            label="Channel or group the bot is an administrator of: its @name or number",
            is_secret=False,
            is_required=True,
            example="@village_news",
        ),
        LoginField(
            name="server",
            label="Bot API server of your own (Telegram's when left out)",
            is_secret=False,
            is_required=False,
            example="https://bots.example.org",
        ),
    ),
    notes=(
        "Written from its documentation: replies in the tests are made from it, none is real.",
        "Texts are counted in UTF-16 units and go out as they are, without formatting.",
        "Telegram cannot tell what a bot has sent: after a lost answer a person looks and decides.",
        "Nothing is read back there to hold it against what was sent.",
        "Give each account a bot of its own, and no webhook: updates are handed out once.",
        "Comments are read in the channel's discussion group, where the bot must be as well.",
        "Alternative texts are not carried, nor is the language.",
        "An album is several messages; comments on it are not bound to the post they answer.",
        "Polls cannot be edited; a message older than 48 hours may refuse to go away.",
        "Telegram tells bots no views; followers are the members of the chat.",
        "Of reactions it sends a bot the changes alone, once: they are not counted.",
    ),
)
