"""The composition root of the api."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import docs, errors, health, problems, strays, troubles
from api.accounts import connecting, consents, hooks
from api.accounts import rest as accounts
from api.agenda import rest as agenda
from api.approvals import pages as deciding
from api.approvals import policies
from api.approvals import rest as approvals
from api.audit import rest as audit
from api.calendars import pillars
from api.calendars import rest as calendars
from api.campaigns import rest as campaigns
from api.cli.owner import keep_sign_in_link
from api.communities import rest as communities
from api.contacts import rest as contacts
from api.contract.describe import describe
from api.cors import Cors
from api.edge import Edge
from api.events import rest as events
from api.feeds import ics
from api.feeds import rest as feeds
from api.fence.gate import Gate
from api.front import Front
from api.graph import waking as graph
from api.ideas import candidates
from api.ideas import rest as ideas
from api.identity import applications
from api.identity import rest as identity
from api.imports import exporting
from api.imports import rest as imports
from api.inside import listening
from api.lingering import Lingering
from api.media import albums, fetched, operations
from api.media import consents as media_consents
from api.media import rest as media
from api.mentions import authors, conversations, replies
from api.mentions import rest as mentions
from api.methods import refuse_other_methods
from api.metrics import rest as metrics
from api.networks import rest as networks
from api.oauth import pages as oauth
from api.occasions import rest as occasions
from api.pages import assets
from api.pauses import rest as pauses
from api.people import pages as people
from api.plans import queues, recurrences, slots
from api.posts import adaptations, deliveries, entries, holds, many, versions
from api.posts import rest as posts
from api.providers import pages as outside
from api.providers import rest as providers
from api.sandbox.app import sandbox_app
from api.sources import rest as sources
from api.state import open_state
from api.upkeep import rest as upkeep
from api.uploads import rest as direct
from api.uploads import tus
from api.workspaces import clocks, departments, experts, founding, invitations, roles
from api.workspaces import pages as doors
from api.workspaces import rest as workspaces
from domain.kernel.database import Database
from domain.kernel.logs import set_up_logs
from domain.kernel.nudges import tell_if_away
from domain.kernel.settings import Settings
from domain.kernel.tracing import set_up_traces

ROUTERS = (
    workspaces,
    clocks,
    roles,
    invitations,
    departments,
    experts,
    communities,
    events,
    audit,
    networks,
    accounts,
    consents,
    media,
    media_consents,
    albums,
    operations,
    direct,
    tus,
    calendars,
    pillars,
    slots,
    queues,
    campaigns,
    contacts,
    feeds,
    occasions,
    recurrences,
    ideas,
    exporting,
    many,
    posts,
    holds,
    imports,
    adaptations,
    versions,
    policies,
    approvals,
    upkeep,
    sources,
    deliveries,
    pauses,
    agenda,
    entries,
    mentions,
    candidates,
    authors,
    conversations,
    replies,
    metrics,
    applications,
    identity,
    providers,
)

PAGES = (people, outside, connecting, oauth, doors, founding, deciding, ics, hooks, fetched)


def create_app(settings: Settings) -> FastAPI:
    """The api of one process, unopened: its lifespan connects to the engines."""
    set_up_logs(settings.log_level, as_json=settings.log_json)
    set_up_traces(settings.otlp_endpoint, "parvis-api")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        patience_s = settings.database_patience_s
        async with open_state(settings, patience_s=patience_s) as state, listening(state):
            app.state.parvis = state
            await tell_if_away(state.redis)
            await keep_sign_in_link(state)
            yield

    app = Front(
        title="Parvis",
        version="0.1.0",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Spans and meters are ours, at the edge.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    _add_routes(app)
    if settings.sandbox:
        root = f"{settings.public_url}/sandbox"
        app.mount("/sandbox", sandbox_app(database=lambda: _database(app), root=root))
    app.add_middleware(Gate)
    app.add_middleware(Cors, origins=settings.cors_origins)
    app.add_middleware(Edge, body_max_bytes=settings.body_max_bytes)
    app.add_middleware(Lingering)
    return app


def _add_routes(app: FastAPI) -> None:
    problems.install(app)
    strays.install(app)
    docs.install(app)
    app.include_router(health.router)
    app.include_router(errors.router)
    app.include_router(troubles.router)
    app.include_router(graph.router)
    refuse_other_methods(app, [module.router for module in ROUTERS])
    for module in (*ROUTERS, *PAGES):
        app.router.routes.extend(module.router.routes)
    assets.install(app)
    describe(app)


def _database(app: FastAPI) -> Database:
    database: Database = app.state.parvis.database
    return database
