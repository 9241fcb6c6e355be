"""Approval policies and reviews in the graph."""

from api.approvals import loaders
from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from domain.approvals import deciding, handing, lapsing, service
from domain.approvals import queries as reviews
from domain.approvals.shapes import ReviewView
from domain.policies import queries as policies
from domain.policies import service as changes
from domain.policies.shapes import PolicyView

POLICY = derive(
    PolicyView,
    "ApprovalPolicy",
    "Which posts of a community are approved by whom before they go out.",
    find=policies.policies_by_id,
)
REVIEW = derive(
    ReviewView,
    "Review",
    "What a post says, submitted for approval.",
    find=reviews.reviews_by_id,
)

for relation, name, description in (
    (loaders.community_by_policy, "community", "Whose posts. Needs `communities:read`."),
    (loaders.community_by_review, "community", "Its community. Needs `communities:read`."),
    (loaders.post_by_review, "post", "The post."),
    (loaders.version_by_review, "postVersion", "What it said when it was submitted."),
    (loaders.review_by_approval, "review", "The newest review."),
    (loaders.reviews_by_post, "reviews", "What of it was submitted for approval, newest first."),
):
    edge(relation, name, description)

QUERIES = (
    single(
        "approval_policy",
        POLICY,
        policies.get_policy,
        "One approval policy. Needs `communities:read`.",
        prefix="pol",
    ),
    listing(
        "approval_policies",
        POLICY,
        policies.list_policies,
        "The approval policies, in the order in which they are asked. Needs `communities:read`.",
        filters={"community_ids": "Only of these communities."},
        order=Order(policies.IN_ORDER.name, ("id",)),
    ),
    single("review", REVIEW, reviews.get_review, "One review. Needs `posts:read`.", prefix="rev"),
    listing(
        "reviews",
        REVIEW,
        reviews.list_reviews,
        "The reviews, newest first. Needs `posts:read`.",
        filters={
            "states": "Only in these states.",
            "community_ids": "Only of these communities.",
            "post_ids": "Only of these posts.",
            "is_mine": "Only open ones that the token's member is asked to decide, or others.",
        },
        order=Order(reviews.NEWEST_FIRST.name, ("id",)),
    ),
)

MUTATIONS = (
    Mutation(
        "create_approval_policy",
        changes.create_policy,
        "Makes an approval policy. Needs `communities:write`.",
        gives=POLICY,
        shown="approval_policy",
    ),
    Mutation(
        "change_approval_policy",
        changes.change_policy,
        "Changes only what is sent; open reviews go on as they began. Needs `communities:write`.",
        prefix="pol",
        gives=POLICY,
        shown="approval_policy",
        needs_version=True,
    ),
    Mutation(
        "remove_approval_policy",
        lapsing.remove_policy,
        "Removes an approval policy: what it alone held back goes out, and reviews that it alone "
        "asked for lapse. Needs `communities:write`.",
        prefix="pol",
    ),
    Mutation(
        "submit_review",
        service.submit_review,
        "Submits what a post says now to those whom the policies ask. Needs `posts:write`.",
        prefix="post",
        id_name="post_id",
        gives=REVIEW,
        shown="review",
    ),
    Mutation(
        "approve_review",
        deciding.approve_review,
        "Approves the present step; only for who is asked. Send `expectedVersion`: without it, a "
        "second approval of a member who is asked by the next step too approves that one. Needs "
        "`posts:approve`.",
        prefix="rev",
        gives=REVIEW,
        shown="review",
    ),
    Mutation(
        "refuse_review",
        deciding.refuse_review,
        "Refuses what is reviewed, with words; only for who is asked. Needs `posts:approve`.",
        prefix="rev",
        gives=REVIEW,
        shown="review",
    ),
    Mutation(
        "remind_review",
        handing.remind_review,
        "New links by mail; those before count no longer. Needs `posts:write`.",
        prefix="rev",
        gives=REVIEW,
        shown="review",
    ),
    Mutation(
        "delegate_review",
        handing.delegate_review,
        "Hands the present step over to somebody who may approve too. Needs `posts:approve`.",
        prefix="rev",
        gives=REVIEW,
        shown="review",
    ),
    Mutation(
        "withdraw_review",
        service.withdraw_review,
        "Withdraws a review: nobody is asked any longer. Needs `posts:write`.",
        prefix="rev",
        gives=REVIEW,
        shown="review",
    ),
)
