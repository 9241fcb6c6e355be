"""Running totals: of an organisation's posts its share statistics, of a person's the social ones.

https://learn.microsoft.com/linkedin/marketing/community-management/organizations/share-statistics,
…/organizations/organization-lookup-api (followers) and …/shares/social-metadata-api, read
2026-11-28. A post that nobody saw yet is not told; what a token may not read, neither.
"""

from collections.abc import Iterator, Mapping, Sequence

from domain.connector.heard import understood
from domain.connector.http import Call, Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.linkedin.answers import Heard, Listed
from domain.networks.linkedin.refusals import NotPermitted
from domain.networks.linkedin.urns import ORGANIZATION, encoded, listed
from domain.networks.linkedin.wire import REST, Server, server_of

_KINDS = {"urn:li:share:": "shares", "urn:li:ugcPost:": "ugcPosts"}


class _Totals(Heard):
    like_count: int | None = None
    share_count: int | None = None
    comment_count: int | None = None
    impression_count: int | None = None
    click_count: int | None = None


class _Statistics(Heard):
    share: str | None = None
    ugc_post: str | None = None
    total_share_statistics: _Totals = _Totals()


class _Reaction(Heard):
    count: int = 0


class _Comments(Heard):
    count: int | None = None


class _Social(Heard):
    reaction_summaries: dict[str, _Reaction] | None = None
    comment_summary: _Comments = _Comments()


class _Socials(Heard):
    results: dict[str, _Social]


class _Network(Heard):
    first_degree_size: int


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    server = server_of(http, access)
    if not access.remote_id.startswith(ORGANIZATION):
        return await _of_person(server, remote_ids)
    found = list[Sample]()
    for beginning, kind in _KINDS.items():
        urns = [each for each in remote_ids if each.startswith(beginning)]
        if urns:
            found += await _of_organization(server, access.remote_id, kind, urns)
    return found


async def sample_account(http: Http, access: Access) -> list[Sample]:
    """A person's followers are told to no app."""
    if not access.remote_id.startswith(ORGANIZATION):
        return []
    path = f"{REST}/networkSizes/{encoded(access.remote_id)}"
    query = [("edgeType", "COMPANY_FOLLOWED_BY_MEMBER")]
    size = await server_of(http, access).read(path, _Network, query)
    return [Sample(access.remote_id, Metric.FOLLOWERS, size.first_degree_size, "firstDegreeSize")]


async def _of_organization(
    server: Server, author: str, kind: str, urns: Sequence[str]
) -> list[Sample]:
    # Rest.li's lists stand as they are: what encodes a query would hide them.
    asked = f"q=organizationalEntity&organizationalEntity={encoded(author)}&{kind}={listed(urns)}"
    call = Call("GET", f"{REST}/organizationalEntityShareStatistics?{asked}")
    page = await server.repeat(call, Listed)
    return [
        sample
        for each in understood(page.elements, _Statistics)
        for sample in _shared(each.share or each.ugc_post or "", each.total_share_statistics)
        if sample.remote_id in urns
    ]


async def _of_person(server: Server, urns: Sequence[str]) -> list[Sample]:
    call = Call("GET", f"{REST}/socialMetadata?ids={listed(urns)}")
    try:
        results = (await server.repeat(call, _Socials)).results
    except NotPermitted:
        return []
    return [
        sample for urn, social in results.items() for sample in _social(urn, social) if urn in urns
    ]


def _shared(urn: str, totals: _Totals) -> Iterator[Sample]:
    yield from _samples(
        urn,
        {
            (Metric.LIKES, "likeCount"): totals.like_count,
            (Metric.REPOSTS, "shareCount"): totals.share_count,
            (Metric.REPLIES, "commentCount"): totals.comment_count,
            (Metric.VIEWS, "impressionCount"): totals.impression_count,
            (Metric.CLICKS, "clickCount"): totals.click_count,
        },
    )


def _social(urn: str, social: _Social) -> Iterator[Sample]:
    """Reactions of every kind are likes."""
    reactions = social.reaction_summaries
    likes = None if reactions is None else sum(each.count for each in reactions.values())
    told = {
        (Metric.LIKES, "reactionSummaries"): likes,
        (Metric.REPLIES, "commentSummary"): social.comment_summary.count,
    }
    yield from _samples(urn, told)


def _samples(urn: str, told: Mapping[tuple[Metric, str], int | None]) -> Iterator[Sample]:
    """A total below nought, which LinkedIn tells at times, is none."""
    for (metric, source), total in told.items():
        if total is not None and total >= 0:
            yield Sample(urn, metric, total, source)
