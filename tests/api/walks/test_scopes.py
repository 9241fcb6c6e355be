"""A walk with tokens that lack the scope: refused before anything is looked up or changed."""

from collections.abc import Iterator

import httpx2

from api.contract.examples import Json
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from tests.api.examples.performing import EVERYTHING, Operation, answered, perform
from tests.api.walks.keeping import NOTED, Keeping, moved
from tests.furnished import ID, Furnished
from tests.world import make_token


def scoped(operations: dict[str, Operation], asked: list[Json]) -> Iterator[tuple[Scope, Json]]:
    """Every scope that an operation needs, with a request for it."""
    for step in {each["operation"]: each for each in asked}.values():
        for scope in sorted(operations[step["operation"]].scopes):
            yield scope, step


def refused(answer: httpx2.Response, scope: Scope) -> bool:
    """Whether an answer says that the scope is missing, and nothing else."""
    found = answered(answer)
    return answer.status_code == 403 and (found["code"], found["detail"]) == (
        "scope.missing",
        f"This needs the scope {scope}.",
    )


def nobody(step: Json) -> dict[str, str]:
    """For each id of a request one that nothing has."""
    return {found[0]: show(found[1], new_id()) for found in ID.finditer(str(step))}


async def test_without_the_scope_everything_is_refused_whether_it_exists_or_not(
    database: Database,
    operations: dict[str, Operation],
    asked: list[Json],
    own: Furnished,
    kept: Keeping,
) -> None:
    walk = list(scoped(operations, asked))
    workspace_id = own.tenant.workspace_id
    lacking = {
        scope: await make_token(database, workspace_id, EVERYTHING - {scope})
        for scope in {scope for scope, _ in walk}
    }
    before = await kept.of(workspace_id)

    let_in = []
    for scope, step in walk:
        for ids in (own.here, nobody(step)):
            operation = operations[step["operation"]]
            answer = await perform(own.tenant.client, operation, step, ids, bearer=lacking[scope])
            if not refused(answer, scope):
                let_in.append(f"{step['operation']} without {scope}: {answer.text[:300]}")

    assert let_in == []
    assert moved(before, await kept.of(workspace_id), but=NOTED) == []
    assert len(walk) > 60
    assert len(lacking) > 15


async def test_a_token_that_is_let_in_is_caught(
    operations: dict[str, Operation], asked: list[Json], own: Furnished
) -> None:
    [step] = [each for each in asked if each["operation"] == "get_community"]
    let_in = await perform(
        own.tenant.client, operations["get_community"], step, own.here, bearer=own.tenant.token
    )
    missing = await perform(
        own.tenant.client, operations["get_community"], step, nobody(step), bearer=own.tenant.token
    )

    assert let_in.status_code == 200
    assert not refused(let_in, Scope.COMMUNITIES_READ)
    assert missing.status_code == 404
    assert not refused(missing, Scope.COMMUNITIES_READ)
