"""Where a person goes on: doubts that only people can end, and deliveries to send again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.connector.port import Resumes
from domain.connector.words import Published, Ref
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import (
    AccountRemoved,
    AddressElsewhere,
    DeliveryNotThere,
    Misfit,
    NotAllowedNow,
)
from domain.kernel.ids import show
from domain.networks import find
from domain.posts.approving import ensure_approved
from domain.posts.command_shapes import RetryPost
from domain.posts.content import Content
from domain.posts.crossing import ensure_uncrossed
from domain.posts.deliveries import (
    call_off,
    end,
    is_half_out,
    is_mute,
    may_retry,
    retry,
    settle_post,
)
from domain.posts.delivering import SEND
from domain.posts.delivery_queries import delivery_view
from domain.posts.delivery_shapes import DeliveryView, Settlement
from domain.posts.editing import keep_edit
from domain.posts.expiring import ensure_unexpired
from domain.posts.finding import DOUBTED, ensure_free, find_post, lock_with_post, targets_of
from domain.posts.holding import problem_of
from domain.posts.rules import DeliveryKind, DeliveryState
from domain.posts.shapes import PostDetail
from domain.posts.showing import detail
from domain.posts.tables import Attempt, Delivery, Post
from domain.posts.withdrawing import note_taken_back

IN_DOUBT = (
    "Nobody knows yet whether it is there: sent again, it might stand there twice. It is looked "
    "up, or settled by a person at POST /v1/deliveries/{id}/settle."
)
_SENT = frozenset({DeliveryKind.PUBLISH, DeliveryKind.ANSWER})
_IN_VAIN: dict[str, str] = {
    DeliveryKind.EDIT: "Somebody looked, and it does not say the new words.",
    DeliveryKind.WITHDRAW: "Somebody looked, and it is still there.",
}


async def settle_delivery(
    session: AsyncSession, caller: Caller, id_: UUID, command: Settlement, *, now: datetime
) -> DeliveryView:
    """A person's word on an unknown outcome ends the doubt.

    Of what is half out it is the word on the message under way: once that is there, the rest goes
    out. Raises `NotAllowedNow` for a message that was known to be there, `Misfit` for what names
    none, and `AddressElsewhere`.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post, row = await lock_with_post(session, caller, id_)
    if row.state != DeliveryState.UNKNOWN:
        raise NotAllowedNow(f"The outcome is not in doubt: the delivery is {row.state}.")
    # What is taken back has arrived once it is there no longer.
    if command.is_published is (row.kind != DeliveryKind.WITHDRAW):
        await _take_word(session, caller, post, row, command, now)
    else:
        end(row, DeliveryState.FAILED, now)
        row.problem = problem_of(DeliveryNotThere(_IN_VAIN.get(row.kind, "")))
        _, resume = await _speaker(session, caller, row)
        if resume is not None and row.kind in _SENT:
            # A worker that lost its claim may have told of the messages above since.
            row.refs = _shown(resume.known(row.checkpoint))
    data = {"is_published": command.is_published}
    record(session, caller, "delivery.settled", ("delivery", id_), now=now, data=data)
    if post is not None:
        await settle_post(session, caller, post, now=now)
    return delivery_view(row)


async def _take_word(
    session: AsyncSession,
    caller: Caller,
    post: Post | None,
    row: Delivery,
    command: Settlement,
    now: datetime,
) -> None:
    if row.kind in _SENT:
        await _take_found(session, caller, row, command, now)
        return
    end(row, DeliveryState.DONE, now)
    row.problem = None
    if row.kind == DeliveryKind.WITHDRAW:
        await note_taken_back(session, caller, row, now=now)
    elif post is not None:
        refs = tuple(Ref(each["remote_id"], each["url"]) for each in row.refs)
        await keep_edit(session, caller, post, row, Published(refs), now=now)


async def _take_found(
    session: AsyncSession, caller: Caller, row: Delivery, command: Settlement, now: datetime
) -> None:
    ref = Ref(command.remote_id or command.url or "", command.url)
    account, resume = await _speaker(session, caller, row)
    refs: Sequence[Ref] = [ref]
    if resume is not None:
        _ensure_home(resume, account, command)
        known = resume.known(row.checkpoint)
        if any(ref.remote_id in (each.remote_id, each.url) for each in known):
            message = f"That message was known to be there; say of message {len(known) + 1}."
            raise NotAllowedNow(message)
        # By the name that its network goes by: with another, it could not be taken back.
        try:
            row.checkpoint = resume.told(row.checkpoint, ref)
        except ValueError as error:
            place = "/remote_id" if command.remote_id else "/url"
            raise Misfit(str(error), at=place) from error
        refs = resume.known(row.checkpoint)
    row.refs = _shown(refs)
    if resume is not None and len(refs) < _messages_of(row):
        retry(session, row, now=now)
        return
    end(row, DeliveryState.DONE, now)
    row.remote_id, row.url = refs[0].remote_id, refs[0].url
    row.problem, row.published_at = None, await _sent_last(session, row)


