"""Who is asked follows the link of their mail: what they are shown, and the one decision."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.approvals.asking import may_approve
from domain.approvals.deciding import approve_step, is_asked, refuse_step
from domain.approvals.queries import note_seen
from domain.approvals.rules import ReviewState
from domain.approvals.service import locked
from domain.approvals.shapes import ApproveReview, RefuseReview, ReviewSeen
from domain.approvals.tables import Review, ReviewLink
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import LinkInvalid
from domain.kernel.ids import show
from domain.kernel.sealing import fingerprint
from domain.posts.missing import beside
from domain.posts.tables import Post, PostVersion
from domain.posts.versions import find_version, version_at
from domain.workspaces import queries
from domain.workspaces.letters import Doors
from domain.workspaces.tables import Member


async def see_review(session: AsyncSession, secret: str, *, now: datetime) -> ReviewSeen:
    """What is to be decided; that it was seen is kept the first time. Raises `LinkInvalid`."""
    link, caller, _, row = await _open_one(session, secret, now)
    link.seen_at = link.seen_at or now
    await note_seen(session, caller, row, is_by_link=True, now=now)
    member = await session.get_one(Member, (row.workspace_id, link.member_id))
    version = await find_version(session, caller, row.post_version_id)
    return ReviewSeen(
        workspace_name=(await queries.find_workspace(session, caller)).name,
        member_name=member.name,
        note=row.note,
        title=version.title,
        text=version.text,
        others=_others(version),
        link_url=version.link_url,
        due_at=row.due_at,
    )


def _others(version: PostVersion) -> list[str]:
    """All else that would be read: polls, quotes, first comments, and what is said otherwise."""
    said = beside(version.poll, version.quote_of, version.first_comment)
    for each in (*version.adaptations, *version.variants):
        rest = (each.get(name) for name in ("poll", "quote_of", "first_comment"))
        said += [*(each["parts"] or ()), *beside(*rest)]
    return [text for text in said if text]


async def approve_by_link(
    session: AsyncSession, secret: str, command: ApproveReview, *, doors: Doors, now: datetime
) -> None:
    """Of two decisions that come at the same time, one gets `LinkInvalid`."""
    _, caller, post, row = await _open_one(session, secret, now)
    await approve_step(session, caller, post, row, command, doors=doors, now=now, is_by_link=True)


async def refuse_by_link(
    session: AsyncSession, secret: str, command: RefuseReview, *, now: datetime
) -> None:
    """As `approve_by_link`."""
    _, caller, post, row = await _open_one(session, secret, now)
    await refuse_step(session, caller, post, row, command, now=now, is_by_link=True)


async def _open_one(
    session: AsyncSession, secret: str, now: datetime
) -> tuple[ReviewLink, Caller, Post, Review]:
    """The link with its post and review, locked; for who may approve still, what is asked still.

    Row-level security keeps it to the workspace that the secret names.
    """
    statement = select(ReviewLink).where(col(ReviewLink.fingerprint) == fingerprint(secret))
    link = (await session.exec(statement)).one_or_none()
    if link is None or link.expires_at <= now:
        raise LinkInvalid
    caller = _member(link.workspace_id, link.member_id)
    post, row = await locked(session, caller, link.review_id, None)
    newest = await version_at(session, caller, post.id, None)
    is_same = newest is not None and newest.id == row.post_version_id
    is_open = row.state == ReviewState.OPEN and row.step == link.step
    is_able = await may_approve(session, link.member_id, row.community_id)
    if not (is_open and is_same and is_able and await is_asked(session, caller, row)):
        raise LinkInvalid
    return link, caller, post, row


def _member(workspace_id: UUID, member_id: UUID) -> Caller:
    """Who follows the link: the member it was written to, for the length of this request."""
    scopes = frozenset({Scope.POSTS_READ, Scope.POSTS_APPROVE})
    return Caller(workspace_id, f"member:{show('mem', member_id)}", scopes, member_id=member_id)
