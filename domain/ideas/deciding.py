"""Decides on candidates: each becomes an idea or a draft post once, or is dismissed."""

from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.ideas.candidate_queries import view_of, visible
from domain.ideas.candidate_shapes import AcceptCandidate, Becoming, CandidateView
from domain.ideas.drafting import check_calendar
from domain.ideas.rules import CandidateState, may_decide
from domain.ideas.service import create_idea
from domain.ideas.shapes import CreateIdea
from domain.ideas.tables import Candidate
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find, find_for_change
from domain.kernel.errors import CandidateAccepted, TextUnstorable
from domain.kernel.ids import show
from domain.kernel.names import is_visible
from domain.mentions import queries as mentions
from domain.mentions.tables import Mention
from domain.posts.command_shapes import CreatePost
from domain.posts.fields import Language, Link
from domain.posts.service import create_post

MAKES = {Becoming.IDEA: Scope.CALENDARS_WRITE, Becoming.POST: Scope.POSTS_WRITE}
LONGEST_TITLE, LONGEST_TEXT, LONGEST_BRIEF = 200, 7000, 10_000
LINK: TypeAdapter[str] = TypeAdapter(Link)
LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)


async def accept_candidate(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: AcceptCandidate,
    *,
    now: datetime,
) -> CandidateView:
    """Asked twice, also at once, it becomes one; as something else it raises `CandidateAccepted`.

    What was removed since, it becomes anew. Raises `NotFound`, `MentionGone`, and `Misfit` for a
    calendar of another community. A title that cannot be kept is `TextUnstorable` also where it is
    not looked at, as the candidate is accepted already.
    """
    caller.need(Scope.MENTIONS_WRITE)
    caller.need(MAKES[command.becomes])
    if command.title is not None and "\0" in command.title:
        raise TextUnstorable(at="/title")
    row = await _candidate(session, caller, id_)
    if _standing(row) is CandidateState.ACCEPTED:
        if row.became != command.becomes:
            raise CandidateAccepted
        return await view_of(session, caller, row)
    statement = mentions.visible(caller).where(col(Mention.id) == row.mention_id)
    mention = await find(session, statement, what="mention")
    mentions.ensure_there(mention)
    title = command.title or _title(mention)
    if command.calendar_id is None:
        row.idea_id = await _idea(session, caller, mention, title, now)
    else:
        row.post_id = await _post(session, caller, mention, title, command.calendar_id, now)
    row.became = command.becomes.value
    _decide(session, caller, row, CandidateState.ACCEPTED, now)
    await session.flush()
    return await view_of(session, caller, row)


async def dismiss_candidate(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> CandidateView:
    """What is dismissed already stays so. Raises `CandidateAccepted`."""
    caller.need(Scope.MENTIONS_WRITE)
    row = await _candidate(session, caller, id_)
    standing = _standing(row)
    if standing is not CandidateState.DISMISSED:
        if not may_decide(standing, CandidateState.DISMISSED):
            raise CandidateAccepted
        row.became = None
        _decide(session, caller, row, CandidateState.DISMISSED, now)
    return await view_of(session, caller, row)


async def _candidate(session: AsyncSession, caller: Caller, id_: UUID) -> Candidate:
    """The row, locked: whoever decides at the same time waits for what was decided."""
    statement = visible(caller).where(col(Candidate.id) == id_)
    return await find_for_change(session, statement, what="candidate", expected_version=None)


def _standing(row: Candidate) -> CandidateState:
    """As it is decided on: of what was accepted nothing is left once that was removed."""
    is_gone = row.idea_id is None and row.post_id is None
    if row.state == CandidateState.ACCEPTED and is_gone:
        return CandidateState.OPEN
    return CandidateState(row.state)


def _decide(
    session: AsyncSession, caller: Caller, row: Candidate, state: CandidateState, now: datetime
) -> None:
    row.state, row.version, row.updated_at = state, row.version + 1, now
    made = {"idea": row.idea_id, "post": row.post_id}
    data = {kind: show(kind, id_) for kind, id_ in made.items() if id_ is not None}
    record(session, caller, f"candidate.{state}", ("candidate", row.id), now=now, data=data)


async def _idea(
    session: AsyncSession, caller: Caller, mention: Mention, title: str, now: datetime
) -> UUID:
    brief = "\n\n".join(filter(None, (mention.text[:LONGEST_TEXT], mention.url)))
    wish = CreateIdea(
        community_id=mention.community_id,
        question=title,
        brief=brief[:LONGEST_BRIEF],
    )
    return (await create_idea(session, caller, wish, now=now)).id


async def _post(
    session: AsyncSession,
    caller: Caller,
    mention: Mention,
    title: str,
    calendar_id: UUID,
    now: datetime,
) -> UUID:
    await check_calendar(session, caller, mention.community_id, calendar_id)
    wish = CreatePost(
        calendar_id=calendar_id,
        title=title,
        link_url=_fitting(LINK, mention.url),
        language=_fitting(LANGUAGE, mention.language),
    )
    return (await create_post(session, caller, wish, now=now)).id


def _title(mention: Mention) -> str:
    """The mention's title, else the first line that shows anything, else where or what it is."""
    names = (mention.title or "", *mention.text.splitlines(), mention.url or "", mention.kind)
    shortened = (name.strip()[:LONGEST_TITLE] for name in names)
    return next(name for name in shortened if name and is_visible(name))


def _fitting(kind: TypeAdapter[str], value: str | None) -> str | None:
    """The value, where it is one that a post takes."""
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None
