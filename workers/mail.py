"""Sends mails: claim, hand over, record. Without SMTP_URL they stay where `./parvis mail` reads."""

from datetime import datetime
from uuid import UUID

import structlog

from domain.connector.errors import NetworkError, OutcomeUnknown, Refused
from domain.kernel.ids import show
from domain.kernel.traces import span
from domain.mail import service
from domain.mail.shapes import Outgoing
from workers.context import Context
from workers.leases import in_time
from workers.smtp import Server, compose, hand_over

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("mail")

BATCH = 20


async def send_due(
    context: Context,
    workspace_id: UUID | None,  # noqa: ARG001 - people have no tenant
    *,
    now: datetime,
) -> int:
    async with context.database.transaction(None) as session:
        mails = await service.claim_mails(
            session,
            context.keys,
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for mail in mails:
        context.slots.start(send(context, mail))
    return len(mails)


async def send(context: Context, mail: Outgoing) -> None:
    """Hands one mail over, and records what came of it."""
    url = context.settings.smtp_url.get_secret_value()
    with span("mail", kind=mail.letter.kind):
        if not url:
            async with context.database.transaction(None) as session:
                await service.record_kept(session, mail, now=context.clock())
            return
        try:
            await _hand_over(context, Server.parse(url), mail)
        except NetworkError as error:
            cause = type(error.__cause__).__name__
            log.warning(
                "mail.trouble", mail_id=show("mail", mail.id), code=error.code, reason=cause
            )
            async with context.database.transaction(None) as session:
                await service.record_trouble(session, mail, error, now=context.clock())
            return
        async with context.database.transaction(None) as session:
            await service.record_sent(session, mail, now=context.clock())


async def _hand_over(context: Context, server: Server, mail: Outgoing) -> None:
    settings = context.settings
    try:
        message = compose(mail, settings.mail_from)
        async with in_time(
            context, OutcomeUnknown, "The mail server took too long.", "mail.timed_out"
        ):
            await hand_over(server, message, timeout_s=settings.outbound_timeout_s)
    except ValueError as error:
        raise Refused("The mail cannot be written.", code="mail.malformed") from error
