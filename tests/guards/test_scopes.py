"""What people are asked to allow is what operations need, and nothing else."""

import json

from api.docs import CONTRACT
from domain.kernel.caller import OFFERED, SET_ASIDE, Scope

SHOWS_MORE = {Scope.MEMBERS_PERSONAL}
"""No operation needs it: names and addresses are null without it."""


def test_every_scope_that_is_offered_is_needed_by_an_operation_and_no_other_is() -> None:
    contract = json.loads(CONTRACT.read_text())
    operations = [each for path in contract["paths"].values() for each in path.values()]

    needed = {
        scope
        for each in operations
        for way in each["security"]
        for scopes in way.values()
        for scope in scopes
    }
    told = " ".join(each.get("description", "") for each in operations)

    assert set(OFFERED) - SHOWS_MORE == needed
    assert all(f"without `{scope}`" in told for scope in SHOWS_MORE)
    assert set(Scope) - SET_ASIDE == set(OFFERED)
    flows = contract["components"]["securitySchemes"]["oauth"]["flows"]
    assert [list(flow["scopes"]) for flow in flows.values()] == [list(OFFERED)] * 2
