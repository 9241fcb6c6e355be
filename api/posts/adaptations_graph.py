"""Adaptations of posts in the graph, and what targets say in the end."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import single
from api.graph.relations import edge
from api.posts import loaders
from domain.posts import adaptations, wording
from domain.posts.adaptation_shapes import AdaptationView
from domain.posts.wording_shapes import DiffView, ResolvedPostView

ADAPTATION = derive(
    AdaptationView,
    "Adaptation",
    "What a post says for a network, locale, segment or tone.",
    find=adaptations.adaptations_by_id,
)
DIFF = derive(DiffView, "Diff", "What one says otherwise than what it inherits.")
RESOLVED = derive(ResolvedPostView, "ResolvedPost", "What each account of a post will say.")

for relation, name, description in (
    (loaders.adaptations_by_post, "adaptations", "What it says for some of its accounts."),
    (loaders.post_by_adaptation, "post", "The post it adapts: its version guards changes."),
    (loaders.media_by_adaptation, "media", "Its own pictures and videos; empty: inherited."),
):
    edge(relation, name, description)

QUERIES = (
    single(
        "adaptation",
        ADAPTATION,
        adaptations.get_adaptation,
        "One adaptation of a post. Needs `posts:read`.",
        prefix="adp",
    ),
    single(
        "adaptation_diff",
        DIFF,
        wording.diff_adaptation,
        "What an adaptation says otherwise than what it inherits. Needs `posts:read`.",
        prefix="adp",
    ),
    single(
        "variant_diff",
        DIFF,
        wording.diff_variant,
        "What an account says otherwise than what it inherits. Needs `posts:read`.",
        prefix="var",
    ),
    single(
        "resolved_post",
        RESOLVED,
        wording.resolve_post,
        "What each account of a post will say, and whose each word is. Needs `posts:read`.",
        prefix="post",
    ),
)

MUTATIONS = (
    Mutation(
        "add_adaptation",
        adaptations.add_adaptation,
        "Adapts a post for a network, locale, segment or tone. Needs `posts:write`.",
        prefix="post",
        id_name="post_id",
        gives=ADAPTATION,
        shown="adaptation",
    ),
    Mutation(
        "change_adaptation",
        adaptations.change_adaptation,
        "Changes only the words that are sent; `expectedVersion` is the post's. "
        "Needs `posts:write`.",
        prefix="adp",
        gives=ADAPTATION,
        shown="adaptation",
        needs_version=True,
    ),
    Mutation(
        "remove_adaptation",
        adaptations.remove_adaptation,
        "Removes an adaptation; `expectedVersion` is the post's. Needs `posts:write`.",
        prefix="adp",
    ),
)
