"""Totals of LinkedIn: an organisation's by kind of post, a person's where they are granted."""

from dataclasses import replace

from domain.connector.words import Metric
from domain.networks.linkedin import metrics as linkedin
from domain.networks.linkedin.urns import encoded
from tests.networks.linkedin.case import CASE, refused
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

SHARE, VIDEO = "urn:li:share:7431229065766260701", "urn:li:ugcPost:7431229065766260705"
STATISTICS = "/rest/organizationalEntityShareStatistics"
AS_PERSON = replace(CASE.access, remote_id="urn:li:person:782bbtaQ")


async def test_shares_and_other_posts_are_measured_many_at_once_and_comments_not_at_all() -> None:
    told = {"ugcPost": VIDEO, "totalShareStatistics": {"impressionCount": 9, "likeCount": -1}}
    other = Exchange(method="GET", path=STATISTICS, json_={"elements": [{**told}]})
    http = ScriptedHttp([*recorded("linkedin", "post_metrics"), other])
    comment = f"urn:li:comment:({SHARE},7)"

    samples = await linkedin.sample_posts(http, CASE.access, [SHARE, VIDEO, comment])

    http.assert_finished()
    assert f"&shares=List({encoded(SHARE)})" in http.calls[0].url
    assert f"&ugcPosts=List({encoded(VIDEO)})" in http.calls[1].url
    assert {each.metric: each.total for each in samples if each.remote_id == SHARE} == {
        Metric.LIKES: 12,
        Metric.REPOSTS: 3,
        Metric.REPLIES: 4,
        Metric.VIEWS: 301,
        Metric.CLICKS: 17,
    }
    assert [(each.metric, each.total) for each in samples if each.remote_id == VIDEO] == [
        (Metric.VIEWS, 9)
    ]


async def test_posts_of_a_person_tell_reactions_and_comments_where_that_is_granted() -> None:
    social = {
        "reactionSummaries": {"LIKE": {"count": 3}, "EMPATHY": {"count": 2}},
        "commentSummary": {"count": 4, "topLevelCount": 1},
    }
    results = {"results": {SHARE: {**social}}}
    http = ScriptedHttp([Exchange(method="GET", path="/rest/socialMetadata", json_={**results})])

    samples = await linkedin.sample_posts(http, AS_PERSON, [SHARE, VIDEO])

    assert [(each.metric, each.total) for each in samples] == [
        (Metric.LIKES, 5),
        (Metric.REPLIES, 4),
    ]


async def test_person_without_the_permission_has_no_totals_and_no_trouble() -> None:
    denied = refused(403, "ACCESS_DENIED", "Not enough permissions", number=100)
    denied = denied.model_copy(update={"method": "GET", "path": "/rest/socialMetadata"})

    assert await linkedin.sample_posts(ScriptedHttp([denied]), AS_PERSON, [SHARE]) == []
    assert await linkedin.sample_account(ScriptedHttp([]), AS_PERSON) == []
