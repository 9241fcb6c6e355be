"""Many at once, by filter: /v1/deliveries/retry and /v1/posts/reschedule."""

from fastapi import APIRouter

from api.deps import CallerDep, NowDep, SessionDep
from api.routes import TransactionRoute
from domain.posts import many
from domain.posts.many_shapes import (
    RescheduledView,
    ReschedulePosts,
    RetriedView,
    RetryDeliveries,
)

router = APIRouter(prefix="/v1", route_class=TransactionRoute)


@router.post("/deliveries/retry", tags=["deliveries"], summary="Send many again")
async def retry_deliveries(
    session: SessionDep, caller: CallerDep, now: NowDep, command: RetryDeliveries
) -> RetriedView:
    """What failed or was missed, by account, network, code and time; 500 a request.

    What may be public already is in doubt, not failed: it is never among them. `dry_run` tells
    what would be sent. Needs the scope `posts:publish`.
    """
    return await many.retry_deliveries(session, caller, command, now=now)


@router.post("/posts/reschedule", tags=["posts"], summary="Move many posts")
async def reschedule_posts(
    session: SessionDep, caller: CallerDep, now: NowDep, command: ReschedulePosts
) -> RescheduledView:
    """Scheduled posts, all by the same time on the clock of their zones; 500 a request.

    A post that would come to stand in the past stays where it is, with `code` `time.past`, and one
    whose words hold no longer by then with `time.after_validity`; of posts that were named and
    cannot move `left_out` says why.
    `dry_run` tells where each would go. Needs the scope `posts:publish`.
    """
    return await many.reschedule_posts(session, caller, command, now=now)
