"""A step of a review asks those who may approve, each by a mail with a link of their own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.approvals.rules import reminder_at
from domain.approvals.shapes import ReviewStepView
from domain.approvals.tables import Review, ReviewLink
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotAllowedNow
from domain.kernel.ids import new_id
from domain.kernel.languages import Language
from domain.kernel.nudges import due_at
from domain.kernel.sealing import fingerprint
from domain.workspaces import queries
from domain.workspaces.department_queries import members_of
from domain.workspaces.letters import Doors, LinkKind, Recipient, send_link
from domain.workspaces.tables import Member

LINK_LASTS = timedelta(days=30)
"""A link counts beyond its due time: who is late may still decide."""
LONGEST_TITLE = 60
REVIEW, REMINDER, ESCALATION = "review", "reminder", "escalation"
"""The letters that carry a link, as `letters.toml` calls them."""


async def ask_step(
    session: AsyncSession, caller: Caller, row: Review, *, title: str, doors: Doors, now: datetime
) -> list[UUID]:
    """Asks the present step; gives the members who are asked. Raises `NotAllowedNow` for nobody."""
    step = ReviewStepView.model_validate(row.steps[row.step])
    row.department_id, row.member_ids = step.department_id, step.member_ids
    row.due_at, row.reminders = now + timedelta(hours=step.hours), 0
    remind_later(session, row, step.hours)
    session.add(row)
    await session.flush()
    return await write_to_asked(session, caller, row, title=title, doors=doors, now=now)


async def write_to_asked(
    session: AsyncSession,
    caller: Caller,
    row: Review,
    *,
    title: str,
    doors: Doors,
    now: datetime,
    only: UUID | None = None,
    letter: str = REVIEW,
) -> list[UUID]:
    """Writes to all whom the present step asks, or to one of them; as `ask_step`."""
    members = await _able(session, caller, row)
    if not members:
        raise NotAllowedNow(f"Step {row.step + 1} asks nobody who may approve.")
    for member in members:
        if only in {None, member.id}:
            about = {"title": title, "letter": letter}
            await _write(session, caller, row, member, **about, doors=doors, now=now)
    return [member.id for member in members]


def remind_later(session: AsyncSession, row: Review, hours: int) -> None:
    """Says when a worker reminds those whom the present step asks."""
    row.act_at = reminder_at(row.due_at, hours=hours, sent=row.reminders)
    if row.act_at is not None:
        due_at(session, row.workspace_id, row.id, row.act_at)


async def end_links(session: AsyncSession, row: Review) -> None:
    """Links that were sent so far count no longer."""
    await session.exec(
        delete(ReviewLink).where(
            col(ReviewLink.workspace_id) == row.workspace_id, col(ReviewLink.review_id) == row.id
        )
    )


async def may_approve(session: AsyncSession, member_id: UUID, community_id: UUID) -> bool:
    """Whether a member, as they stand now, may approve in a community."""
    found = await queries.standing(session, member_id)
    if found is None or Scope.POSTS_APPROVE not in found.scopes:
        return False
    return found.communities is None or community_id in found.communities


async def _able(session: AsyncSession, caller: Caller, row: Review) -> Sequence[Member]:
    ids = set(row.member_ids)
    if row.department_id is not None:
        ids.update((await members_of(session, caller, [row.department_id]))[row.department_id])
    statement = queries.visible(caller).where(col(Member.id).in_(ids))
    rows = (await session.exec(statement.order_by(col(Member.id)))).all()
    return [each for each in rows if await may_approve(session, each.id, row.community_id)]


async def _write(
    session: AsyncSession,
    caller: Caller,
    row: Review,
    member: Member,
    *,
    title: str,
    letter: str,
    doors: Doors,
    now: datetime,
) -> None:
    secret = doors.new_secret(caller.workspace_id, LinkKind.REVIEW)
    until = max(row.due_at, now + LINK_LASTS)
    link = ReviewLink(
        workspace_id=caller.workspace_id,
        id=new_id(),
        review_id=row.id,
        step=row.step,
        member_id=member.id,
        fingerprint=fingerprint(secret),
        created_at=now,
        expires_at=until,
    )
    session.add(link)
    await send_link(
        session,
        doors,
        LinkKind.REVIEW,
        Recipient(member.email, Language(row.language), member.user_id),
        secret,
        until=until,
        now=now,
        letter=letter,
        workspace=(await queries.find_workspace(session, caller)).name,
        name=member.name,
        title=title[:LONGEST_TITLE],
    )
