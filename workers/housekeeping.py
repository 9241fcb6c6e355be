"""What grows is trimmed: answers, events, mails, sign-ins, rows of imports, once an hour."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

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
from domain.media.forgetting import contents_dropped, forget_content
from domain.people.challenges import forget_challenges
from domain.people.links import forget_links
from domain.people.sign_ins import forget_sign_ins
from domain.providers.attempts import forget_attempts
from domain.uploads.checking import forget_bytes
from domain.uploads.expiring import expire_uploads, forget_uploads
from domain.uploads.service import Intake
from domain.workspaces.invitations import forget_invitations
from workers.context import Context
from workers.rounds import begin_round

UPLOADS_LAST = timedelta(days=1)
LET_GO = timedelta(minutes=5)
"""Whoever removes a file throws its bytes out by then."""
MOST_DROPPED = 500
JOBS: tuple[Callable[..., Coroutine[Any, Any, Any]], ...] = ()


async def trim(ctx: dict[str, Any]) -> None:
    """Begins to delete what is older than the settings keep; each goes on for as long as it takes.

    What breaks keeps back nothing else.
    """
    context: Context = ctx["context"]
    context.slots.start(_tidy(context))
    context.slots.start(_trim_shared(context))
    begin_round(context, _trim)


async def _tidy(context: Context) -> None:
    """What uploads left in the stores."""
    now, intake = context.clock(), _intake(context)
    with suppress(DependencyAway):
        await asyncio.to_thread(context.media.tidy, before=now - UPLOADS_LAST)
    await asyncio.to_thread(intake.pieces.tidy, before=now - intake.lasts - UPLOADS_LAST)


async def _trim_shared(context: Context) -> None:
    now = context.clock()
    async with context.database.transaction(None) as session:
        await forget_mails(session, before=_events_before(context))
        await forget_sign_ins(session, now=now)
        await forget_failures(session, now=now)
        await forget_links(session, now=now)
        await forget_challenges(session, now=now)
        await forget_shared(session, now=now)


async def _trim(context: Context, workspace_id: UUID) -> None:
    caller, now = worker(workspace_id), context.clock()
    before = _events_before(context)
    answered_before = now - timedelta(hours=context.settings.idempotency_kept_h)
    async with context.database.transaction(workspace_id) as session:
        await forget_attempts(session, workspace_id, now=now)
        await forget_answers(session, caller, before=answered_before)
        await forget_events(session, caller, before=before)
        await forget_ended(session, caller, now=now)
        await forget_invitations(session, caller, before=before)
        await forget_rows(session, caller, before=now - ROWS_LAST)
        await forget_uploads(session, caller, before=before)
        over = await expire_uploads(session, caller, now=now)
        dropped = await contents_dropped(session, caller, before=now - LET_GO, most=MOST_DROPPED)
    for sha256 in dropped:
        async with context.database.transaction(workspace_id) as session:
            await forget_content(session, caller, sha256, store=context.media)
    for upload in over:
        # What stays in a store that is away is swept from it by its age.
        with suppress(DependencyAway):
            await asyncio.to_thread(forget_bytes, upload, workspace_id, intake=_intake(context))


def _events_before(context: Context) -> datetime:
    return context.clock() - timedelta(days=context.settings.event_retention_days)


def _intake(context: Context) -> Intake:
    return Intake.of(context.settings, context.media)


CRON: tuple[CronJob, ...] = (cron(trim, minute={7}),)
