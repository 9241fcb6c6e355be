"""Running totals of statuses and of the account; views are not reported, quotes from 4.5 on."""

from collections.abc import Sequence

from domain.connector.errors import Missing, Refused
from domain.connector.http import Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.mastodon.answers import Status, Statuses
from domain.networks.mastodon.connect import own_account
from domain.networks.mastodon.wire import REST, Server, server_of


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    server = server_of(http, access)
    try:
        query = [("id[]", each) for each in remote_ids]
        statuses = (await server.read(f"{REST}/statuses", Statuses, query)).root
    except Refused:  # many at once are known since Mastodon 4.3
        statuses = await _one_by_one(server, remote_ids)
    return [sample for status in statuses for sample in _of_status(status)]


async def sample_account(http: Http, access: Access) -> list[Sample]:
    account = await own_account(server_of(http, access))
    totals = (
        (Metric.FOLLOWERS, account.followers_count, "followers_count"),
        (Metric.FOLLOWING, account.following_count, "following_count"),
        (Metric.POSTS, account.statuses_count, "statuses_count"),
    )
    return _samples(access.remote_id, totals)


async def _one_by_one(server: Server, remote_ids: Sequence[str]) -> tuple[Status, ...]:
    statuses = []
    for remote_id in remote_ids:
        try:
            statuses.append(await server.read(f"{REST}/statuses/{remote_id}", Status))
        except Missing:
            continue
    return tuple(statuses)


def _of_status(status: Status) -> list[Sample]:
    totals = (
        (Metric.LIKES, status.favourites_count, "favourites_count"),
        (Metric.REPOSTS, status.reblogs_count, "reblogs_count"),
        (Metric.REPLIES, status.replies_count, "replies_count"),
        (Metric.QUOTES, status.quotes_count, "quotes_count"),
    )
    return _samples(status.id, totals)


def _samples(remote_id: str, totals: Sequence[tuple[Metric, int | None, str]]) -> list[Sample]:
    return [
        Sample(remote_id, metric, total, source)
        for metric, total, source in totals
        if total is not None
    ]
