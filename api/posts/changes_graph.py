"""What changes posts and deliveries in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.posts.graph import DELIVERY, POST
from domain.mentions.settling import settle_delivery
from domain.plans import queue
from domain.posts import (
    drifted,
    editing,
    freezing,
    many,
    planning,
    restoring,
    service,
    settling,
    withdrawing,
)
from domain.posts.many_shapes import RescheduledView, RetriedView
from domain.upkeep import drifting

RESCHEDULED = derive(RescheduledView, "Rescheduled", "What moved of many, and what stayed.")
RETRIED = derive(RetriedView, "Retried", "What is sent again of many.")

QUERIES = ()

MUTATIONS = (
    Mutation(
        "create_post",
        service.create_post,
        "Makes a draft; nothing goes out before `schedulePost`. Needs `posts:write`.",
        gives=POST,
        shown="post",
    ),
    Mutation(
        "change_post",
        service.change_post,
        "Changes only what is sent; a scheduled post is planned anew. `post.going_out` while it "
        "goes out, `post.published` for what readers see. Needs `posts:write`.",
        prefix="post",
        gives=POST,
        shown="post",
        needs_version=True,
    ),
    Mutation(
        "restore_post",
        restoring.restore_post,
        "Has a post say again what a version says; `expectedVersion` is the post's. Needs "
        "`posts:write`.",
        prefix="pver",
        gives=POST,
        shown="post",
        needs_version=True,
    ),
    Mutation(
        "remove_post",
        queue.remove_post,
        "Removes a draft, cancels a plan, or what a paused queue holds back; `post.published` for "
        "what is public: withdraw it. "
        "Needs `posts:write`.",
        prefix="post",
    ),
    Mutation(
        "schedule_post",
        planning.schedule_post,
        "Sets a post going: at its wall time, or at once. Needs `posts:publish`.",
        prefix="post",
        gives=POST,
        shown="post",
    ),
    Mutation(
        "retry_post",
        settling.retry_post,
        "Sends again what failed, never what may be public. Needs `posts:publish`.",
        prefix="post",
        gives=POST,
        shown="post",
    ),
    Mutation(
        "edit_post",
        editing.edit_post,
        "Plans one edit in place for each public copy, where its network can. "
        "Needs `posts:publish`.",
        prefix="post",
        gives=POST,
        shown="post",
    ),
    Mutation(
        "withdraw_post",
        withdrawing.withdraw_post,
        "Plans one withdrawal for each public copy, or for those of `accountIds`. "
        "Needs `posts:publish`.",
        prefix="post",
        gives=POST,
        shown="post",
    ),
    Mutation(
        "hold_post",
        freezing.hold_post,
        "Puts a post on legal hold: nothing of it goes out, nobody changes it. Needs `posts:hold`.",
        prefix="post",
        gives=POST,
        shown="post",
    ),
    Mutation(
        "release_post",
        freezing.release_post,
        "Releases a post: what fell due goes on by its calendar's rule. Needs `posts:hold`.",
        prefix="post",
        gives=POST,
        shown="post",
    ),
    Mutation(
        "retry_delivery",
        settling.retry_delivery,
        "Sends a failed delivery again. Needs `posts:publish`.",
        prefix="dlv",
        gives=DELIVERY,
        shown="delivery",
    ),
    Mutation(
        "cancel_delivery",
        settling.cancel_delivery,
        "Ends a delivery that waits or failed; the others of its post go on. Needs "
        "`posts:publish`.",
        prefix="dlv",
        gives=DELIVERY,
        shown="delivery",
    ),
    Mutation(
        "retry_deliveries",
        many.retry_deliveries,
        "Sends again many that failed or were missed, by filter. Needs `posts:publish`.",
        gives=RETRIED,
        shown="retried",
    ),
    Mutation(
        "reschedule_posts",
        many.reschedule_posts,
        "Moves many scheduled posts by the same time. Needs `posts:publish`.",
        gives=RESCHEDULED,
        shown="rescheduled",
    ),
    Mutation(
        "check_delivery",
        drifted.check_delivery,
        "Compares at once what the network shows with what was sent. Needs `posts:publish`.",
        prefix="dlv",
        gives=DELIVERY,
        shown="delivery",
    ),
    Mutation(
        "accept_drift",
        drifting.accept_drift,
        "What the network shows may differ as it does now. Needs `posts:publish`.",
        prefix="dlv",
        gives=DELIVERY,
        shown="delivery",
    ),
    Mutation(
        "settle_delivery",
        settle_delivery,
        "Says what became of a delivery in doubt: a person looked. Needs `posts:publish`.",
        prefix="dlv",
        gives=DELIVERY,
        shown="delivery",
    ),
)
