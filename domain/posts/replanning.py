"""Plans meet new rules of their zone: wall time and zone stay, the moment is computed anew.

What goes out, went out or is due already is left alone.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.clock import resolve
from domain.kernel.errors import ZoneUnknown
from domain.posts.deliveries import make_due
from domain.posts.finding import deliveries_of, find_post
from domain.posts.rules import UNDER_WAY, DeliveryState, PostState
from domain.posts.tables import Post

PLANNED = (PostState.DRAFT, PostState.SCHEDULED)


class Plan(NamedTuple):
    id: UUID
    version: int
    wall_time: datetime
    time_zone: str
    publish_at: datetime

    @property
    def moment(self) -> datetime:
        """By the rules of today; the one it has where its zone is known no longer."""
        try:
            return resolve(self.wall_time, self.time_zone)
        except ZoneUnknown:
            return self.publish_at

    @property
    def may_move(self) -> bool:
        """Also where its wall time means nothing that can be computed: that is found out apart."""
        try:
            return self.moment != self.publish_at
        except (ValueError, OverflowError):
            return True


async def plans_after(
    session: AsyncSession, caller: Caller, after: tuple[datetime, UUID], *, most: int
) -> list[Plan]:
    """The next posts that have a wall time and wait for it, by the moment they have."""
    place = (col(Post.publish_at), col(Post.id))
    statement = (
        select(Post)
        .where(
            col(Post.workspace_id) == caller.workspace_id,
            col(Post.state).in_(PLANNED),
            col(Post.wall_time).is_not(None),
            tuple_(*place) > after,
        )
        .order_by(*place)
        .limit(most)
    )
    found = (_plan_of(post) for post in (await session.exec(statement)).all())
    return [plan for plan in found if plan is not None]


async def replan_post(
    session: AsyncSession, caller: Caller, id_: UUID, *, rules: str, now: datetime
) -> Plan | None:
    """Moves a post to the moment its wall time means now; gives the plan before.

    None where nothing is to be moved. Raises `NotFound`.
    """
    post = await find_post(session, caller, id_, None)
    plan = _plan_of(post)
    if plan is None or plan.publish_at <= now or plan.moment == plan.publish_at:
        return None
    rows = await deliveries_of(session, caller, id_) if post.state == PostState.SCHEDULED else []
    if post.state not in PLANNED or any(row.state in UNDER_WAY for row in rows):
        return None
    for row in rows:
        if row.state == DeliveryState.WAITING:
            make_due(session, row, plan.moment, now=now)
    post.publish_at = plan.moment
    post.version, post.updated_at = post.version + 1, now
    data = {
        "changed": ["publish_at"],
        "previous": {"publish_at": plan.publish_at.isoformat()},
        "current": {"publish_at": plan.moment.isoformat()},
        "zone_rules": rules,
    }
    record(session, caller, "post.replanned", ("post", id_), now=now, data=data)
    return plan


def _plan_of(post: Post) -> Plan | None:
    if post.wall_time is None or post.publish_at is None:
        return None
    return Plan(post.id, post.version, post.wall_time, post.time_zone, post.publish_at)
