"""The graph sleeps until it is asked."""

import asyncio
import subprocess
import sys

import pytest

from api.graph import waking
from tests.world import Tenant

LOADED = "import sys, api.main; print([n for n in ('fastapi', 'strawberry') if n in sys.modules])"


def test_an_api_that_nobody_asks_holds_no_graph() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LOADED], check=True, capture_output=True, text=True
    )

    assert said.stdout.strip() == "['fastapi']"


async def test_the_first_questions_are_answered_together(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "_woken", [])
    body = {"query": "{ __typename }"}

    answers = await asyncio.gather(*(tenant.client.post("/graphql", json=body) for _ in range(3)))

    assert [each.json()["data"] for each in answers] == [{"__typename": "Query"}] * 3
    assert len(waking._woken) == 1
