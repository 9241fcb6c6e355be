"""The curation inbox in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.relations import edge
from api.ideas import loaders
from domain.ideas import candidate_queries, curating, deciding
from domain.ideas.candidate_shapes import CandidateView

CANDIDATE = derive(
    CandidateView,
    "Candidate",
    "A feed entry or a mention that may become an idea or a post.",
    find=candidate_queries.candidates_by_id,
)

edge(loaders.mention_by_candidate, "mention", "What it is. Needs `mentions:read`.")
edge(loaders.idea_by_candidate, "idea", "The idea it became. Needs `calendars:read`.")
edge(loaders.post_by_candidate, "post", "The post it became. Needs `posts:read`.")
edge(
    loaders.community_by_candidate,
    "community",
    "Whose account it came to. Needs `communities:read`.",
)

QUERIES = (
    single(
        "candidate",
        CANDIDATE,
        candidate_queries.get_candidate,
        "One candidate. Needs `mentions:read`.",
        prefix="cand",
    ),
    listing(
        "candidates",
        CANDIDATE,
        candidate_queries.list_candidates,
        "What feeds brought and people picked, the best or the newest first. "
        "Needs `mentions:read`.",
        filters={
            "states": "Only in these states.",
            "community_ids": "Only of these communities.",
            "origins": "Only from feeds, or only picked.",
            "at_least": "Only with this score or a better one.",
        },
    ),
)

MUTATIONS = (
    Mutation(
        "create_candidate",
        curating.pick_mention,
        "Picks a mention; `already_exists` for one that is a candidate. Needs `mentions:write`.",
        gives=CANDIDATE,
        shown="candidate",
    ),
    Mutation(
        "accept_candidate",
        deciding.accept_candidate,
        "Makes a draft of it in `calendarId`, an idea without one; once. "
        "Needs `mentions:write`. An idea takes `calendars:write` as well, a post `posts:write`.",
        prefix="cand",
        gives=CANDIDATE,
        shown="candidate",
    ),
    Mutation(
        "dismiss_candidate",
        deciding.dismiss_candidate,
        "Dismisses it; it can still be accepted. Needs `mentions:write`.",
        prefix="cand",
        gives=CANDIDATE,
        shown="candidate",
    ),
)
