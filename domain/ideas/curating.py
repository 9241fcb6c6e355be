"""The curation inbox: what feeds bring and people pick, scored, accepted once or dismissed."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlmodel import col, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import InboxItem, InboxKind
from domain.events.service import record
from domain.ideas.candidate_queries import view_of
from domain.ideas.candidate_shapes import CandidateOrigin, CandidateView, CreateCandidate
from domain.ideas.rules import DRAFTABLE, CandidateState
from domain.ideas.scoring import Found, reasons
from domain.ideas.tables import Candidate
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import digest, find, insert, made_before
from domain.kernel.ids import new_id, show
from domain.mentions import queries as mentions
from domain.mentions.shapes import Ingested, Reading
from domain.mentions.tables import Mention

OLD_NEWS = timedelta(days=7)
"""What is older than this is no candidate."""
MOST_AT_FIRST = 50
"""How much of a feed that was just connected is: its newest entries."""
HOUSE = text("""
SELECT name FROM campaigns
 WHERE workspace_id = :workspace AND community_id = :community AND archived_at IS NULL
UNION
SELECT unnest(labels) FROM campaigns
 WHERE workspace_id = :workspace AND community_id = :community AND archived_at IS NULL
UNION
SELECT unnest(labels) FROM ideas
 WHERE workspace_id = :workspace AND community_id = :community AND state = ANY (:open)
UNION
SELECT p.name FROM pillars p
  JOIN calendars c ON c.workspace_id = p.workspace_id AND c.id = p.calendar_id
 WHERE c.workspace_id = :workspace AND c.community_id = :community
LIMIT 500
""")


async def pick_mention(
    session: AsyncSession, caller: Caller, command: CreateCandidate, *, now: datetime
) -> CandidateView:
    """Raises `NotFound`, `MentionGone`, and `AlreadyExists` for a mention that is a candidate."""
    caller.need(Scope.MENTIONS_WRITE)
    before = await made_before(session, caller, Candidate, command)
    if before is not None:
        return await view_of(session, caller, before)
    statement = mentions.visible(caller).where(col(Mention.id) == command.mention_id)
    mention = await find(session, statement, what="mention")
    mentions.ensure_there(mention)
    house = await _house(session, caller, mention.community_id)
    row = _candidate(mention, CandidateOrigin.PICK, house, now)
    row.id, row.made_from = command.id or row.id, digest(command)
    row.note = command.note
    await insert(session, row, taken="This mention is a candidate already.", at="/mention_id")
    record(session, caller, "candidate.picked", ("candidate", row.id), now=now)
    return await view_of(session, caller, row)


async def take_entries(
    session: AsyncSession,
    caller: Caller,
    reading: Reading,
    items: Iterable[InboxItem],
    taken: Ingested,
    *,
    now: datetime,
) -> int:
    """Makes candidates of the feed entries in what was just taken in; gives how many."""
    ids = taken.new_ids + taken.baseline_ids
    if not ids or all(item.kind is not InboxKind.ENTRY for item in items):
        return 0
    statement = mentions.visible(caller).where(
        col(Mention.id).in_(ids),
        col(Mention.kind) == InboxKind.ENTRY,
        col(Mention.said_at) >= now - OLD_NEWS,
    )
    if reading.is_first:
        newest = (col(Mention.said_at).desc(), col(Mention.id).desc())
        statement = statement.order_by(*newest).limit(MOST_AT_FIRST)
    house = await _house(session, caller, reading.community_id)
    rows = [
        _candidate(mention, CandidateOrigin.FEED, house, now).model_dump()
        for mention in (await session.exec(statement)).all()
    ]
    if not rows:
        return 0
    adding = insert_or(Candidate).values(rows).on_conflict_do_nothing().returning(col(Candidate.id))
    made = (await (await session.connection()).execute(adding)).scalars().all()
    if made:
        about = ("account", reading.account_id)
        data = {"candidate_ids": [show("cand", id_) for id_ in made]}
        record(session, caller, "candidates.received", about, now=now, data=data)
    return len(made)


def _candidate(
    mention: Mention, origin: CandidateOrigin, house: Iterable[str], now: datetime
) -> Candidate:
    is_picked = origin is CandidateOrigin.PICK
    found = Found(mention.title, mention.text, mention.said_at, is_picked)
    parts = reasons(found, house, now=now)
    return Candidate(
        workspace_id=mention.workspace_id,
        id=new_id(),
        community_id=mention.community_id,
        mention_id=mention.id,
        origin=origin,
        note="",
        state=CandidateState.OPEN,
        score=sum(part.points for part in parts),
        reasons=[asdict(part) for part in parts],
        created_at=now,
        updated_at=now,
    )


async def _house(session: AsyncSession, caller: Caller, community_id: UUID) -> set[str]:
    """What the community is told about: names and labels of what is planned."""
    given = {"workspace": caller.workspace_id, "community": community_id, "open": list(DRAFTABLE)}
    found = await (await session.connection()).execute(HOUSE, given)
    return set(found.scalars())
