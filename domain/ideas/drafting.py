"""Makes draft posts of ideas, and links posts that are there already."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars import pillars
from domain.calendars.queries import find_calendar
from domain.calendars.tables import Pillar
from domain.events.service import record
from domain.ideas.rules import DRAFTABLE
from domain.ideas.service import find_idea
from domain.ideas.shapes import DraftIdea, IdeaView, LinkPost
from domain.ideas.tables import Idea, IdeaPost
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import digest, find, resent
from domain.kernel.errors import AlreadyExists, Fault, IdTaken, Misfit, NotAllowedNow
from domain.kernel.ids import show
from domain.posts.command_shapes import CreatePost
from domain.posts.finding import find_post
from domain.posts.service import create_post
from domain.posts.shapes import PostDetail
from domain.posts.showing import detail
from domain.posts.tables import Post

LONGEST_TITLE = 200
AS_SENT = (
    *("calendar_id", "text", "language", "adaptations", "variants"),
    *("wall_time", "time_zone"),
)


async def draft_idea(
    session: AsyncSession, caller: Caller, id_: UUID, command: DraftIdea, *, now: datetime
) -> PostDetail:
    """A draft that stays linked to its idea.

    Raises as `create_post` does, `Misfit` for a calendar of another community, `NotAllowedNow`.
    """
    caller.need(Scope.POSTS_WRITE)
    idea = await find_idea(session, caller, id_, None)
    before = await resent(session, caller, Post, command.id, digest(command))
    if before is not None:
        link = await session.get(IdeaPost, (caller.workspace_id, before.id))
        if link is not None and link.idea_id != id_:
            raise IdTaken(at="/id")
        return await detail(session, caller, before)
    if idea.state not in DRAFTABLE:
        raise NotAllowedNow(f"Of an idea that is {idea.state} no post is made.")
    wish = await _post(session, caller, idea, command)
    made = await create_post(session, caller, wish, now=now)
    # What was asked for, whatever the idea says by the time it is sent again.
    (await find_post(session, caller, made.id, None)).made_from = digest(command)
    session.add(IdeaPost(workspace_id=caller.workspace_id, id=made.id, idea_id=id_))
    _tell(session, caller, "idea.drafted", id_, made.id, now)
    return made


async def link_post(
    session: AsyncSession, caller: Caller, id_: UUID, command: LinkPost, *, now: datetime
) -> IdeaView:
    """Linked already, it stays so. Raises `NotFound`, `Misfit`, and `AlreadyExists` elsewhere."""
    caller.need(Scope.CALENDARS_WRITE)
    idea = await find_idea(session, caller, id_, None)
    post = await find_post(session, caller, command.post_id, None)
    if post.community_id != idea.community_id:
        fault = Fault("/post_id", "post.other_community", "It is of another community.")
        raise Misfit(faults=(fault,))
    link = await session.get(IdeaPost, (caller.workspace_id, post.id))
    if link is not None and link.idea_id != id_:
        raise AlreadyExists("This post came of another idea.", at="/post_id")
    if link is None:
        session.add(IdeaPost(workspace_id=caller.workspace_id, id=post.id, idea_id=id_))
        _tell(session, caller, "idea.post_linked", id_, post.id, now)
    return IdeaView.model_validate(idea)


async def unlink_post(
    session: AsyncSession, caller: Caller, id_: UUID, command: LinkPost, *, now: datetime
) -> IdeaView:
    """What is not linked stays so."""
    caller.need(Scope.CALENDARS_WRITE)
    idea = await find_idea(session, caller, id_, None)
    post = await find_post(session, caller, command.post_id, None)
    link = await session.get(IdeaPost, (caller.workspace_id, post.id))
    if link is not None and link.idea_id == id_:
        await session.delete(link)
        _tell(session, caller, "idea.post_unlinked", id_, post.id, now)
    return IdeaView.model_validate(idea)


def _tell(
    session: AsyncSession, caller: Caller, kind: str, id_: UUID, post_id: UUID, now: datetime
) -> None:
    data = {"post": show("post", post_id)}
    record(session, caller, kind, ("idea", id_), now=now, data=data)


async def check_calendar(
    session: AsyncSession, caller: Caller, community_id: UUID, calendar_id: UUID
) -> None:
    """Raises `NotFound`, and `Misfit` for a calendar of another community."""
    calendar = await find_calendar(session, caller, calendar_id)
    if calendar.community_id != community_id:
        fault = Fault("/calendar_id", "calendar.other_community", "Of another community.")
        raise Misfit(faults=(fault,))


async def _post(
    session: AsyncSession, caller: Caller, idea: Idea, command: DraftIdea
) -> CreatePost:
    await check_calendar(session, caller, idea.community_id, command.calendar_id)
    return CreatePost(
        id=command.id,
        title=command.title or idea.question[:LONGEST_TITLE],
        pillar_id=await _pillar(session, caller, idea, command.calendar_id),
        campaign_id=idea.campaign_id,
        labels=idea.labels,
        **{name: getattr(command, name) for name in AS_SENT},
    )


async def _pillar(
    session: AsyncSession, caller: Caller, idea: Idea, calendar_id: UUID
) -> UUID | None:
    """The idea's pillar, where the calendar stands on it."""
    if idea.pillar_id is None:
        return None
    statement = pillars.visible(caller).where(col(Pillar.id) == idea.pillar_id)
    pillar = await find(session, statement, what="pillar")
    return pillar.id if pillar.calendar_id == calendar_id else None
