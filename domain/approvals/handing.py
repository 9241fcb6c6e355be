"""Who is asked is reminded, or hands the step over to somebody else."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.approvals.asking import end_links, may_approve, write_to_asked
from domain.approvals.deciding import ensure_mine
from domain.approvals.rules import Act, ReviewState, after
from domain.approvals.service import ensure_same, locked, standing, tell
from domain.approvals.shapes import DelegateReview, ReviewView
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import Fault, Misfit, NotFound
from domain.workspaces import queries
from domain.workspaces.letters import Doors


async def remind_review(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    doors: Doors,
    now: datetime,
) -> ReviewView:
    """New links to all whom the step asks; those before count no longer. Raises `NotAllowedNow`."""
    caller.need(Scope.POSTS_WRITE)
    post, row = await locked(session, caller, id_, expected_version)
    before = standing(row)
    row.state = after(ReviewState(row.state), Act.REMIND)
    version = await ensure_same(session, caller, post, row)
    await end_links(session, row)
    asked = await write_to_asked(session, caller, row, title=version.title, doors=doors, now=now)
    tell(session, caller, row, "review.reminded", before, now, asked=asked)
    return ReviewView.model_validate(row)


async def delegate_review(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: DelegateReview,
    *,
    expected_version: int | None,
    doors: Doors,
    now: datetime,
) -> ReviewView:
    """Asks somebody else by name in the caller's place; a department stays asked as it is.

    Raises `NotAsked`, `MemberMissing`, `NotAllowedNow`, `NotFound`, and `Misfit` for who may not
    approve.
    """
    caller.need(Scope.POSTS_APPROVE)
    post, row = await locked(session, caller, id_, expected_version)
    before = standing(row)
    row.state = after(ReviewState(row.state), Act.DELEGATE)
    version = await ensure_mine(session, caller, post, row)
    if await queries.standing(session, command.member_id) is None:
        raise NotFound("member", [command.member_id])
    if not await may_approve(session, command.member_id, row.community_id):
        fault = Fault("/member_id", "member.may_not_approve", "Nobody here who may approve.")
        raise Misfit(faults=(fault,))
    others = [id_ for id_ in row.member_ids if id_ not in {caller.member_id, command.member_id}]
    row.member_ids = [*others, command.member_id]
    asked = await write_to_asked(
        session, caller, row, title=version.title, doors=doors, now=now, only=command.member_id
    )
    tell(session, caller, row, "review.delegated", before, now, asked=asked)
    return ReviewView.model_validate(row)
