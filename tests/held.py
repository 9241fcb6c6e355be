"""Two communities with everything in them, and callers who may see one of the two."""

from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI

from api.fence.allowances import Allowances
from api.tokens import TokenChecks
from domain.accounts.tables import Consent
from domain.connector.words import Profile
from domain.kernel.caller import Caller, worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.mentions.answers import create_answer
from domain.mentions.ingest import ingest
from domain.mentions.shapes import CreateAnswer, Reading
from domain.metrics.tables import Measuring
from domain.posts.tables import Attempt, Variant
from tests.domain.metrics.build import World, kept
from tests.inboxes import item
from tests.world import client_for

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Place:
    """One community; `ids` holds one of each kind of thing in it, by prefix."""

    ids: dict[str, UUID]
    world: World

    @property
    def community_id(self) -> UUID:
        return self.ids["com"]


async def make_place(database: Database, workspace_id: UUID, *, word: str) -> Place:
    """A community whose mention says `word`, by an author who speaks nowhere else."""
    world = World(database, workspace_id)
    world.account.network = "sandbox"
    await world.open()
    copy = await world.publish(f"p-{word}", NOW - timedelta(hours=2))
    assert copy.post_id is not None
    variant = Variant(
        workspace_id=workspace_id,
        id=new_id(),
        post_id=copy.post_id,
        account_id=world.account.id,
        visibility="public",
        **kept(),
    )
    attempt = Attempt(
        workspace_id=workspace_id,
        id=new_id(),
        delivery_id=copy.id,
        number=1,
        act="send",
        started_at=NOW,
        ended_at=NOW,
        outcome="done",
    )
    subject = Measuring(
        workspace_id=workspace_id, subject_id=copy.id, account_id=world.account.id, is_account=False
    )
    consent = Consent(
        workspace_id=workspace_id,
        id=new_id(),
        community_id=world.community.id,
        network="mastodon",
        state="cancelled",
        sealed_wish=b"",
        link_fingerprint=b"",
        state_fingerprint=b"",
        tries=0,
        expires_at=NOW,
        **kept(),
    )
    await world.add(variant, attempt, subject, consent)
    await world.sample(NOW - timedelta(hours=1), copy.remote_id or "", likes=7)
    ids = {
        "com": world.community.id,
        "cal": world.calendar.id,
        "acct": world.account.id,
        "post": copy.post_id,
        "var": variant.id,
        "dlv": copy.id,
        "att": attempt.id,
        "cns": consent.id,
    }
    return Place(ids | await _mention(world, word), world)


async def _mention(world: World, word: str) -> dict[str, UUID]:
    reading = Reading(
        account_id=world.account.id,
        community_id=world.community.id,
        network="sandbox",
        server="http://sandbox.test",
        remote_id=world.account.remote_id or "",
        connected_at=NOW - timedelta(days=1),
        is_first=False,
    )
    said = item(
        author=Profile(word, f"{word}@example.social", word),
        text=f"On parle de {word}",
        said_at=NOW - timedelta(minutes=5),
    )
    async with world.database.transaction(world.workspace_id) as session:
        found = await ingest(session, world.caller, reading, [said], now=NOW)
        [id_] = found.new_ids
        answer = await create_answer(
            session, world.caller, id_, CreateAnswer(text="Merci !"), now=NOW
        )
    row = await world.database.reads.fetchrow(
        "SELECT (j ->> 'author_id') AS author, (j ->> 'conversation_id') AS conversation"
        "  FROM parvis_mention($1, $2), CAST(body AS json) AS j",
        world.workspace_id,
        id_,
    )
    assert row is not None
    return {
        "men": id_,
        "ans": answer.id,
        "auth": UUID(row["author"].removeprefix("auth_")),
        "conv": UUID(row["conversation"].removeprefix("conv_")),
    }


def held(workspace_id: UUID, *communities: UUID) -> Caller:
    """Someone with every scope, held to these communities."""
    return replace(worker(workspace_id), communities=frozenset(communities))


class HeldTokens(TokenChecks):
    """Checks tokens as ever and holds those that are named to their communities."""

    def __init__(
        self, database: Database, allowances: Allowances, bearers: dict[str, frozenset[UUID]]
    ) -> None:
        super().__init__(database, allowances, kept_s=0)
        self._bearers = bearers

    async def caller(self, authorization: str | None, scope: MutableMapping[str, Any]) -> Caller:
        found = await super().caller(authorization, scope)
        communities = self._bearers.get((authorization or "").partition(" ")[2])
        return found if communities is None else replace(found, communities=communities)


@asynccontextmanager
async def held_client(
    app: FastAPI, database: Database, token: str, *communities: UUID
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a token that is held to communities, until the end."""
    state = app.state.parvis
    tokens = HeldTokens(database, state.allowances, {token: frozenset(communities)})
    app.state.parvis = replace(state, tokens=tokens)
    try:
        async with client_for(app, token) as client:
            yield client
    finally:
        app.state.parvis = state
