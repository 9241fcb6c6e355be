"""Running totals: comments of articles, and how many articles the account has."""

from collections.abc import Sequence

from domain.connector.dialects.moments import whole
from domain.connector.http import Call, Http
from domain.connector.words import Access, Metric, Sample
from domain.networks.wordpress.answers import Posts
from domain.networks.wordpress.places import post_ref, read_id
from domain.networks.wordpress.wire import REST, Server, server_of

_TOTAL = "x-wp-total"


async def sample_posts(http: Http, access: Access, remote_ids: Sequence[str]) -> list[Sample]:
    """Comments of articles that stand there; comments of ours have no totals of their own."""
    server = server_of(http, access)
    ids = [number for kind, number in map(read_id, remote_ids) if kind == "posts"]
    if not ids:
        return []
    query = [("include", ",".join(map(str, ids))), ("per_page", "100"), ("_fields", "id,link")]
    samples = list[Sample]()
    for post in (await server.read(f"{REST}/posts", Posts, query)).root:
        total = await _total(server, f"{REST}/comments", ("post", post.id))
        if total is not None:
            samples.append(Sample(post_ref(post).remote_id, Metric.REPLIES, total, _TOTAL))
    return samples


async def sample_account(http: Http, access: Access) -> list[Sample]:
    server = server_of(http, access)
    total = await _total(server, f"{REST}/posts", ("author", access.remote_id))
    return [] if total is None else [Sample(access.remote_id, Metric.POSTS, total, _TOTAL)]


async def _total(server: Server, path: str, asked: tuple[str, str]) -> int | None:
    query = (asked, ("per_page", "1"), ("_fields", "id"))
    return whole((await server.ask(Call("GET", path, query=query))).headers.get(_TOTAL))