async def _speaker(
    session: AsyncSession, caller: Caller, row: Delivery
) -> tuple[Account, Resumes | None]:
    """Who says it, and what takes a word on it into its checkpoint."""
    account = await session.get_one(Account, (caller.workspace_id, row.account_id))
    connector = find(account.network)
    return account, connector.resume if connector else None


def _shown(refs: Sequence[Ref]) -> list[dict[str, str | None]]:
    return [{"remote_id": each.remote_id, "url": each.url} for each in refs]


async def _sent_last(session: AsyncSession, row: Delivery) -> datetime | None:
    """When it was sent last, as a retry after a refusal may be days after the first time."""
    statement = select(func.max(Attempt.started_at)).where(
        col(Attempt.workspace_id) == row.workspace_id,
        col(Attempt.delivery_id) == row.id,
        col(Attempt.act) == SEND,
    )
    return (await session.exec(statement)).one() or row.sent_at


def _ensure_home(resume: Resumes, account: Account, command: Settlement) -> None:
    """Elsewhere the same words stand under another name, or nothing of ours. `AddressElsewhere`."""
    for name, told in (("remote_id", command.remote_id), ("url", command.url)):
        if told and "://" in told and not resume.is_home(told, account.server or ""):
            message = f"{account.handle} is on {account.server}: nothing of it is at this address."
            raise AddressElsewhere(message, at=f"/{name}")


def _messages_of(row: Delivery) -> int:
    content = Content.model_validate(row.content)
    return len(content.parts) + (content.first_comment is not None)


async def cancel_delivery(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> DeliveryView:
    """Ends one that waits, or has failed; of what is half out, what still waits.

    Raises `NotAllowedNow` for any other, and `PostOnHold`.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post, row = await _lock_free(session, caller, id_)
    if row.state == DeliveryState.FAILED and is_half_out(row):
        raise NotAllowedNow("Some of it is out: send the rest by a retry, or withdraw the post.")
    if row.state == DeliveryState.UNKNOWN:
        raise NotAllowedNow(DOUBTED)
    if row.state not in {DeliveryState.WAITING, DeliveryState.FAILED}:
        raise NotAllowedNow(f"Only what waits or failed is cancelled; this one is {row.state}.")
    call_off(row, now)
    return await _tell(session, caller, post, row, "cancelled", now=now)


async def retry_delivery(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> DeliveryView:
    """Sends one again that failed, or was missed.

    Raises `NotAllowedNow` for any other, `AccountRemoved`, `PostOnHold`, `PublishingExpired`, and
    `DeliveryUnderWay` for what is being taken back.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post, row = await _lock_free(session, caller, id_)
    if row.state == DeliveryState.UNKNOWN:
        raise NotAllowedNow(IN_DOUBT)
    if row.state == DeliveryState.FAILED and is_mute(row):
        raise AccountRemoved
    if not may_retry(row):
        raise NotAllowedNow(f"Only a failed delivery can be retried; this one is {row.state}.")
    ensure_unexpired(post, row, now=now)
    await ensure_uncrossed(session, caller, [row])
    retry(session, row, now=now)
    return await _tell(session, caller, post, row, "retried", now=now)


async def _lock_free(
    session: AsyncSession, caller: Caller, id_: UUID
) -> tuple[Post | None, Delivery]:
    """A delivery, and its post where it has one. Raises `NotFound` and `PostOnHold`."""
    post, row = await lock_with_post(session, caller, id_)
    if post is not None:
        ensure_free(post)
    return post, row


async def _tell(
    session: AsyncSession,
    caller: Caller,
    post: Post | None,
    row: Delivery,
    what: str,
    *,
    now: datetime,
) -> DeliveryView:
    record(session, caller, f"delivery.{what}", ("delivery", row.id), now=now)
    if post is not None:
        await settle_post(session, caller, post, now=now)
    return delivery_view(row)


async def retry_post(
    session: AsyncSession, caller: Caller, id_: UUID, command: RetryPost, *, now: datetime
) -> PostDetail:
    """Sends again what failed, at once. What may already be public is never sent again.

    Raises `NotFound` for an account that is no target of the post, `AccountRemoved` where others
    are not left, `NotApproved`, `PostOnHold`, `PublishingExpired`, and `DeliveryUnderWay` for what
    is being taken back.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post = await find_post(session, caller, id_, None)
    ensure_free(post)
    await ensure_approved(session, caller, post)
    rows = await targets_of(session, caller, post, command.account_ids)
    targets = [row for row in rows if may_retry(row)]
    if not targets and any(row.state == DeliveryState.UNKNOWN for row in rows):
        raise NotAllowedNow(IN_DOUBT)
    if not targets and any(row.state == DeliveryState.FAILED for row in rows):
        raise AccountRemoved
    if not targets:
        raise NotAllowedNow("No failed delivery is there to retry.")
    await ensure_uncrossed(session, caller, targets)
    for row in targets:
        ensure_unexpired(post, row, now=now)
        retry(session, row, now=now)
    await settle_post(session, caller, post, now=now)
    ids = {"deliveries": [show("dlv", row.id) for row in targets]}
    record(session, caller, "post.retried", ("post", id_), now=now, data=ids)
    return await detail(session, caller, post)
