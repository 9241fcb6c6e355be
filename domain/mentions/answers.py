"""Answers: what we say to a mention goes out as a delivery, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.accounts.queries import speaking_for
from domain.connector.words import InboxKind
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, digest, find, find_for_change, resent
from domain.kernel.errors import AnswerRepeated, NotAllowedNow
from domain.kernel.ids import new_id, show
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.mentions.queries import ensure_there, visible
from domain.mentions.rules import SAME_WORDS_WITHIN, WRITTEN, MentionStatus
from domain.mentions.shapes import AnswerView, CreateAnswer
from domain.mentions.tables import Answer, Mention
from domain.posts.answering import plan_answer
from domain.posts.delivery_queries import delivery_view
from domain.posts.delivery_shapes import DeliveryView
from domain.posts.rules import DeliveryState
from domain.posts.tables import Delivery

UNSAID = (DeliveryState.FAILED, DeliveryState.CANCELLED, DeliveryState.WITHDRAWN)
"""Answers that stand nowhere: their words may be said anew."""
IN_ORDER = Sort("answers.id", (col(Answer.id),), (UUID,))


def visible_answers(caller: Caller) -> SelectOfScalar[Answer]:
    return select(Answer).where(col(Answer.workspace_id) == caller.workspace_id)


async def create_answer(
    session: AsyncSession,
    caller: Caller,
    mention_id: UUID,
    command: CreateAnswer,
    *,
    expected_version: int | None,
    now: datetime,
) -> AnswerView:
    """Plans it at once, and counts as a change of the mention.

    So of two who send the version that they read, one answers. Raises `VersionStale`,
    `MentionGone`, `NotAllowedNow` for a gesture, `AnswerRepeated` and what `plan_answer` raises.
    """
    caller.need(Scope.MENTIONS_ANSWER)
    made_from = digest(command) + mention_id.bytes
    before = await resent(session, caller, Answer, command.id, made_from)
    if before is not None:
        return (await _views(session, caller, [before]))[0]
    statement = visible(caller).where(col(Mention.id) == mention_id)
    mention = await find_for_change(
        session, statement, what="mention", expected_version=expected_version
    )
    _ensure_answerable(mention)
    if not command.is_repeat:
        await _ensure_not_said(session, caller, mention_id, command, now=now)
    delivery = await _plan(session, caller, mention, command, now=now)
    mention.version, mention.updated_at = mention.version + 1, now
    row = Answer(
        workspace_id=caller.workspace_id,
        id=command.id or new_id(),
        mention_id=mention_id,
        delivery_id=delivery.id,
        text=command.text,
        media_ids=command.media_ids,
        created_at=now,
        updated_at=now,
        made_from=made_from,
    )
    session.add(row)
    await session.flush()
    data = {"answer_id": show("ans", row.id), "delivery_id": show("dlv", delivery.id)}
    record(session, caller, "mention.answer_planned", ("mention", mention_id), now=now, data=data)
    return _view(row, delivery)


def _ensure_answerable(mention: Mention) -> None:
    ensure_there(mention)
    if InboxKind(mention.kind) not in WRITTEN:
        raise NotAllowedNow(f"A {mention.kind} cannot be answered.")


async def _ensure_not_said(
    session: AsyncSession, caller: Caller, mention_id: UUID, command: CreateAnswer, *, now: datetime
) -> None:
    """Raises `AnswerRepeated`. Whoever came first holds the mention until their answer stands."""
    same = (
        select(Answer.id)
        .join(
            Delivery,
            and_(
                col(Delivery.workspace_id) == col(Answer.workspace_id),
                col(Delivery.id) == col(Answer.delivery_id),
            ),
        )
        .where(
            col(Answer.workspace_id) == caller.workspace_id,
            col(Answer.mention_id) == mention_id,
            col(Answer.text) == command.text,
            col(Answer.media_ids) == command.media_ids,
            col(Answer.created_at) > now - SAME_WORDS_WITHIN,
            col(Delivery.state).not_in(UNSAID),
        )
    )
    first = (await session.exec(same.order_by(col(Answer.id)).limit(1))).first()
    if first is not None:
        raise AnswerRepeated(f"{show('ans', first)} says the same.", at="/text")


async def _plan(
    session: AsyncSession, caller: Caller, mention: Mention, command: CreateAnswer, *, now: datetime
) -> DeliveryView:
    return await plan_answer(
        session,
        caller,
        account_id=await speaking_for(session, caller, mention.account_id),
        text=command.text,
        reply_to=mention.remote_id,
        media_ids=command.media_ids,
        language=command.language,
        visibility=command.visibility,
        now=now,
    )


async def answers_delivered(
    session: AsyncSession, caller: Caller, delivery_ids: Iterable[UUID], *, now: datetime
) -> None:
    """Marks the mentions answered and read: their answers are public. No-op for other deliveries.

    In one order for all, so that who marks many mentions never locks crosswise.
    """
    statement = visible_answers(caller).where(col(Answer.delivery_id).in_(list(delivery_ids)))
    in_order = statement.order_by(col(Answer.mention_id), col(Answer.id))
    for answer in (await session.exec(in_order)).all():
        await _mark_answered(session, caller, answer, now=now)


async def _mark_answered(
    session: AsyncSession, caller: Caller, answer: Answer, *, now: datetime
) -> None:
    mention = (
        await session.exec(
            visible(caller).where(col(Mention.id) == answer.mention_id).with_for_update()
        )
    ).one()
    values = {"status": MentionStatus.ANSWERED, "read_at": mention.read_at or now}
    apply(mention, values, now=now)
    data = {
        "answer_id": show("ans", answer.id),
        "delivery_id": show("dlv", answer.delivery_id),
    }
    record(session, caller, "mention.answered", ("mention", mention.id), now=now, data=data)


async def get_answer(session: AsyncSession, caller: Caller, id_: UUID) -> AnswerView:
    caller.need(Scope.MENTIONS_READ)
    row = await find(session, visible_answers(caller).where(col(Answer.id) == id_), what="answer")
    return (await _views(session, caller, [row]))[0]


async def list_answers(
    session: AsyncSession, caller: Caller, mention_id: UUID, request: PageRequest
) -> Page[AnswerView]:
    """First to last. Raises `NotFound` for an unknown mention."""
    caller.need(Scope.MENTIONS_READ)
    await find(session, visible(caller).where(col(Mention.id) == mention_id), what="mention")
    statement = visible_answers(caller).where(col(Answer.mention_id) == mention_id)
    views = partial(_views, session, caller)
    return await IN_ORDER.page_together(session, statement, request, views=views)


async def answers_by_mention(
    session: AsyncSession, caller: Caller, mention_ids: Sequence[UUID]
) -> dict[UUID, list[AnswerView]]:
    """First to last."""
    caller.need(Scope.MENTIONS_READ)
    found: dict[UUID, list[AnswerView]] = {id_: [] for id_ in mention_ids}
    statement = visible_answers(caller).where(col(Answer.mention_id).in_(found))
    rows = (await session.exec(statement.order_by(col(Answer.id)))).all()
    for view in await _views(session, caller, rows):
        found[view.mention_id].append(view)
    return found


async def answers_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, AnswerView]:
    caller.need(Scope.MENTIONS_READ)
    rows = (await session.exec(visible_answers(caller).where(col(Answer.id).in_(ids)))).all()
    return {view.id: view for view in await _views(session, caller, rows)}


async def _views(session: AsyncSession, caller: Caller, rows: Sequence[Answer]) -> list[AnswerView]:
    """The answers with what became of their deliveries, in the same order."""
    statement = select(Delivery).where(
        col(Delivery.workspace_id) == caller.workspace_id,
        col(Delivery.id).in_([row.delivery_id for row in rows]),
    )
    deliveries = {row.id: row for row in (await session.exec(statement)).all()} if rows else {}
    return [_view(row, delivery_view(deliveries[row.delivery_id])) for row in rows]


def _view(answer: Answer, delivery: DeliveryView) -> AnswerView:
    return AnswerView(
        id=answer.id,
        mention_id=answer.mention_id,
        delivery_id=answer.delivery_id,
        text=answer.text,
        media_ids=answer.media_ids,
        state=delivery.state,
        problem=delivery.problem,
        url=delivery.url,
        published_at=delivery.published_at,
        version=delivery.version,
        created_at=answer.created_at,
    )
