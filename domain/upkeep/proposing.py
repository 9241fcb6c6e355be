"""Makes updates: what can be done with every public copy of a post, the best way first.

`propose` is what every reason goes through: an end of validity, a check that is due, a source that
changed, a person, or a network that shows something else.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import digest, made_before, need_all
from domain.kernel.errors import AlreadyExists, Fault, Misfit, NotAllowedNow
from domain.kernel.ids import new_id, show
from domain.networks import find
from domain.posts.delivery_shapes import DriftCode
from domain.posts.finding import deliveries_of, find_post
from domain.posts.rules import DeliveryState
from domain.posts.tables import Delivery, Post
from domain.upkeep.queries import copies_of, update_view, visible
from domain.upkeep.rules import PROPOSED_LOOK, UpdateReason, UpdateState, ways_of
from domain.upkeep.tables import Update, UpdateCopy
from domain.upkeep.update_shapes import CopyChoice, ProposeUpdate, UpdateView


async def propose_update(
    session: AsyncSession, caller: Caller, id_: UUID, command: ProposeUpdate, *, now: datetime
) -> UpdateView:
    """For a post, by hand.

    Raises `NotAllowedNow` where nothing of it is public, `AlreadyExists` while another that was
    asked for waits, `NotFound`, and `Misfit` for ways that a copy does not take.
    """
    caller.need(Scope.POSTS_WRITE)
    before = await made_before(session, caller, Update, command)
    if before is not None:
        return await update_view(session, caller, before)
    post = await find_post(session, caller, id_, None)
    public = {copy.id for copy, _ in await public_copies(session, caller, id_)}
    need_all("public copy", (each.delivery_id for each in command.copies), public)
    if await waiting_update(session, caller, id_, UpdateReason.ASKED) is not None:
        raise AlreadyExists("An update of this post is proposed already.")
    row = await propose(
        session, caller, post, UpdateReason.ASKED, note=command.note, id_=command.id, now=now
    )
    if row is None:
        raise NotAllowedNow("Nothing of this post is public.")
    row.parts, row.made_from = command.parts, digest(command)
    await choose(session, caller, row, command.copies)
    return await update_view(session, caller, row)


async def propose(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    reason: UpdateReason,
    *,
    note: str = "",
    source_id: UUID | None = None,
    difference: str | None = None,
    id_: UUID | None = None,
    now: datetime,
) -> Update | None:
    """The update that is proposed for a locked post and this reason; None: nothing is public.

    One that waits already is not doubled: it tells the newest difference.
    """
    row = await waiting_update(session, caller, post.id, reason, source_id)
    if row is not None:
        if difference is not None:
            row.difference = difference
            row.version, row.updated_at = row.version + 1, now
        return row
    public = await public_copies(session, caller, post.id)
    if not public:
        return None
    row = _new_update(caller, post, reason, id_ or new_id(), now)
    row.note, row.source_id, row.difference = note, source_id, difference
    session.add(row)
    await session.flush()
    session.add_all(_new_copy(row, *each) for each in public)
    await session.flush()
    data = {"post": show("post", post.id), "reason": reason, "copies": len(public)}
    record(session, caller, "update.proposed", ("update", row.id), now=now, data=data)
    return row


async def public_copies(
    session: AsyncSession, caller: Caller, post_id: UUID
) -> list[tuple[Delivery, Account]]:
    """Where an account was removed nothing can be done any more, and what may be gone is gone."""
    rows = await deliveries_of(session, caller, post_id)
    public = [row for row in rows if row.state == DeliveryState.DONE and not _is_let_go(row)]
    statement = select(Account).where(
        col(Account.workspace_id) == caller.workspace_id,
        col(Account.id).in_([row.account_id for row in public]),
        col(Account.removed_at).is_(None),
    )
    accounts = {row.id: row for row in (await session.exec(statement)).all()}
    return [(row, accounts[row.account_id]) for row in public if row.account_id in accounts]


def _is_let_go(row: Delivery) -> bool:
    """Whether all of it was taken down over there, and a person accepted that."""
    gone = sum(each["code"] == DriftCode.GONE for each in row.drift or ())
    return row.drift_accepted_at is not None and gone == len(row.refs)


async def waiting_update(
    session: AsyncSession,
    caller: Caller,
    post_id: UUID,
    reason: UpdateReason,
    source_id: UUID | None = None,
) -> Update | None:
    """The one that is proposed, locked; its post must be locked before."""
    statement = visible(caller).where(
        col(Update.post_id) == post_id,
        col(Update.reason) == reason,
        col(Update.source_id).is_not_distinct_from(source_id),
        col(Update.state) == UpdateState.PROPOSED,
    )
    return (await session.exec(statement.with_for_update())).one_or_none()


async def choose(
    session: AsyncSession, caller: Caller, row: Update, choices: Sequence[CopyChoice]
) -> None:
    """Sets what shall be done with copies. Raises `NotFound`, `Misfit` for ways not taken."""
    rows = (await copies_of(session, caller, [row.id]))[row.id]
    copies = {each.delivery_id: each for each in rows}
    need_all("copy of the update", (each.delivery_id for each in choices), copies)
    faults = tuple(_faults(choices, copies))
    if faults:
        raise Misfit(faults=faults)
    for choice in choices:
        copy = copies[choice.delivery_id]
        copy.way, copy.parts = choice.way, choice.parts


def _faults(choices: Sequence[CopyChoice], copies: Mapping[UUID, UpdateCopy]) -> Iterator[Fault]:
    for number, choice in enumerate(choices):
        copy = copies[choice.delivery_id]
        if choice.way not in copy.ways:
            message = f"On {copy.network} it can be: {', '.join(copy.ways)}."
            yield Fault(f"/copies/{number}/way", "update.no_way", message)


def _new_update(
    caller: Caller, post: Post, reason: UpdateReason, id_: UUID, now: datetime
) -> Update:
    return Update(
        workspace_id=caller.workspace_id,
        id=id_,
        community_id=post.community_id,
        post_id=post.id,
        reason=reason,
        note="",
        state=UpdateState.PROPOSED,
        proposed_by=caller.actor,
        act_at=now + PROPOSED_LOOK,
        created_at=now,
        updated_at=now,
    )


def _new_copy(row: Update, public: Delivery, account: Account) -> UpdateCopy:
    ways = ways_of(can_edit=_can_edit(public, account))
    return UpdateCopy(
        workspace_id=row.workspace_id,
        id=new_id(),
        update_id=row.id,
        community_id=row.community_id,
        delivery_id=public.id,
        account_id=public.account_id,
        network=account.network,
        ways=list(ways),
        way=ways[0],
    )


def _can_edit(public: Delivery, account: Account) -> bool:
    """Whether the network changes messages in place; no network changes what people voted on."""
    connector = find(account.network)
    has_poll = bool((public.content or {}).get("poll"))
    return connector is not None and connector.edit is not None and not has_poll
