"""Changes public copies in place, where their network can: asked for here, kept once it arrived."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.connector.fit import thread_misfits
from domain.connector.words import Published
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import AbilityMissing, DeliveryUnderWay, Fault, NotAllowedNow, PostUnfit
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.media.tables import Media
from domain.networks import find
from domain.posts.command_shapes import EditPost
from domain.posts.content import Content, find_media, find_named_accounts, judge
from domain.posts.deliveries import end, new_delivery
from domain.posts.delivery_queries import visible_deliveries
from domain.posts.drift import FIRST_LOOK
from domain.posts.finding import ensure_free, find_post, lock_delivery, targets_of
from domain.posts.judging import ensure_connected
from domain.posts.links import links_of
from domain.posts.missing import policies_for
from domain.posts.naming import with_names
from domain.posts.parts import parts_of
from domain.posts.rules import DeliveryKind, DeliveryState
from domain.posts.shapes import PostDetail
from domain.posts.showing import detail
from domain.posts.tables import Delivery, Post
from domain.posts.versions import keep_public_version


async def edit_post(
    session: AsyncSession, caller: Caller, id_: UUID, command: EditPost, *, now: datetime
) -> PostDetail:
    """Plans one edit for each public copy; the post says the new words once they are public.

    Raises `NotFound`, `NotAllowedNow`, `AbilityMissing`, `AccountDisconnected`,
    `DeliveryUnderWay`, `PostOnHold` and `PostUnfit`; then no copy is changed. Nobody approves what
    is public beforehand: where a policy applies, only who may approve edits it.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post = await find_post(session, caller, id_, None)
    await edit_copies(session, caller, post, command, now=now)
    return await detail(session, caller, post)


async def edit_copies(
    session: AsyncSession, caller: Caller, post: Post, command: EditPost, *, now: datetime
) -> list[Delivery]:
    """As `edit_post`, of a locked post: the edits that are planned."""
    ensure_free(post)
    if await policies_for(session, caller, post):
        caller.need(Scope.POSTS_APPROVE)
    rows = await targets_of(session, caller, post, command.account_ids)
    copies = [row for row in rows if row.state == DeliveryState.DONE]
    if not copies:
        raise NotAllowedNow("Nothing of this post is public there.")
    accounts = await find_named_accounts(session, caller, (row.account_id for row in copies))
    contents = await _contents(session, caller, post, command, copies, accounts)
    await _ensure_free(session, caller, copies)
    await _ensure_fit(session, caller, copies, contents, accounts)
    await call_off_edits(session, caller, copies, now=now)
    edits = [_plan(session, caller, row, contents[row.id], now) for row in copies]
    asked = {"accounts": [show("acct", row.account_id) for row in copies]}
    record(session, caller, "post.edit_asked", ("post", post.id), now=now, data=asked)
    await session.flush()
    return edits


async def call_off_edits(
    session: AsyncSession, caller: Caller, copies: Sequence[Delivery], *, now: datetime
) -> None:
    """Those that wait, or failed: sent behind a newer one they would bring old words back."""
    statement = visible_deliveries(caller).where(
        col(Delivery.post_id) == copies[0].post_id,
        col(Delivery.kind) == DeliveryKind.EDIT,
        col(Delivery.undoes_id).in_([row.id for row in copies]),
        col(Delivery.state).in_((DeliveryState.WAITING, DeliveryState.FAILED)),
    )
    for row in (await session.exec(statement.order_by(col(Delivery.id)).with_for_update())).all():
        end(row, DeliveryState.CANCELLED, now)
        record(session, caller, "delivery.cancelled", ("delivery", row.id), now=now)


