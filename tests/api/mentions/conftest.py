"""An account that hears people, in the tenant's workspace."""

import pytest

from domain.kernel.database import Database
from tests.inboxes import Inbox, make_inbox
from tests.world import Tenant


@pytest.fixture
async def inbox(tenant: Tenant, database: Database) -> Inbox:
    return await make_inbox(database, tenant.workspace_id)
