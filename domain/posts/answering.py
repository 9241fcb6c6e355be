"""Answers messages on the networks: each is a delivery of no post."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.connector.words import Visibility
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import Fault
from domain.kernel.nudges import due_at
from domain.media.tables import Media
from domain.posts.content import Content, find_named_accounts, judge, render_contents
from domain.posts.deliveries import new_delivery
from domain.posts.delivery_queries import delivery_view
from domain.posts.delivery_shapes import DeliveryView
from domain.posts.judging import ensure_connected, unfit
from domain.posts.rules import DeliveryKind


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
    account = (await find_named_accounts(session, caller, [account_id]))[account_id]
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
    ensure_connected(account)
    misfits = judge(account, content, media, at=now).misfits
    if misfits:
        told = [
            (each.pointer.replace("/parts/0", "/text"), each.code, each.message) for each in misfits
        ]
        raise unfit([Fault(*each) for each in told])
