"""The smallest identity a test needs: members, applications, and the tokens that they hold."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.identity.bearer import BearerKind, make_bearer
from domain.identity.shapes import TokenKind
from domain.identity.tables import Application, Authorisation, Grant, Token
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.sealing import fingerprint
from domain.workspaces.shapes import Role
from domain.workspaces.tables import Member


@dataclass(frozen=True)
class Held:
    """A token and the rows it came of."""

    bearer: str
    token_id: UUID
    grant_id: UUID
    authorisation_id: UUID


async def build_member(
    database: Database,
    workspace_id: UUID,
    role: Role = Role.OWNER,
    *,
    user_id: UUID | None = None,
    communities: list[UUID] | None = None,
) -> UUID:
    now = datetime.now(UTC)
    row = Member(
        workspace_id=workspace_id,
        id=new_id(),
        name="Aline Favre",
        email=f"{new_id().hex}@example.ch",
        role=role,
        user_id=user_id,
        communities=communities,
        created_at=now,
        updated_at=now,
    )
    async with database.transaction(workspace_id) as session:
        session.add(row)
    return row.id


async def build_key(database: Database, workspace_id: UUID, member_id: UUID, **changes: Any) -> str:
    """The bearer value of a member's own token, with every scope if nothing else is said."""
    bearer = make_bearer(workspace_id)
    row = Token(
        **{
            "workspace_id": workspace_id,
            "id": new_id(),
            "kind": TokenKind.KEY,
            "name": "key",
            "fingerprint": fingerprint(bearer),
            "hint": bearer[-4:],
            "scopes": list(Scope),
            "member_id": member_id,
            "created_at": datetime.now(UTC),
            **changes,
        }
    )
    async with database.transaction(workspace_id) as session:
        session.add(row)
    return bearer


async def build_application(database: Database, workspace_id: UUID, **changes: Any) -> UUID:
    now = datetime.now(UTC)
    row = Application(
        **{
            "workspace_id": workspace_id,
            "id": new_id(),
            "name": "Village Desk",
            "description": "",
            "kind": "live",
            "is_confidential": True,
            "redirect_uris": ["https://desk.example/callback"],
            "post_logout_uris": [],
            "origins": [],
            "grant_types": ["authorization_code", "refresh_token"],
            "scopes": list(Scope),
            "id_token_algorithm": "RS256",
            "created_at": now,
            "updated_at": now,
            **changes,
        }
    )
    async with database.transaction(workspace_id) as session:
        session.add(row)
    return row.id


async def build_access(
    database: Database,
    workspace_id: UUID,
    member_id: UUID,
    application: tuple[UUID, UUID],
    *,
    scopes: tuple[Scope, ...] = tuple(Scope),
    communities: list[UUID] | None = None,
) -> Held:
    """An access token that an application (its workspace and id) holds for a member."""
    now, bearer = datetime.now(UTC), make_bearer(workspace_id, BearerKind.LIVE)
    owner, application_id = application
    grant = Grant(
        workspace_id=workspace_id,
        id=new_id(),
        member_id=member_id,
        application_workspace_id=owner,
        application_id=application_id,
        application_name="Village Desk",
        scopes=list(scopes),
        communities=communities,
        created_at=now,
        updated_at=now,
    )
    authorisation = Authorisation(
        workspace_id=workspace_id,
        id=new_id(),
        grant_id=grant.id,
        scopes=list(scopes),
        communities=communities,
        authenticated_at=now,
        methods=["pwd"],
        created_at=now,
        redeemed_at=now,
    )
    token = Token(
        workspace_id=workspace_id,
        id=new_id(),
        kind=TokenKind.ACCESS,
        name="Village Desk",
        fingerprint=fingerprint(bearer),
        hint=bearer[-4:],
        scopes=list(scopes),
        communities=communities,
        member_id=member_id,
        application_workspace_id=owner,
        application_id=application_id,
        grant_id=grant.id,
        authorisation_id=authorisation.id,
        created_at=now,
    )
    async with database.transaction(workspace_id) as session:
        for row in (grant, authorisation, token):
            session.add(row)
            await session.flush()
    return Held(bearer, token.id, grant.id, authorisation.id)
