"""What one api process holds open, built at start-up and closed at its end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from arq.connections import ArqRedis
from fastapi import Request

from api.fence.allowances import Allowances
from api.fence.tries import Tries
from api.mentions.hot import Versions
from api.oauth.signing import Signing
from api.tokens import TokenChecks
from domain.accounts.consent_shapes import Installation
from domain.connector.versions import ensure_known
from domain.identity.doors import doors_at
from domain.identity.parties import Lifetimes
from domain.kernel.database import Database
from domain.kernel.nudges import Nudges, open_queue
from domain.kernel.rings import kept_ring
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from domain.media.storage import MediaStore
from domain.networks import all_connectors
from domain.people.passwords import ARGON2ID, Passwords
from domain.uploads.service import Intake
from domain.workspaces.letters import Doors


@dataclass(frozen=True, slots=True)
class State:
    settings: Settings
    database: Database
    redis: ArqRedis
    keys: KeyRing
    tokens: TokenChecks
    passwords: Passwords
    allowances: Allowances
    tries: Tries
    signing: Signing
    versions: Versions
    media: MediaStore

    @property
    def lifetimes(self) -> Lifetimes:
        known = self.settings
        return Lifetimes(
            code=timedelta(seconds=known.code_s),
            access=timedelta(seconds=known.access_token_s),
            refresh=timedelta(days=known.refresh_token_days),
            device_code=timedelta(seconds=known.device_code_s),
        )

    @property
    def intake(self) -> Intake:
        return Intake.of(self.settings, self.media)

    @property
    def installation(self) -> Installation:
        origins = frozenset({self.settings.public_url, *self.settings.cors_origins})
        return Installation(self.settings.public_url, origins)

    @property
    def doors(self) -> Doors:
        return doors_at(self.settings.public_url, self.keys)


@asynccontextmanager
async def open_state(
    settings: Settings, *, patience_s: float | None = None
) -> AsyncIterator[State]:
    """Connects to the engines; an engine that is away is an error here, not later.

    `patience_s` is for PostgreSQL, as `Database.open` says.
    Raises `VersionUnknown` too.
    """
    ensure_known(settings.network_versions, all_connectors().values())
    redis = open_queue(settings.redis_url.get_secret_value())
    database = await Database.open(
        settings.database_url.get_secret_value(),
        Nudges(redis),
        pool_size=settings.database_pool_size,
        read_pool_size=settings.read_pool_size,
        statement_cache_size=settings.statement_cache_size,
        patience_s=patience_s,
    )
    try:
        async with (
            kept_ring(settings, Nudges(redis)) as keys,
            Allowances(redis, keys, settings).sharing() as allowances,
        ):
            yield State(
                settings,
                database,
                redis,
                keys,
                TokenChecks(database, allowances, kept_s=settings.token_cache_s),
                Passwords(ARGON2ID),
                allowances,
                Tries(redis, database, keys, settings),
                Signing(database, keys, lasts=timedelta(days=settings.signing_key_days)),
                _versions(database, settings),
                MediaStore.of(settings),
            )
    finally:
        await database.close()
        await redis.aclose()


def _versions(database: Database, settings: Settings) -> Versions:
    versions = Versions(database.reads, kept_s=settings.version_cache_s)
    database.tell_of_changes(versions.forget)
    return versions


def state_of(request: Request) -> State:
    state: State = request.app.state.parvis
    return state