async def keep_edit(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    edit: Delivery,
    published: Published,
    *,
    now: datetime,
) -> None:
    """The copy, its variant and, where only one account says it, the post say the new words."""
    if edit.undoes_id is None:
        return
    copy = await lock_delivery(session, caller, edit.undoes_id)
    copy.content = edit.content
    copy.refs = [{"remote_id": ref.remote_id, "url": ref.url} for ref in published.refs]
    copy.remote_id, copy.url = published.remote_id, published.url
    copy.read_back_at, copy.read_backs = now + FIRST_LOOK, 0
    copy.version, copy.updated_at = copy.version + 1, now
    content = Content.model_validate(edit.content)
    words = content.written or content.parts
    parts = await parts_of(session, caller, post.id)
    is_adapted = bool(parts.adaptations)
    for variant in parts.variants:
        if variant.id == copy.variant_id:
            variant.content_warning = content.content_warning or ("" if is_adapted else None)
            if len(parts.variants) == 1 and variant.parts is None and not is_adapted:
                post.text = words[0]
            else:
                variant.parts = list(words)
            variant.version, variant.updated_at = variant.version + 1, now
    post.version, post.updated_at = post.version + 1, now
    keep_public_version(session, caller, post, parts, now=now)
    data = {"account": show("acct", copy.account_id), "url": copy.url}
    record(session, caller, "post.edited", ("post", post.id), now=now, data=data)


async def _contents(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    command: EditPost,
    copies: Sequence[Delivery],
    accounts: Mapping[UUID, Account],
) -> dict[UUID, Content]:
    """What each copy shall say, by delivery."""
    links = await links_of(session, caller, post.campaign_id, post.id)
    networks = [accounts[row.account_id].network for row in copies]
    tagged = [
        (_changed(row, command).tagged(links.on(network)), network)
        for row, network in zip(copies, networks, strict=True)
    ]
    said = await with_names(session, caller, tagged)
    return {row.id: content for row, content in zip(copies, said, strict=True)}


def _changed(copy: Delivery, command: EditPost) -> Content:
    before = Content.model_validate(copy.content)
    values: dict[str, Any] = {"parts": tuple(command.parts), "written": tuple(command.parts)}
    if command.content_warning is not None:
        values["content_warning"] = command.content_warning or None
    return before.model_copy(update=values)


async def _ensure_free(session: AsyncSession, caller: Caller, copies: Sequence[Delivery]) -> None:
    """Raises `DeliveryUnderWay` where a copy is being edited or withdrawn."""
    statement = select(Delivery.id).where(
        col(Delivery.workspace_id) == caller.workspace_id,
        col(Delivery.post_id) == copies[0].post_id,
        col(Delivery.undoes_id).in_([row.id for row in copies]),
        col(Delivery.act_at).is_not(None),
    )
    if (await session.exec(statement.limit(1))).first() is not None:
        raise DeliveryUnderWay


async def _ensure_fit(
    session: AsyncSession,
    caller: Caller,
    copies: Sequence[Delivery],
    contents: dict[UUID, Content],
    accounts: Mapping[UUID, Account],
) -> None:
    media = await find_media(session, caller, (i for c in contents.values() for i in c.media_ids))
    for row in copies:
        _ensure_able(accounts[row.account_id])
    faults = [
        fault
        for row in copies
        for fault in _faults(accounts[row.account_id], row, contents[row.id], media)
    ]
    if faults:
        # What several copies have in common is told once.
        raise PostUnfit(faults=tuple(dict.fromkeys(faults)))


def _faults(
    account: Account, copy: Delivery, content: Content, media: Mapping[UUID, Media]
) -> Iterator[Fault]:
    has_comment = content.first_comment is not None
    for unlike in thread_misfits(len(content.parts), public=len(copy.refs) - has_comment):
        yield Fault(unlike.pointer, unlike.code, unlike.message)
    for misfit in judge(account, content, media, at=None).misfits:
        yield Fault(misfit.pointer, misfit.code, misfit.message)


def _ensure_able(account: Account) -> None:
    connector = find(account.network)
    if connector is None or connector.edit is None:
        raise AbilityMissing(f"What is public on {account.network} cannot be changed.")
    ensure_connected(account)


def _plan(
    session: AsyncSession, caller: Caller, copy: Delivery, content: Content, now: datetime
) -> Delivery:
    row = new_delivery(caller, DeliveryKind.EDIT, copy.account_id, now, now)
    row.post_id, row.variant_id, row.undoes_id = copy.post_id, copy.variant_id, copy.id
    row.content, row.refs = content.stored(), copy.refs
    session.add(row)
    due_at(session, caller.workspace_id, row.id, now)
    return row
