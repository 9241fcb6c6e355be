"""Reads running totals of posts and of the account."""

from collections.abc import Sequence

from domain.connector.http import Call, Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.sandbox.answers import Account, Post
from domain.networks.sandbox.wire import server_of


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    call = Call("GET", "/posts", query=tuple(("ids", each) for each in remote_ids))
    posts = await server_of(http, access).repeat(call, tuple[Post, ...])
    return [sample for post in posts for sample in _samples(post)]


async def sample_account(http: Http, access: Access) -> list[Sample]:
    account = await server_of(http, access).repeat(Call("GET", "/me"), Account)
    return [
        Sample(account.id, Metric.FOLLOWERS, account.followers, "followers"),
        Sample(account.id, Metric.POSTS, account.posts, "posts"),
    ]


def _samples(post: Post) -> list[Sample]:
    totals = {
        Metric.LIKES: post.likes,
        Metric.REPOSTS: post.reposts,
        Metric.REPLIES: post.replies,
        Metric.QUOTES: post.quotes,
    }
    return [
        Sample(post.id, metric, total, metric.value)
        for metric, total in totals.items()
        if total is not None
    ]
