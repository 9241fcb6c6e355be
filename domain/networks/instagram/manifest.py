"""What is known of Instagram's API for professional accounts, versions 26 to 22."""

from datetime import date

from domain.connector.manifest import (
    Api,
    ApiVersion,
    Budget,
    CountedAs,
    IdempotencyClass,
    Manifest,
    MediaLimit,
    Source,
    TextLimit,
    VideoWork,
)
from domain.networks.instagram.asked import CONSENT, LOGIN

_DOCS = "https://developers.facebook.com/docs"
_READ_ON = date(2026, 11, 28)
_MEDIA = Source(
    url=f"{_DOCS}/instagram-platform/instagram-graph-api/reference/ig-user/media", read_on=_READ_ON
)
_STATUS = Source(
    url=f"{_DOCS}/instagram-platform/instagram-graph-api/reference/ig-container", read_on=_READ_ON
)
_RATES = Source(url=f"{_DOCS}/graph-api/overview/rate-limiting", read_on=_READ_ON)
_VERSIONS = Source(url=f"{_DOCS}/graph-api/changelog", read_on=_READ_ON)

MANIFEST = Manifest(
    key="instagram",
    name="Instagram",
    # Comments have no handle: they are sought in lists.
    idempotency=IdempotencyClass.HANDLE,
    reconcile_wait_s=30,
    # "Characters", which Meta does not explain: counted the stricter way.
    text=TextLimit(
        maximum=2_200,
        counted_as=CountedAs.UTF16,
        maximum_bytes=None,
        url_length=None,
        hashtags_max=30,
        mentions_max=20,
        source=_MEDIA,
    ),
    images=MediaLimit(
        content_types=("image/jpeg",),
        maximum_count=10,
        maximum_bytes=8_000_000,
        ratio_min=0.8,
        ratio_max=1.91,
        alt_text_maximum=1_000,
        source=_MEDIA,
    ),
    videos=MediaLimit(
        content_types=("video/mp4", "video/quicktime"),
        maximum_count=10,
        maximum_bytes=300_000_000,
        ratio_min=0.01,
        ratio_max=10,
        alt_text_maximum=None,
        source=_MEDIA,
    ),
    media_maximum_count=10,
    needs_media=True,
    video_work=VideoWork(tells_failure=True, source=_STATUS),
    fetches_media=True,
    mixes_media=True,
    has_link_cards=False,
    has_first_comment=True,
    max_parts=1,
    visibilities=("public",),
    has_content_warning=False,
    has_language=False,
    metrics=("likes", "reposts", "replies", "views", "saves", "followers", "following", "posts"),
    metrics_batch=10,
    poll_min_s=300,
    # 4800 for each time that something of the account is seen: what one time gives.
    budgets=(Budget(name="all", limit=4_800, window_s=86_400, source=_RATES),),
    tells_one_budget=True,
    apis=(
        Api(
            name="graph",
            path="/{version}",
            versions=(
                ApiVersion(name="v26.0"),
                ApiVersion(name="v25.0", sunset_on=date(2028, 7, 29)),
                ApiVersion(name="v24.0", sunset_on=date(2028, 2, 18)),
                ApiVersion(name="v23.0", sunset_on=date(2027, 10, 8)),
                ApiVersion(name="v22.0", sunset_on=date(2027, 5, 20)),
            ),
            source=_VERSIONS,
        ),
    ),
    login=LOGIN,
    consent=CONSENT,
    notes=(
        "Written from its documentation: replies in the tests are made from it, none is real.",
        "Professional accounts alone: businesses and creators.",
        "The account's own token counts for 60 days, and is extended once it is a day old.",
        "At Instagram's page it is given to an app that you bring: id and secret are those that",
        "the dashboard shows for Instagram; the app lists PUBLIC_URL/connect/callback, by https.",
        "It needs instagram_business_basic, instagram_business_content_publish,",
        "instagram_business_manage_comments and instagram_business_manage_insights.",
        "A Page's token does not run out. It needs instagram_basic, instagram_content_publish,",
        "instagram_manage_comments, instagram_manage_insights, pages_read_engagement, and",
        "instagram_manage_contents to take posts back.",
        "Posts are taken back by a Page's token alone: Instagram lets an account's own token not.",
        "A post is made first and then published, once; in doubt its own status is asked.",
        "Instagram fetches pictures and videos from PUBLIC_URL, which must be https and public.",
        "A post needs a picture or a video; two to ten of them are shown side by side.",
        "Pictures are JPEG, from 4:5 to 1.91:1. A video alone is a reel of 3 s to 15 min.",
        "How many posts of programs are left of a day's 50 or 100 is asked for first.",
        "Nothing is edited there, links are not clicked, videos carry no description.",
        "Stories are not published.",
        "Comments are read below the newest 25 posts, with all answers; a comment is a text alone.",
        "An answer to an answer stands beside it, below the same comment.",
        "Posts that show the account are mentions, told to a Page's token alone.",
        "Mentions in comments below posts of others are told in no list, and not read.",
        "Reposts are what Instagram calls shares. Reach adds up over nothing, and is not asked.",
        "An app's hook for `instagram` to /hooks/{workspace id}/{account id} is read at once.",
        "It is asked for by `hook_word`, and signed with the app's secret; an app has one for all.",
    ),
)
