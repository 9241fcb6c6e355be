"""What is known of Facebook Pages and the Graph API, versions 26 to 21."""

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
from domain.networks.facebook.asked import CONSENT, LOGIN

_DOCS = "https://developers.facebook.com/docs"
_READ_ON = date(2026, 11, 28)
_POSTS = Source(url=f"{_DOCS}/pages-api/posts", read_on=_READ_ON)
_PHOTOS = Source(url=f"{_DOCS}/graph-api/photo-uploads", read_on=_READ_ON)
_VIDEOS = Source(url=f"{_DOCS}/graph-api/reference/page/videos", read_on=_READ_ON)
_STATUS = Source(url=f"{_DOCS}/graph-api/reference/video-status", read_on=_READ_ON)
_RATES = Source(url=f"{_DOCS}/graph-api/overview/rate-limiting", read_on=_READ_ON)
_VERSIONS = Source(url=f"{_DOCS}/graph-api/changelog", read_on=_READ_ON)

MANIFEST = Manifest(
    key="facebook",
    name="Facebook",
    idempotency=IdempotencyClass.LISTING,
    reconcile_wait_s=30,
    # Meta publishes no numbers: these are what other programs go by, counted the stricter way.
    text=TextLimit(
        maximum=63_206,
        comment_maximum=8_000,
        counted_as=CountedAs.UTF16,
        maximum_bytes=None,
        url_length=None,
        source=_POSTS,
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/gif"),
        # As many as other programs send in one post: Meta publishes no number.
        maximum_count=10,
        # Meta advises less than four megabytes, and elsewhere says ten.
        maximum_bytes=4_000_000,
        alt_text_maximum=None,
        source=_PHOTOS,
    ),
    videos=MediaLimit(
        content_types=("video/mp4", "video/quicktime"),
        maximum_count=1,
        maximum_bytes=1_000_000_000,
        alt_text_maximum=None,
        source=_VIDEOS,
    ),
    video_work=VideoWork(tells_failure=True, source=_STATUS),
    mixes_media=False,
    has_link_cards=True,
    has_first_comment=True,
    max_parts=1,
    visibilities=("public",),
    has_content_warning=False,
    has_language=False,
    metrics=("likes", "reposts", "replies", "views", "clicks", "followers"),
    metrics_batch=10,
    poll_min_s=300,
    # What an app with one user has; a Page has more the more people do something with it.
    budgets=(Budget(name="all", limit=200, window_s=3600, source=_RATES),),
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
                ApiVersion(name="v21.0", sunset_on=date(2027, 1, 21)),
            ),
            source=_VERSIONS,
        ),
    ),
    login=LOGIN,
    consent=CONSENT,
    notes=(
        "Written from its documentation: replies in the tests are made from it, none is real.",
        "The token is a Page's own, got with a long-lived one of somebody who manages the Page.",
        "At Facebook's page it is given to an app that you bring and whoever manages the Page lets",
        "in; the app lists PUBLIC_URL/connect/callback as a redirect of its login, by https.",
        "That asks for pages_show_list and, for Pages of a portfolio, business_management, too.",
        "It needs pages_manage_posts, pages_read_engagement and pages_manage_engagement.",
        "What people say and totals need pages_read_user_content and read_insights, too.",
        "A post is a text with a link's card, up to ten photos, or one video.",
        "A post without an answer is sought among those that the Page published since.",
        "A video is told to appear once, and asked for by its own id until it does.",
        "Comments are read below the newest 50 posts, 25 of each at the first reading.",
        "Posts of others that name the Page, or stand on it, are read where the token may.",
        "Whom Facebook does not name is Somebody: it tells names by people's consent alone.",
        "A comment shows one picture, and no video. Answers to answers stand beside them.",
        "An edit changes the text; photos, videos and links stay. Only our app's posts change.",
        "A Page's photos carry descriptions, its videos none.",
        "A version of the api that has ended is answered by the oldest that has not.",
        "Likes are reactions of any kind, reposts are shares, views are `post_media_view`.",
        "An app's hook for `page` to /hooks/{workspace id}/{account id} has comments read at once.",
        "It is asked for by `hook_word`, and signed with the app's secret; an app has one for all.",
    ),
)
