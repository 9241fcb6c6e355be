"""Proposes topics for what is coming: an idea for each occasion, once, on the day it is near."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.ideas.rules import IdeaState
from domain.ideas.tables import Idea
from domain.kernel.caller import Caller
from domain.kernel.ids import new_id, show
from domain.occasions.queries import visible_occasions
from domain.occasions.tables import Occasion


async def propose_ideas(session: AsyncSession, caller: Caller, *, now: datetime) -> int:
    """For the occasions that this transaction told of as near, at `now`; gives how many."""
    await session.flush()
    proposed = select(Idea.occasion_id).where(
        col(Idea.workspace_id) == caller.workspace_id, col(Idea.occasion_id).is_not(None)
    )
    statement = visible_occasions(caller).where(
        col(Occasion.proposed_at) == now, col(Occasion.id).not_in(proposed)
    )
    rows = [_idea(occasion, now) for occasion in (await session.exec(statement)).all()]
    if not rows:
        return 0
    adding = insert_or(Idea).values(rows).on_conflict_do_nothing()
    adding = adding.returning(col(Idea.id), col(Idea.occasion_id))  # type: ignore[assignment]  # it gives rows now
    made = (await (await session.connection()).execute(adding)).all()
    for id_, occasion_id in made:
        data = {"occasion": show("occ", occasion_id)}
        record(session, caller, "idea.created", ("idea", id_), now=now, data=data)
    return len(made)


def _idea(occasion: Occasion, now: datetime) -> dict[str, Any]:
    days = [f"{day:%Y-%m-%d}" for day in (occasion.starts_on, occasion.ends_on)]
    about = ("–".join(dict.fromkeys(days)), occasion.place, occasion.description, occasion.url)
    return Idea(
        workspace_id=occasion.workspace_id,
        id=new_id(),
        community_id=occasion.community_id,
        occasion_id=occasion.id,
        state=IdeaState.IDEA,
        question=occasion.title or days[0],
        brief="\n\n".join(filter(None, about)),
        stance="",
        claims=[],
        expert_ids=[],
        labels=[],
        created_at=now,
        updated_at=now,
    ).model_dump()
