"""What grows is trimmed: answers, events, mails, sign-ins, rows of imports, once an hour."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

from arq import cron
from arq.cron import CronJob

from domain.events.service import forget_events
from domain.identity.answers import forget_answers
from domain.identity.forgetting import forget_ended, forget_shared
from domain.imports.rules import ROWS_LAST
from domain.imports.service import forget_rows
from domain.kernel.caller import worker
from domain.kernel.errors import DependencyAway
from domain.lockouts.service import forget_failures
from domain.mail.service import forget_mails
from domain.people.challenges import forget_challenges
from domain.people.links import forget_links
from domain.people.sign_ins import forget_sign_ins
from domain.providers.attempts import forget_attempts
from domain.uploads.checking import forget_bytes
from domain.uploads.expiring import expire_uploads, forget_uploads
from domain.uploads.service import Intake
from domain.workspaces.invitations import forget_invitations
from workers.context import Context

UPLOADS_LAST = timedelta(days=1)
JOBS: tuple[Callable[..., Coroutine[Any, Any, Any]], ...] = ()


async def trim(ctx: dict[str, Any]) -> None:
    """Deletes what is older than the settings keep, workspace by workspace where it has one."""
    context: Context = ctx["context"]
    now, settings = context.clock(), context.settings
    intake = Intake.of(settings, context.media)
    with suppress(DependencyAway):
        await asyncio.to_thread(context.media.tidy, before=now - UPLOADS_LAST)
    await asyncio.to_thread(intake.pieces.tidy, before=now - intake.lasts - UPLOADS_LAST)
    async with context.database.transaction(None) as session:
        before = now - timedelta(days=settings.event_retention_days)
        await forget_mails(session, before=before)
        await forget_sign_ins(session, now=now)
        await forget_failures(session, now=now)
        await forget_links(session, now=now)
        await forget_challenges(session, now=now)
        await forget_shared(session, now=now)
    for row in await context.database.reads.fetch("SELECT workspace_id FROM parvis_workspaces()"):
        caller = worker(row["workspace_id"])
        async with context.database.transaction(caller.workspace_id) as session:
            await forget_attempts(session, caller.workspace_id, now=now)
            before = now - timedelta(hours=settings.idempotency_kept_h)
            await forget_answers(session, caller, before=before)
            before = now - timedelta(days=settings.event_retention_days)
            await forget_events(session, caller, before=before)
            await forget_ended(session, caller, now=now)
            await forget_invitations(session, caller, before=before)
            await forget_rows(session, caller, before=now - ROWS_LAST)
            await forget_uploads(session, caller, before=before)
            over = await expire_uploads(session, caller, now=now)
        for upload in over:
            # What stays in a store that is away is swept from it by its age.
            with suppress(DependencyAway):
                await asyncio.to_thread(forget_bytes, upload, caller.workspace_id, intake=intake)


CRON: tuple[CronJob, ...] = (cron(trim, minute={7}),)
