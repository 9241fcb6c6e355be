"""The nested question: communities with posts, variants, newest numbers, mentions and authors.

Once as GraphQL, once as one SQL statement that gives the same `data`.
"""

import json
from datetime import datetime
from typing import Any

from domain.metrics.words import ENGAGEMENT_PARTS

COMMUNITIES, POSTS, MENTIONS = 5, 10, 20
DOCUMENT = f"""
query Board {{
  communities(first: {COMMUNITIES}) {{ nodes {{ id name slug timeZone
    posts(first: {POSTS}) {{ nodes {{ id title text state publishAt publishedAt labels version
      variants {{ nodes {{ id accountId visibility version }} }}
      metrics {{ engagements copies {{ accountId network engagements
        totals {{ metric total sampledAt }} }} }} }} }}
    mentions(first: {MENTIONS}) {{ nodes {{ id network kind status text url language postTitle
      saidAt version author {{ id network handle displayName url avatarUrl }} }} }} }} }}
}}
"""
ASKED = json.dumps({"query": " ".join(DOCUMENT.split())})
ENGAGEMENT = ", ".join(f"'{part}'" for part in ENGAGEMENT_PARTS)


def _id(prefix: str, column: str = "id") -> str:
    return f"'{prefix}_' || replace({column}::text, '-', '')"


def _nodes(rows: str, node: str, order: str) -> str:
    """A page of the graph: an object around a list, also around an empty one."""
    listed = f"coalesce(json_agg({node} ORDER BY {order}), '[]')"
    return f"(SELECT json_build_object('nodes', {listed}) FROM {rows})"


VARIANTS = _nodes(
    "variants v WHERE v.workspace_id = p.workspace_id AND v.post_id = p.id",
    f"json_build_object('id', {_id('var')}, 'accountId', {_id('acct', 'account_id')},"
    " 'visibility', upper(visibility), 'version', version)",
    "v.id",
)
TOTAL = "json_build_object('metric', upper(metric), 'total', total, 'sampledAt', sampled_at)"
COPIES = f"""
SELECT account_id, network, subject_id,
       sum(total) FILTER (WHERE metric IN ({ENGAGEMENT}))::bigint AS engagements,
       json_agg({TOTAL} ORDER BY metric) AS totals
  FROM standings s WHERE s.workspace_id = p.workspace_id AND s.post_id = p.id
 GROUP BY account_id, network, subject_id
"""
METRICS = f"""
(SELECT json_build_object('engagements', sum(engagements), 'copies', coalesce(json_agg(
        json_build_object('accountId', {_id("acct", "account_id")}, 'network', network,
                          'engagements', engagements, 'totals', totals)
        ORDER BY network, subject_id), '[]')) FROM ({COPIES}) copy)
"""
POST = f"""
json_build_object('id', {_id("post")}, 'title', title, 'text', text, 'state', upper(state),
    'publishAt', publish_at, 'publishedAt', published_at, 'labels', labels, 'version', version,
    'variants', {VARIANTS}, 'metrics', {METRICS})
"""
AUTHOR = f"""
(SELECT json_build_object('id', {_id("auth")}, 'network', network, 'handle', handle,
        'displayName', display_name, 'url', url, 'avatarUrl', avatar_url)
   FROM authors a WHERE a.workspace_id = m.workspace_id AND a.id = m.author_id)
"""
MENTION = f"""
json_build_object('id', {_id("men")}, 'network', network, 'kind', upper(kind), 'status',
    upper(status), 'text', text, 'url', url, 'language', language, 'postTitle', post_title,
    'saidAt', said_at, 'version', version, 'author', {AUTHOR})
"""


def _first(table: str, name: str, order: str, most: int) -> str:
    return (
        f"(SELECT * FROM {table} WHERE workspace_id = c.workspace_id AND community_id = c.id"
        f" ORDER BY {order} LIMIT {most}) {name}"
    )


LAST_POSTS = _first("posts", "p", "created_at DESC, id DESC", POSTS)
LAST_MENTIONS = _first("mentions", "m", "said_at DESC, id DESC", MENTIONS)
COMMUNITY = f"""
json_build_object('id', {_id("com")}, 'name', name, 'slug', slug, 'timeZone', time_zone,
    'posts', {_nodes(LAST_POSTS, POST, "p.created_at DESC, p.id DESC")},
    'mentions', {_nodes(LAST_MENTIONS, MENTION, "m.said_at DESC, m.id DESC")})
"""
FIRST = (
    "(SELECT * FROM communities WHERE workspace_id = $1 ORDER BY created_at, id"
    f" LIMIT {COMMUNITIES}) c"
)
STATEMENT = f"""
SELECT json_build_object('data', json_build_object('communities',
       {_nodes(FIRST, COMMUNITY, "c.created_at, c.id")}))::text
"""


def data_of(answer: bytes) -> tuple[Any, int]:
    """The data, its moments the same however they are written, and how many values it has."""
    data = json.loads(answer, object_hook=_with_moments)["data"]
    return data, _count(data)


def _with_moments(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if value and name.endswith("At") else value
        for name, value in found.items()
    }


def _count(value: Any) -> int:
    match value:
        case dict():
            return sum(_count(each) for each in value.values())
        case list():
            return sum(_count(each) for each in value)
    return 1
