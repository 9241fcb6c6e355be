"""Takes the steps of consents: asks a network for its page, exchanges what a person brought."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.accounts import consent_steps
from domain.accounts.consent_seals import Intent, open_begun, open_intent
from domain.accounts.consent_shapes import StepDue
from domain.accounts.consenting import ConsentState
from domain.connector.consent import Begun, Choice, Client, Consents, Wish
from domain.connector.errors import Barred, NetworkError, OutcomeUnknown, Refused, Unavailable
from domain.connector.heard import without_secrets
from domain.connector.http import Http
from domain.kernel.sealing import SealBroken
from domain.kernel.traces import span
from domain.networks import find
from workers.context import Context
from workers.deliveries import resume
from workers.leases import in_time
from workers.ways import Purpose, spoken_by, way_out

BATCH = 50
CALLBACK = "/connect/callback"


@dataclass(frozen=True, slots=True, repr=False)
class _Plan:
    """What a step needs, out of the row."""

    wish: Wish
    begun: Begun | None
    code: str | None


@dataclass(frozen=True, slots=True)
class _Clients:
    """The clients of one network, kept for the whole installation."""

    context: Context
    network: str

    async def find(self, server: str) -> Client | None:
        async with self.context.database.transaction(None) as session:
            return await consent_steps.find_client(
                session, self.network, server, keys=self.context.keys
            )

    async def keep(self, server: str, client: Client) -> Client:
        async with self.context.database.transaction(None) as session:
            return await consent_steps.keep_client(
                session,
                self.network,
                server,
                client,
                keys=self.context.keys,
                now=self.context.clock(),
            )

    async def forget(self, server: str) -> None:
        async with self.context.database.transaction(None) as session:
            await consent_steps.forget_client(session, self.network, server)


async def consent_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        steps = await consent_steps.claim_steps(
            session,
            workspace_id,
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for step in steps:
        context.slots.start(take_step(context, workspace_id, step))
    return len(steps)


async def take_step(context: Context, workspace_id: UUID, step: StepDue) -> None:
    """Plans, acts and records one step."""
    plan = await _plan(context, workspace_id, step)
    if plan is None:
        return
    with span("consent", network=step.network):
        try:
            if step.state is ConsentState.PREPARING:
                await _begin(context, workspace_id, step, plan)
            else:
                await _finish(context, workspace_id, step, plan)
        except NetworkError as error:
            await _record_trouble(context, workspace_id, step, plan, error)


async def _plan(context: Context, workspace_id: UUID, step: StepDue) -> _Plan | None:
    keys = context.keys
    async with context.database.transaction(workspace_id) as session:
        row = await consent_steps.find_consent(session, workspace_id, step.id)
        if row is None or row.state != step.state:
            return None
        try:
            known = await consent_steps.known_remote_id(session, row)
            wish = _wish(context, step, open_intent(keys, row), known)
            if step.state is ConsentState.PREPARING:
                return _Plan(wish, None, None)
            begun, code = open_begun(keys, row), consent_steps.take_code(keys, row)
            return _Plan(wish, begun, code)
        except SealBroken:
            error = Refused("What was kept can no longer be opened.", code="consent.seal_broken")
            now = context.clock()
            consent_steps.record_trouble(session, row, error, None, keys=keys, now=now)
            return None


def _wish(context: Context, step: StepDue, intent: Intent, known: str | None) -> Wish:
    root, connector = context.settings.public_url, find(step.network)
    versions = spoken_by(context, connector, now=context.clock()) if connector else {}
    return Wish(intent.fields, intent.state, f"{root}{CALLBACK}", root, versions, known)


async def _begin(context: Context, workspace_id: UUID, step: StepDue, plan: _Plan) -> None:
    consent, http = _way(context, step)
    async with in_time(context, Unavailable):
        begun = await consent.begin(http, plan.wish, _Clients(context, step.network))
    async with context.database.transaction(workspace_id) as session:
        row = await consent_steps.find_consent(session, workspace_id, step.id)
        if row is not None:
            consent_steps.record_begun(session, row, begun, keys=context.keys, now=context.clock())


async def _finish(context: Context, workspace_id: UUID, step: StepDue, plan: _Plan) -> None:
    if plan.begun is None or plan.code is None:
        return
    consent, http = _way(context, step)
    clients, began_at = _Clients(context, step.network), context.clock()
    async with in_time(context, OutcomeUnknown):
        found = await consent.finish(http, plan.wish, plan.begun, plan.code, clients, now=began_at)
    async with context.database.transaction(workspace_id) as session:
        row = await consent_steps.find_consent(session, workspace_id, step.id)
        account_id, keys, now = None, context.keys, context.clock()
        if row is not None and isinstance(found, Choice):
            consent_steps.record_choice(session, row, plan.begun, found, keys=keys, now=now)
        elif row is not None and not isinstance(found, Choice):
            account_id = await consent_steps.record_consented(
                session, row, found, keys=keys, now=now
            )
    if account_id is not None:
        await resume(context, workspace_id, account_id)


async def _record_trouble(
    context: Context, workspace_id: UUID, step: StepDue, plan: _Plan, error: NetworkError
) -> None:
    error.said = without_secrets(error.said, _secrets(step, plan))
    async with context.database.transaction(workspace_id) as session:
        row = await consent_steps.find_consent(session, workspace_id, step.id)
        if row is not None:
            consent_steps.record_trouble(
                session, row, error, plan.code, keys=context.keys, now=context.clock()
            )


def _secrets(step: StepDue, plan: _Plan) -> list[str]:
    connector = find(step.network)
    asked = (connector.manifest.consent if connector else None) or ()
    typed = [plan.wish.given(field.name) for field in asked if field.is_secret]
    begun = plan.begun.secrets.values() if plan.begun else ()
    return [*typed, *begun, plan.code or ""]


def _way(context: Context, step: StepDue) -> tuple[Consents, Http]:
    connector = find(step.network)
    if connector is None or connector.consent is None:
        raise Barred("This Parvis cannot connect to the network.")
    return connector.consent, way_out(context, connector, step.id, Purpose.CHECK)
