"""Sets posts going: schedule, cancel, retry, withdraw. Every outward act begins as a row here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.connector.words import Visibility
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.clock import resolve
from domain.kernel.errors import (
    AbilityMissing,
    AccountDisconnected,
    DeliveryUnderWay,
    Fault,
    NotAllowedNow,
    NotFound,
    PostEmpty,
    PostUnfit,
    PublishingMissed,
    RightsExpired,
    TimeMissing,
    TimePast,
)
from domain.kernel.ids import new_id, show
from domain.kernel.nudges import due_at
from domain.kernel.traces import current_trace
from domain.media.tables import Media
from domain.networks import find as find_network
from domain.posts.adapting import adaptations_of, audience_of
from domain.posts.approving import ensure_approved
from domain.posts.command_shapes import RetryPost, SchedulePost
from domain.posts.content import (
    Content,
    content_of,
    find_accounts,
    judge,
    render_contents,
    with_names,
)
from domain.posts.delivery_shapes import DeliveryView
from domain.posts.finding import deliveries_of, ensure_free, find_post, variants_of
from domain.posts.links import links_of
from domain.posts.queries import delivery_view, detail
from domain.posts.rights import RIGHTS
from domain.posts.rules import (
    PLANNABLE,
    UNDER_WAY,
    DeliveryKind,
    DeliveryState,
    PostState,
    post_state,
    published_since,
    when_unplanned,
)
from domain.posts.shapes import PostDetail
from domain.posts.tables import Delivery, Post, Variant

CONNECTED = "connected"


async def schedule_post(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: SchedulePost,
    *,
    expected_version: int | None,
    now: datetime,
) -> PostDetail:
    """Plans one delivery per variant. Raises `PostUnfit` with everything that does not fit.

    Raises `NotApproved` where a policy asks for an approval that it lacks, and `PostOnHold`.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post = await find_post(session, caller, id_, expected_version)
    ensure_free(post)
    await ensure_approved(session, caller, post)
    return await set_going(session, caller, post, command, now=now)


async def set_going(
    session: AsyncSession, caller: Caller, post: Post, command: SchedulePost, *, now: datetime
) -> PostDetail:
    """Schedules a locked post, approved or not: what lacks an approval is held once it is due."""
    if post.state not in PLANNABLE:
        raise NotAllowedNow(f"A post that is {post.state} cannot be scheduled.")
    _set_time(post, command, now)
    await plan_deliveries(session, caller, post, now=now)
    post.version += 1
    post.updated_at = now
    data = {"publish_at": post.publish_at.isoformat() if post.publish_at else None}
    record(session, caller, "post.scheduled", ("post", post.id), now=now, data=data)
    return await detail(session, caller, post)


def _set_time(post: Post, command: SchedulePost, now: datetime) -> None:
    post.time_zone = command.time_zone or post.time_zone
    if command.now:
        post.wall_time, post.publish_at = None, now
        return
    post.wall_time = command.wall_time or post.wall_time
    if post.wall_time is None:
        raise TimeMissing
    post.publish_at = future(post.wall_time, post.time_zone, now)


def future(wall_time: datetime, time_zone: str, now: datetime) -> datetime:
    """The moment of a wall time. Raises `TimePast`."""
    moment = resolve(wall_time, time_zone)
    if moment <= now:
        raise TimePast(f"{wall_time.isoformat()} in {time_zone} has passed.")
    return moment


async def plan_deliveries(
    session: AsyncSession, caller: Caller, post: Post, *, now: datetime
) -> None:
    """Makes the waiting deliveries of a post what its variants and its time say."""
    variants = await variants_of(session, caller, post.id)
    moment = post.publish_at or now
    await ensure_fit(session, caller, post, variants, at=max(moment, now))
    planned = {row.account_id: row for row in await deliveries_of(session, caller, post.id)}
    wanted = {variant.account_id for variant in variants}
    for variant in variants:
        row = planned.get(variant.account_id)
        if row is not None and row.state in UNDER_WAY:
            raise DeliveryUnderWay
        if row is not None and row.state == DeliveryState.DONE:
            continue
        if row is not None and row.state == DeliveryState.WAITING:
            row.due_at = row.act_at = moment
            row.problem = None
            row.variant_id, row.version, row.updated_at = variant.id, row.version + 1, now
        else:
            row = new_delivery(caller, DeliveryKind.PUBLISH, variant.account_id, moment, now)
            row.post_id, row.variant_id = post.id, variant.id
            session.add(row)
        due_at(session, caller.workspace_id, row.id, moment)
    for account_id, row in planned.items():
        if account_id not in wanted and row.state == DeliveryState.WAITING:
            end(row, DeliveryState.CANCELLED, now)
    post.state = PostState.SCHEDULED


