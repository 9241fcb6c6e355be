"""What is known of Discourse; a forum sets limits of its own, read when an account connects."""

from datetime import date

from domain.connector.manifest import (
    Api,
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
_SETTINGS = Source(
    url="https://github.com/discourse/discourse/blob/main/config/site_settings.yml",
    read_on=_READ_ON,
)
_POLLS = Source(
    url="https://github.com/discourse/discourse/blob/main/plugins/poll/config/settings.yml",
    read_on=_READ_ON,
)
_RATES = Source(
    url="https://meta.discourse.org/t/available-settings-for-global-rate-limits-and-throttling/78612",
    read_on=_READ_ON,
)
_API = Source(url="https://docs.discourse.org/", read_on=_READ_ON)

MANIFEST = Manifest(
    key="discourse",
    name="Discourse",
    idempotency=IdempotencyClass.LOOK_UP_KEY,
    reconcile_wait_s=5,
    text=TextLimit(
        maximum=32_000,
        counted_as=CountedAs.CHARACTERS,
        maximum_bytes=None,
        url_length=None,
        source=_SETTINGS,
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
        # As many as its own composer takes at once (`simultaneous_uploads`).
        maximum_count=5,
        maximum_bytes=4_194_304,
        alt_text_maximum=None,
        source=_SETTINGS,
    ),
    videos=None,
    mixes_media=False,
    has_link_cards=False,
    polls=PollLimit(
        options_max=20,
        # Nothing limits an option but the post it stands in, nor how long a poll lasts but us.
        option_max=255,
        min_s=300,
        max_s=31_536_000,
        has_multiple=True,
        can_hide_totals=True,
        mixes_media=True,
        source=_POLLS,
    ),
    has_first_comment=True,
    # Nothing limits replies in a topic of one's own; elsewhere three in a row are the most.
    max_parts=20,
    visibilities=("public",),
    has_content_warning=False,
    has_language=False,
    metrics=("likes", "replies", "quotes", "views", "posts"),
    metrics_batch=10,
    poll_min_s=60,
    budgets=(Budget(name="all", limit=60, window_s=60, source=_RATES),),
    apis=(Api(name="rest", path="", versions=(), source=_API),),
    login=(
        LoginField(
            name="server",
            label="Forum",
            is_secret=False,
            is_required=True,
            example="https://forum.example.org",
        ),
        LoginField(
            name="api_key",
            label="API key (of an administrator), or the user's own key",
            is_secret=True,
            is_required=True,
            example="6f1c2d0be8a94f0f9ad1c9d3a7b5e4f2…",
        ),
        LoginField(
            name="api_username",
            label="User the administrator's key acts for; leave out for a user's own key",
            is_secret=False,
            is_required=False,
            example="village_news",
        ),
        LoginField(
            name="hook_secret",
            label="Secret of the forum's webhook, where it has one for this account",
            is_secret=True,
            is_required=False,
            example="8c1f0e6b5d3a49c7…",
        ),
    ),
    notes=(
        "Written from its documentation: replies in the tests are made from it, none from a forum.",
        "Text is Markdown over there; a line that begins with # is a heading.",
        "A post begins a topic: its title is in `settings`, else the first line of the text.",
        "A thread is a topic and replies in it; the first post goes away with its whole topic.",
        "Topics carry `external_id` with an administrator's key, and are found again by it.",
        "With a user's own key, lost posts are sought among what the user did; so are replies.",
        "A user's own key has 20 calls a minute and 2880 a day; wait for the forum to say so.",
        "Forums may refuse titles under 15 and posts under 20 characters, and titles used before.",
        "Newer users may not edit after a day, make polls, or take away topics with answers.",
        "A post that moderators must see first counts as refused: it is in their queue.",
        "A webhook of the forum to /hooks/{workspace id}/{account id} has answers read at once.",
        "Views are how many people have read the post.",
    ),
)
