"""What people do on our pages is told with whence, as what programs do is."""

import httpx2

from tests.api.oauth.walking import Program, Resident, tokens_for
from tests.world import Tenant


async def test_a_consent_is_told_with_its_address_and_application(
    tenant: Tenant, resident: Resident, program: Program
) -> None:
    await tokens_for(resident.tab, program)

    answer: httpx2.Response = await tenant.client.get("/v1/audit?kind=grant.given")
    [entry] = answer.json()["data"]

    assert entry["actor"].startswith("member:mem_")
    assert entry["origin"] == {"address": "127.0.0.1", "application": program.client_id}