async def ensure_fit(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    variants: Sequence[Variant],
    *,
    at: datetime,
) -> None:
    """Raises `PostEmpty`, `AccountDisconnected`, `AbilityMissing` or `PostUnfit`.

    `at` is when it goes out; where nothing but rights are against it, raises `RightsExpired`.
    """
    if not variants:
        raise PostEmpty
    accounts = await find_accounts(session, caller, (each.account_id for each in variants))
    links = await links_of(session, caller, post.campaign_id, post.id)
    adaptations = (await adaptations_of(session, caller, [post.id]))[post.id]
    contents = []
    for each in variants:
        audience = audience_of(accounts[each.account_id], each)
        content = content_of(post, each, audience, adaptations)
        contents.append((content.tagged(links.on(audience.network)), audience.network))
    said = await with_names(session, caller, contents)
    shown = [(each, network) for each, (_, network) in zip(said, contents, strict=True)]
    rendered, media = await render_contents(session, caller, shown)
    faults = []
    for number, (variant, content) in enumerate(zip(variants, rendered, strict=True)):
        account = accounts[variant.account_id]
        if account.state != CONNECTED:
            raise AccountDisconnected(f"{account.handle or account.network} is not connected.")
        for misfit in judge(account, content, media, at=at).misfits:
            pointer = f"/variants/{number}{misfit.pointer}"
            faults.append(Fault(pointer, misfit.code, misfit.message))
    if faults:
        raise unfit(faults)


def unfit(faults: Sequence[Fault]) -> PostUnfit:
    is_right = RIGHTS.issuperset(fault.code for fault in faults)
    return (RightsExpired if is_right else PostUnfit)(faults=tuple(faults))


async def cancel_post(session: AsyncSession, caller: Caller, post: Post, *, now: datetime) -> None:
    """Ends what still waits; what is public stays public."""
    for row in await deliveries_of(session, caller, post.id):
        if row.state == DeliveryState.WAITING:
            end(row, DeliveryState.CANCELLED, now)
    await settle_post(session, caller, post, now=now)


