"""A key whose first request has not ended: who sends it again waits, and is told in the end."""

import time

from domain.identity.answers import kept_answer
from domain.kernel.caller import Caller
from domain.kernel.database import Database
from domain.kernel.sealing import KeyRing
from tests.conftest import KEY
from tests.world import Tenant

PATIENCE_S = 5
BODY = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
SENT = {"Idempotency-Key": "of-a-slow-one"}


async def test_a_key_whose_first_request_does_not_end_is_busy(
    tenant: Tenant, database: Database
) -> None:
    [mine] = (await tenant.client.get("/v1/tokens")).json()["data"]
    caller = Caller(tenant.workspace_id, f"token:{mine['id']}", frozenset())
    async with database.transaction(tenant.workspace_id) as session:
        await kept_answer(session, caller, SENT["Idempotency-Key"], b"", keys=KeyRing.parse(KEY))
        began_s = time.monotonic()
        busy = await tenant.client.post("/v1/communities", json=BODY, headers=SENT)
        waited_s = time.monotonic() - began_s
    made = await tenant.client.post("/v1/communities", json=BODY, headers=SENT)

    assert (busy.status_code, busy.json()["code"]) == (409, "idempotency_key.in_progress")
    assert busy.json()["is_retryable"]
    assert waited_s >= PATIENCE_S
    assert (made.status_code, "idempotent-replayed" in made.headers) == (201, False)
    assert len((await tenant.client.get("/v1/communities")).json()["data"]) == 1
