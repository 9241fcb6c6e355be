"""Accounts in the graph: connected by a worker, and waited for as by REST."""

import asyncio
from typing import Any

from tests.api.accounts.test_rest import body_for, context, stage, work
from tests.api.graph.asking import post
from tests.sandbox_stage import Stage
from tests.world import Tenant
from workers.context import Context

__all__ = ["context", "stage"]

CONNECT = """
mutation ($input: ConnectAccountInput!) {
  connectAccount(input: $input) {
    ... on ConnectAccountSuccess { account { id state handle } }
    ... on Error { code message actingParty }
  }
}
"""


async def connect(
    tenant: Tenant, stage: Stage, headers: dict[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer, and what was asked."""
    body = await body_for(tenant, stage)
    asked = {
        "communityId": body["community_id"],
        "network": "sandbox",
        "login": body["login"],
        "clientMutationId": "c1",
    }
    answer = await post(tenant.client, CONNECT, {"input": asked}, headers)
    found: dict[str, Any] = answer.json()["data"]["connectAccount"]
    return found, asked


async def test_caller_who_waits_sees_the_connected_account_and_so_does_a_resend(
    tenant: Tenant, stage: Stage, context: Context
) -> None:
    (made, asked), _ = await asyncio.gather(
        connect(tenant, stage, {"Prefer": "wait=5"}), work(context, tenant)
    )
    again = await post(tenant.client, CONNECT, {"input": asked})

    assert made["account"]["state"] == "CONNECTED"
    assert made["account"]["handle"] == asked["login"]["handle"]
    assert again.json()["data"]["connectAccount"] == made
    assert again.headers["idempotent-replayed"] == "true"


async def test_caller_who_does_not_wait_is_told_that_it_is_connecting(
    tenant: Tenant, stage: Stage
) -> None:
    made, _ = await connect(tenant, stage, {})

    assert made["account"]["state"] == "CONNECTING"