async def retry_post(
    session: AsyncSession, caller: Caller, id_: UUID, command: RetryPost, *, now: datetime
) -> PostDetail:
    """Sends again what failed, at once. What may already be public is never sent again.

    Raises `NotFound` for an account that is no target of the post, `NotApproved` and `PostOnHold`.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post = await find_post(session, caller, id_, None)
    ensure_free(post)
    await ensure_approved(session, caller, post)
    rows = await deliveries_of(session, caller, post.id)
    if not {row.account_id for row in rows}.issuperset(command.account_ids):
        raise NotFound("target of the post")
    targets = [
        row
        for row in rows
        if may_retry(row) and (not command.account_ids or row.account_id in command.account_ids)
    ]
    if not targets:
        raise NotAllowedNow("No failed delivery is there to retry.")
    for row in targets:
        retry(row, now)
        due_at(session, caller.workspace_id, row.id, now)
    await settle_post(session, caller, post, now=now)
    ids = {"deliveries": [show("dlv", row.id) for row in targets]}
    record(session, caller, "post.retried", ("post", id_), now=now, data=ids)
    return await detail(session, caller, post)


async def withdraw_post(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> PostDetail:
    """Takes the public copies back: one outward intent for each. Raises `PostOnHold`."""
    caller.need(Scope.POSTS_PUBLISH)
    post = await find_post(session, caller, id_, None)
    ensure_free(post)
    rows = await deliveries_of(session, caller, post.id)
    public = [row for row in rows if row.state == DeliveryState.DONE]
    if not public:
        raise NotAllowedNow("Nothing of this post is public.")
    open_ones = await _withdrawals_under_way(session, caller, post.id)
    for row in public:
        if row.id not in open_ones:
            await _plan_undoing(session, caller, row, now)
    record(session, caller, "post.withdrawal_asked", ("post", id_), now=now)
    return await detail(session, caller, post)


async def _withdrawals_under_way(session: AsyncSession, caller: Caller, post_id: UUID) -> set[UUID]:
    statement = select(Delivery.undoes_id).where(
        col(Delivery.workspace_id) == caller.workspace_id,
        col(Delivery.post_id) == post_id,
        col(Delivery.kind) == DeliveryKind.WITHDRAW,
        col(Delivery.act_at).is_not(None),
    )
    return {id_ for id_ in (await session.exec(statement)).all() if id_ is not None}


async def _plan_undoing(
    session: AsyncSession, caller: Caller, done: Delivery, now: datetime
) -> None:
    account = (await find_accounts(session, caller, [done.account_id]))[done.account_id]
    if find_network(account.network) is None:
        raise AbilityMissing
    row = new_delivery(caller, DeliveryKind.WITHDRAW, done.account_id, now, now)
    row.post_id, row.undoes_id, row.content = done.post_id, done.id, done.content
    row.refs = done.refs
    session.add(row)
    await session.flush()
    due_at(session, caller.workspace_id, row.id, now)


async def plan_answer(
    session: AsyncSession,
    caller: Caller,
    *,
    account_id: UUID,
    text: str,
    reply_to: str,
    media_ids: Sequence[UUID] = (),
    language: str | None = None,
    visibility: Visibility = Visibility.PUBLIC,
    now: datetime,
) -> DeliveryView:
    """An answer to a message on the network: a delivery like any other, due at once.

    Raises `AccountDisconnected`, `AbilityMissing`, `NotFound` and `PostUnfit`.
    """
    caller.need(Scope.MENTIONS_ANSWER)
    content = Content(
        parts=(text,),
        media_ids=tuple(media_ids),
        language=language,
        visibility=visibility,
        reply_to=reply_to,
    )
    account = (await find_accounts(session, caller, [account_id]))[account_id]
    [content], media = await render_contents(session, caller, [(content, account.network)])
    _ensure_answer_fits(account, content, media, now=now)
    row = new_delivery(caller, DeliveryKind.ANSWER, account_id, now, now)
    row.content = content.stored()
    session.add(row)
    await session.flush()
    due_at(session, caller.workspace_id, row.id, now)
    record(session, caller, "delivery.planned", ("delivery", row.id), now=now)
    return delivery_view(row)


def _ensure_answer_fits(
    account: Account, content: Content, media: Mapping[UUID, Media], *, now: datetime
) -> None:
    if account.state != CONNECTED:
        raise AccountDisconnected
    misfits = judge(account, content, media, at=now).misfits
    if misfits:
        raise unfit(
            [
                Fault(each.pointer.replace("/parts/0", ""), each.code, each.message)
                for each in misfits
            ]
        )


async def settle_post(session: AsyncSession, caller: Caller, post: Post, *, now: datetime) -> None:
    """Derives the post's state from its deliveries and records the change."""
    await session.flush()
    states = [DeliveryState(row.state) for row in await deliveries_of(session, caller, post.id)]
    previous = PostState(post.state)
    state = post_state(states, unplanned=when_unplanned(previous))
    if state is previous:
        return
    post.state, post.published_at = (
        state,
        published_since(state, states, post.published_at, now=now),
    )
    post.version += 1
    post.updated_at = now
    data = {"previous": {"state": previous}, "state": state}
    record(session, caller, f"post.{state}", ("post", post.id), now=now, data=data)


def new_delivery(
    caller: Caller, kind: DeliveryKind, account_id: UUID, moment: datetime, now: datetime
) -> Delivery:
    return Delivery(
        workspace_id=caller.workspace_id,
        id=new_id(),
        kind=kind,
        account_id=account_id,
        state=DeliveryState.WAITING,
        due_at=moment,
        act_at=moment,
        checkpoint={},
        refs=[],
        trace=current_trace(),
        created_at=now,
        updated_at=now,
    )


def end(row: Delivery, state: DeliveryState, now: datetime) -> None:
    row.state, row.act_at = state, None
    row.version, row.updated_at = row.version + 1, now


def may_retry(row: Delivery) -> bool:
    """Whether it failed, or was missed and waits for a person."""
    is_missed = row.problem is not None and row.problem["code"] == PublishingMissed.code
    return row.state == DeliveryState.FAILED or (row.state == DeliveryState.WAITING and is_missed)


def retry(row: Delivery, now: datetime) -> None:
    """It waits again; its checkpoint stays, so a thread goes on where it was."""
    row.due_at = now
    row.state, row.act_at, row.attempts, row.look_ups = DeliveryState.WAITING, now, 0, 0
    row.problem, row.version, row.updated_at = None, row.version + 1, now
