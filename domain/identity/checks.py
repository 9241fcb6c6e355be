"""Bearer values, checked on every request: one look says whom each stands for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import or_, update
from sqlmodel import col

from domain.identity.bearer import client_id_of, workspace_of
from domain.identity.rules import both, listed, may_come_from
from domain.identity.tables import Grant, Token
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import Database
from domain.kernel.errors import AddressRefused, TokenInvalid
from domain.kernel.ids import show
from domain.kernel.sealing import fingerprint
from domain.workspaces.rules import Seat, scopes_of
from domain.workspaces.shapes import Role

USE_NOTED_EVERY = timedelta(minutes=1)
KNOWN = frozenset(Scope)
LOOK_UP = "SELECT * FROM parvis_bearer($1, $2)"


@dataclass(frozen=True, slots=True)
class Checked:
    """Whom a bearer value stands for, and the ranges of addresses it may be used from."""

    caller: Caller
    networks: tuple[str, ...] | None

    def at(self, address: str | None) -> Caller:
        """The caller, if they come from one of the ranges. Raises `AddressRefused`."""
        if not may_come_from(address, self.networks):
            raise AddressRefused
        return self.caller


async def check_bearer(database: Database, bearer: str, *, now: datetime) -> Checked:
    """Whom a bearer value stands for.

    What it may do is the least of what it was given, what its member allows its application now,
    what that application may still ask for and what the member may still do. So too for a key
    that an application made. Raises `TokenInvalid`.
    """
    workspace_id = workspace_of(bearer)
    if workspace_id is None:
        raise TokenInvalid
    found = await database.reads.fetchrow(LOOK_UP, workspace_id, fingerprint(bearer))
    if found is None or (found["expires_at"] is not None and found["expires_at"] <= now):
        raise TokenInvalid
    caller = _caller(workspace_id, found)
    if found["last_used_at"] is None or found["last_used_at"] <= now - USE_NOTED_EVERY:
        await _note_use(database, caller, now)
    networks = None if found["addresses"] is None else tuple(found["addresses"])
    return Checked(caller, networks)


def _caller(workspace_id: UUID, found: asyncpg.Record) -> Caller:
    scopes, communities = _allowed(found)
    return Caller(
        workspace_id,
        _actor(found),
        scopes,
        member_id=found["member_id"],
        communities=communities,
        token_id=found["id"],
        grant_id=found["grant_id"],
        ahead=found["ahead"],
        application=None
        if found["application_id"] is None
        else client_id_of(found["application_workspace_id"], found["application_id"]),
    )


def _allowed(found: asyncpg.Record) -> tuple[frozenset[Scope], frozenset[UUID] | None]:
    """Scopes and communities that all allow who have a say."""
    scopes = KNOWN.intersection(found["scopes"])
    communities = both(listed(found["communities"]), listed(found["granted_communities"]))
    for allowed in (found["granted_scopes"], found["application_scopes"]):
        if allowed is not None:
            scopes &= frozenset(allowed)
    if found["role"] is not None:
        held = listed(found["member_communities"])
        scopes &= scopes_of(
            Seat(Role(found["role"]), found["role_id"], held), found["role_scopes"] or ()
        )
        communities = both(communities, held)
    return scopes, communities


def _actor(found: asyncpg.Record) -> str:
    if found["member_id"] is not None:
        return f"member:{show('mem', found['member_id'])}"
    if found["application_id"] is not None:
        return f"application:{show('app', found['application_id'])}"
    return f"token:{show('tok', found['id'])}"


async def _note_use(database: Database, caller: Caller, now: datetime) -> None:
    """Written at most once a minute: a busy token would else be a busy row."""
    used: tuple[tuple[type[Token | Grant], UUID | None], ...] = (
        (Token, caller.token_id),
        (Grant, caller.grant_id),
    )
    async with database.transaction(caller.workspace_id) as session:
        for table, id_ in used:
            last_used_at = col(table.last_used_at)
            await session.exec(
                update(table)
                .where(
                    col(table.workspace_id) == caller.workspace_id,
                    col(table.id) == id_,
                    or_(last_used_at.is_(None), last_used_at <= now - USE_NOTED_EVERY),
                )
                .values(last_used_at=now)
            )
