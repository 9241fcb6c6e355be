"""Carries approved updates out by what publishes, answers, edits and withdraws anyway.

Everything is planned as deliveries in the transaction of the approval: row first, once only. A
repost takes its old copy back once the new one is public: a worker looks when that is.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import Visibility
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import AbilityMissing, Fault, Misfit, PostOnHold
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.posts.answering import plan_answer
from domain.posts.command_shapes import EditPost
from domain.posts.editing import edit_copies
from domain.posts.finding import deliveries_of
from domain.posts.rules import DeliveryState
from domain.posts.tables import Delivery, Post
from domain.posts.withdrawing import withdraw_copies
from domain.upkeep.keeping import locked_upkeep, plan, renew
from domain.upkeep.queries import copies_of, is_proposed, shown_state, states_of
from domain.upkeep.reposting import repost
from domain.upkeep.rules import (
    ENDED_WELL,
    NEEDS_WORDS,
    Act,
    UpdateReason,
    UpdateState,
    UpdateWay,
    after,
    next_look,
)
from domain.upkeep.tables import Update, UpdateCopy

CARRYING = frozenset(
    {Scope.POSTS_READ, Scope.POSTS_WRITE, Scope.POSTS_PUBLISH, Scope.MENTIONS_ANSWER}
)
"""What an approval of an update lets whoever may approve do, for this update alone."""


async def carry_out(
    session: AsyncSession, caller: Caller, post: Post, row: Update, *, now: datetime
) -> None:
    """Plans what was decided of each copy; what is public no longer is left.

    Raises as `approve_update`.
    """
    copies = (await copies_of(session, caller, [row.id]))[row.id]
    rows = await deliveries_of(session, caller, post.id)
    public = {each.id: each for each in rows if each.state == DeliveryState.DONE}
    for copy in copies:
        copy.way = copy.way if copy.delivery_id in public else UpdateWay.LEAVE
    _ensure_words(row, copies)
    deputy = replace(caller, scopes=caller.scopes | CARRYING)
    anew = []
    for copy in copies:
        if copy.way == UpdateWay.EDIT:
            command = EditPost(parts=_words(row, copy), account_ids=[copy.account_id])
            [edit] = await edit_copies(session, deputy, post, command, now=now)
            copy.act_id = edit.id
        elif copy.way == UpdateWay.REPLY:
            copy.act_id = await _reply(session, deputy, row, copy, public, now)
        elif copy.way == UpdateWay.WITHDRAW:
            copy.act_id = await _take_back(session, deputy, post, public[copy.delivery_id], now)
        elif copy.way == UpdateWay.REPOST:
            anew.append(copy)
    if anew:
        words = {copy.account_id: _words(row, copy) for copy in anew}
        row.reposted_as, found = await repost(session, deputy, post, words, now=now)
        for copy in anew:
            copy.act_id = found[copy.account_id]


async def look(
    session: AsyncSession, caller: Caller, post: Post, row: Update, *, now: datetime
) -> None:
    """Goes on with reposts that are out; ends what is as it was decided, or comes back later."""
    await session.flush()
    copies = (await copies_of(session, caller, [row.id]))[row.id]
    states = await states_of(session, caller, copies)
    for copy in copies:
        is_out = copy.act_id is not None and states.get(copy.act_id) is DeliveryState.DONE
        if copy.way == UpdateWay.REPOST and is_out and copy.undo_id is None:
            with suppress(PostOnHold, AbilityMissing):
                await _end_repost(session, caller, post, copy, now)
                row.looks = 0
    states = await states_of(session, caller, copies)
    if all(shown_state(row, copy, states) in ENDED_WELL for copy in copies):
        await _finish(session, caller, post, row, now)
        return
    row.act_at, row.looks = next_look(row.looks, now=now), row.looks + 1
    due_at(session, row.workspace_id, row.id, row.act_at)


async def _end_repost(
    session: AsyncSession, caller: Caller, post: Post, copy: UpdateCopy, now: datetime
) -> None:
    """Takes the old copy back; one that a person took back meanwhile is its own end."""
    rows = await deliveries_of(session, caller, post.id)
    public = [each for each in rows if each.id == copy.delivery_id]
    copy.undo_id = copy.delivery_id
    if public and public[0].state == DeliveryState.DONE:
        copy.undo_id = await _take_back(session, caller, post, public[0], now)
    await session.flush()


async def _take_back(
    session: AsyncSession, caller: Caller, post: Post, public: Delivery, now: datetime
) -> UUID:
    return (await withdraw_copies(session, caller, post, [public], now=now))[public.id]


async def _reply(
    session: AsyncSession,
    deputy: Caller,
    row: Update,
    copy: UpdateCopy,
    public: Mapping[UUID, Delivery],
    now: datetime,
) -> UUID:
    told = public[copy.delivery_id]
    content = told.content or {}
    answer = await plan_answer(
        session,
        deputy,
        account_id=copy.account_id,
        text=_words(row, copy)[0],
        reply_to=told.remote_id or "",
        language=content.get("language"),
        visibility=Visibility(content.get("visibility", Visibility.PUBLIC)),
        now=now,
    )
    return answer.id


async def _finish(
    session: AsyncSession, caller: Caller, post: Post, row: Update, now: datetime
) -> None:
    row.state = after(UpdateState(row.state), Act.FINISH)
    row.ended_at, row.act_at = now, None
    row.version, row.updated_at = row.version + 1, now
    reason = UpdateReason(row.reason)
    if not await is_proposed(session, caller, post.id, reason):
        _, upkeep = await locked_upkeep(session, caller, post.id)
        renew(post, upkeep, reason, by=row.decided_by or caller.actor, now=now)
        plan(session, post, upkeep)
    data = {"post": show("post", post.id), "reason": row.reason}
    record(session, caller, "update.done", ("update", row.id), now=now, data=data)


def _words(row: Update, copy: UpdateCopy) -> list[str]:
    return copy.parts or row.parts or []


def _ensure_words(row: Update, copies: Sequence[UpdateCopy]) -> None:
    faults = tuple(
        Fault(f"/copies/{number}/parts", *fault)
        for number, copy in enumerate(copies)
        if copy.way in NEEDS_WORDS and (fault := _fault(UpdateWay(copy.way), _words(row, copy)))
    )
    if faults:
        raise Misfit(faults=faults)


def _fault(way: UpdateWay, words: Sequence[str]) -> tuple[str, str] | None:
    if not words:
        return "update.words_missing", f"Say what it shall say: to {way} it takes words."
    if way is UpdateWay.REPLY and len(words) > 1:
        return "update.one_message", "A reply is one message."
    return None
