"""What is known of LinkedIn's Community Management and Share on LinkedIn products."""

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
from domain.networks.linkedin.asked import CONSENT, LOGIN

_READ_ON = date(2026, 11, 28)
_DOCS = "https://learn.microsoft.com/linkedin"
_SHARES = f"{_DOCS}/marketing/community-management/shares"


def _source(url: str) -> Source:
    return Source(url=url, read_on=_READ_ON)


MANIFEST = Manifest(
    key="linkedin",
    name="LinkedIn",
    idempotency=IdempotencyClass.LISTING,
    reconcile_wait_s=60,
    text=TextLimit(
        maximum=3000,
        comment_maximum=1250,
        counted_as=CountedAs.ESCAPED,
        maximum_bytes=None,
        url_length=None,
        source=_source(f"{_SHARES}/posts-api"),
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/gif"),
        maximum_count=20,
        # LinkedIn publishes no size: 5 MB is what other tools keep to.
        maximum_bytes=5_000_000,
        maximum_pixels=36_152_319,
        alt_text_maximum=4086,
        source=_source(f"{_SHARES}/images-api"),
    ),
    videos=MediaLimit(
        content_types=("video/mp4",),
        maximum_count=1,
        maximum_bytes=500_000_000,
        alt_text_maximum=None,
        source=_source(f"{_SHARES}/videos-api"),
    ),
    video_work=VideoWork(tells_failure=True, source=_source(f"{_SHARES}/videos-api")),
    has_link_cards=True,
    has_first_comment=True,
    max_parts=1,
    visibilities=("public",),
    has_content_warning=False,
    has_language=False,
    metrics=("likes", "reposts", "replies", "views", "clicks", "followers"),
    metrics_batch=20,
    poll_min_s=600,
    budgets=(
        # A development app of Community Management has as many a day; others are not told.
        Budget(
            name="all",
            limit=500,
            window_s=86_400,
            source=_source(f"{_DOCS}/marketing/community-management-app-review"),
        ),
        # Of a member, as Share on LinkedIn tells it; files that are announced count, too.
        Budget(
            name="write",
            limit=150,
            window_s=86_400,
            source=_source(f"{_DOCS}/consumer/integrations/self-serve/share-on-linkedin"),
        ),
    ),
    apis=(
        # Ends are told on the page of migrations, up to 202603; those of later ones are taken to
        # come, as all before did, in the middle of their month a year on.
        Api(
            name="rest",
            path="/rest",
            versions=(
                ApiVersion(name="202608", sunset_on=date(2027, 8, 15)),
                ApiVersion(name="202609", sunset_on=date(2027, 9, 15)),
                ApiVersion(name="202603", sunset_on=date(2027, 3, 16)),
            ),
            source=_source(f"{_DOCS}/marketing/integrations/migrations"),
        ),
        Api(
            name="oauth",
            path="/oauth/v2",
            versions=(),
            source=_source(f"{_DOCS}/shared/authentication/authorization-code-flow"),
        ),
        Api(
            name="userinfo",
            path="/v2/userinfo",
            versions=(),
            source=_source(f"{_DOCS}/consumer/integrations/self-serve/sign-in-with-linkedin-v2"),
        ),
    ),
    login=LOGIN,
    consent=CONSENT,
    notes=(
        "Written from its documentation: replies in the tests are made from it, none is real.",
        "A person's token needs openid, profile and w_member_social (Share on LinkedIn).",
        "An organisation's needs r_ and w_organization_social, to be read rw_organization_admin.",
        "These are of the Community Management API, which LinkedIn approves an app for.",
        "A token lasts 60 days; approved apps are given one that renews it, for a year in all.",
        "Texts are escaped as LinkedIn wants it, and counted so; a comment takes 1250 characters.",
        "#hashtags are kept, and mentions: @[Name](urn:li:organization:2414183).",
        "LinkedIn refuses what says the same as another post of late, also one that was deleted.",
        "After a lost answer such a refusal counts as success once what it names is seen there.",
        "A person's posts and comments are read only where LinkedIn granted r_member_social.",
        "Where they are not read, somebody looks and decides after a lost answer.",
        "Notifications of an organisation are kept for 60 days over there, and tell no names.",
        "An edit changes the words alone: files, card and audience stay.",
        "Views, clicks, reposts and followers are told of organisations alone.",
        "A video has 75 kB at least and lasts 3 seconds to 30 minutes; it goes undescribed.",
        "Documents and polls are not sent; a comment carries text alone.",
        "Comments take the Community Management API: Share on LinkedIn lets a person post alone.",
        "A link card without a title shows the address; LinkedIn fetches no picture for it.",
        "Limits of the rate are the app's own and told by nobody: the budgets are guesses.",
    ),
)
