"""Running totals of posts and of the account; views are not reported."""

from collections.abc import Sequence

from domain.connector.http import Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.bluesky.answers import Posts, PostView, Standing
from domain.networks.bluesky.wire import pds_of


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    parameters = [("uris", uri) for uri in remote_ids]
    answer = await pds_of(http, access).query("app.bsky.feed.getPosts", parameters, Posts)
    return [sample for post in answer.posts for sample in _of_post(post)]


async def sample_account(http: Http, access: Access) -> list[Sample]:
    standing = await pds_of(http, access).query(
        "app.bsky.actor.getProfile", [("actor", access.remote_id)], Standing
    )
    totals = (
        (Metric.FOLLOWERS, standing.followers_count, "followersCount"),
        (Metric.FOLLOWING, standing.follows_count, "followsCount"),
        (Metric.POSTS, standing.posts_count, "postsCount"),
    )
    return _samples(access.remote_id, totals)


def _of_post(post: PostView) -> list[Sample]:
    totals = (
        (Metric.LIKES, post.like_count, "likeCount"),
        (Metric.REPOSTS, post.repost_count, "repostCount"),
        (Metric.REPLIES, post.reply_count, "replyCount"),
        (Metric.QUOTES, post.quote_count, "quoteCount"),
    )
    return _samples(post.uri, totals)


def _samples(remote_id: str, totals: Sequence[tuple[Metric, int | None, str]]) -> list[Sample]:
    return [
        Sample(remote_id, metric, total, source)
        for metric, total, source in totals
        if total is not None
    ]
