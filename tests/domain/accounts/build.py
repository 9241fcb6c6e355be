"""The smallest accounts tests need, made through the services a caller and a worker use."""

from datetime import datetime
from uuid import UUID

from domain.accounts.connections import record_connected
from domain.accounts.queries import find_account
from domain.accounts.service import connect_account
from domain.accounts.shapes import ConnectAccount
from domain.accounts.tables import Account
from domain.communities.service import create_community
from domain.communities.shapes import CreateCommunity
from domain.connector.words import Connected, Grant, Profile
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.sealing import KeyRing
from tests.conftest import KEY, NOW

KEYS = KeyRing.parse(KEY)
SERVER = "https://pds.example"
LOGIN = {"handle": "ana.example", "app_password": "abcd-efgh-ijkl-mnop"}
ANA = Profile("did:plc:ana", "ana.example", display_name="Ana")


async def make_community(database: Database, workspace_id: UUID) -> UUID:
    slug = f"c-{new_id().hex[-12:]}"
    command = CreateCommunity(name="Vaud", slug=slug, time_zone="Europe/Zurich")
    async with database.transaction(workspace_id) as session:
        made = await create_community(session, worker(workspace_id), command, now=NOW)
    return made.id


async def make_connecting(
    database: Database,
    workspace_id: UUID,
    *,
    network: str = "bluesky",
    login: dict[str, str] | None = None,
) -> UUID:
    """An account whose connection is due at `NOW`."""
    command = ConnectAccount(
        community_id=await make_community(database, workspace_id),
        network=network,
        login=LOGIN if login is None else login,
    )
    async with database.transaction(workspace_id) as session:
        made = await connect_account(session, worker(workspace_id), command, keys=KEYS, now=NOW)
    return made.id


async def make_connected(
    database: Database,
    workspace_id: UUID,
    grant: Grant,
    *,
    profile: Profile = ANA,
    server: str = SERVER,
    network: str = "bluesky",
    login: dict[str, str] | None = None,
    now: datetime = NOW,
) -> UUID:
    """An account with that grant, on Bluesky where no other network is named."""
    id_ = await make_connecting(database, workspace_id, network=network, login=login)
    row = await row_of(database, workspace_id, id_)
    assert row.sealed_login is not None
    async with database.transaction(workspace_id) as session:
        await record_connected(
            session,
            workspace_id,
            id_,
            Connected(server, profile, grant),
            sealed_login=row.sealed_login,
            keys=KEYS,
            now=now,
        )
    return id_


async def row_of(database: Database, workspace_id: UUID, id_: UUID) -> Account:
    async with database.transaction(workspace_id) as session:
        return await find_account(session, worker(workspace_id), id_)
