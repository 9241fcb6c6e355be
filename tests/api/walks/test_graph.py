"""The walks through the graph: nobody else is met, and nothing is done without its scope."""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from graphql import GraphQLInterfaceType, GraphQLObjectType, build_schema, get_named_type

from api.contract.examples import Json
from api.graph.schema import core
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from tests.api.examples.performing import ACTORS, EVERYTHING, Operation, bearer_for
from tests.api.walks.graph import (
    JUDGED,
    MUTATIONS,
    Question,
    answer_of,
    asks_the_graph,
    change,
    questions,
    questions_of,
    scope_of,
)
from tests.api.walks.keeping import NOTED, Keeping, moved
from tests.api.walks.rest import Visit, shows_nothing, visits
from tests.api.walks.test_foreign import CHOOSING, GRANTS_NOTHING
from tests.furnished import ID, Furnished
from tests.world import make_token


async def asked_of(
    client: httpx2.AsyncClient, question: Question, bearer: str
) -> tuple[Any, str | None]:
    """What the field answers, and its code where it is refused."""
    answer = await client.post(
        "/graphql",
        json={"query": question.document, "variables": question.variables},
        headers={"Authorization": f"Bearer {bearer}"},
    )
    assert answer.status_code == 200, answer.text
    return answer_of(question, answer.json())


def met(question: Question, answer: tuple[Any, str | None], other: Furnished) -> str | None:
    """What an answer tells of the other workspace; None when it is as if that did not exist."""
    found, code = answer
    told = {one[0] for one in ID.finditer(str(found))} - question.named.keys()
    is_gone = code == "not_found" or (code is None and shows_nothing(found))
    if not is_gone or told & set(other.here.values()):
        return f"{question.field} {sorted(question.named)}: {code} {found}"
    return None


@pytest.fixture(scope="module")
def changes(app: FastAPI, operations: dict[str, Operation], asked: list[Json]) -> list[Visit]:
    """Every place that takes an id of every input."""
    found = {
        visit.title: visit
        for step in asked
        if asks_the_graph(step["operation"])
        for visit in visits(app.openapi(), operations[step["operation"]], step)
    }
    # What a choice comes to stands below the names of types: REST's walk looks at it.
    named = [visit for visit in found.values() if visit.operation not in CHOOSING]
    return [visit for visit in named if visit.title not in GRANTS_NOTHING]


def deeper(schema: Any) -> list[str]:
    """Fields below the root that take an id: the walk knows none yet."""
    return [
        f"{kind.name}.{name}({argument})"
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        and kind not in {schema.query_type, schema.mutation_type}
        for name, field in kind.fields.items()
        for argument, one in field.args.items()
        if get_named_type(one.type).name == "ID"
    ]


def test_every_field_that_takes_an_id_is_walked(asked: list[Json]) -> None:
    odd = build_schema("type Query { a: Odd } type Odd { b(id: ID, n: Int): Int }")

    assert MUTATIONS.keys() - {step["operation"] for step in asked} == set()
    assert {"validatePost", "previewRecurrence"} == JUDGED
    assert deeper(core) == []
    assert deeper(odd) == ["Odd.b(id)"]


async def test_another_workspace_is_never_met_nor_moved_by_queries(
    own: Furnished, other: Furnished, kept: Keeping
) -> None:
    before = await kept.of(other.tenant.workspace_id)
    found = []
    for question in questions():
        foreign = question.abroad(own.here, other.here)
        answer = await asked_of(own.tenant.client, foreign, own.tenant.token)
        found.append(met(foreign, answer, other))

    assert [each for each in found if each is not None] == []
    assert moved(before, await kept.of(other.tenant.workspace_id), but=frozenset()) == []
    assert len(found) > 60


async def test_another_workspace_is_never_met_nor_moved_by_mutations(
    database: Database, changes: list[Visit], own: Furnished, other: Furnished, kept: Keeping
) -> None:
    bearers = {actor: await bearer_for(database, own, {"acts_for": actor}) for actor in ACTORS}
    before = [await kept.of(each.tenant.workspace_id) for each in (own, other)]

    found = []
    for visit in changes:
        question = change({**visit.step, **visit.sent(own.here, other.here)})
        bearer = bearers[visit.step.get("acts_for", "")]
        answer = await asked_of(own.tenant.client, question, bearer)
        found.append(met(question, answer, other))

    after = [await kept.of(each.tenant.workspace_id) for each in (own, other)]
    assert [each for each in found if each is not None] == []
    assert moved(before[1], after[1], but=frozenset()) == []
    assert moved(before[0], after[0], but=NOTED) == []
    assert len(found) > 40


async def test_without_the_scope_everything_is_refused_whether_it_exists_or_not(
    database: Database, asked: list[Json], own: Furnished, kept: Keeping
) -> None:
    walk = [
        (question, scope)
        for question, field in questions_of(asked)
        if (scope := scope_of(field)) is not None
    ]
    workspace_id = own.tenant.workspace_id
    lacking = {
        scope: await make_token(database, workspace_id, EVERYTHING - {scope})
        for scope in {scope for _, scope in walk}
    }
    before = await kept.of(workspace_id)

    let_in = []
    for question, scope in walk:
        nobody = {id_: show(prefix, new_id()) for id_, prefix in question.named.items()}
        for ids in (own.here, nobody):
            found = await asked_of(own.tenant.client, question.of(ids), lacking[scope])
            if found != (None, "scope.missing"):
                let_in.append(f"{question.field} without {scope}: {found}")

    assert let_in == []
    assert moved(before, await kept.of(workspace_id), but=NOTED) == []
    assert len(walk) > 60


async def test_what_is_met_is_caught(own: Furnished) -> None:
    """A walker who meets their own workspace is told everything."""
    found = []
    for question in questions():
        here = question.of(own.here)
        found.append(met(here, await asked_of(own.tenant.client, here, own.tenant.token), own))

    assert sum(each is not None for each in found) > 50
    assert Scope.POSTS_READ in {scope_of(field) for _, field in questions_of([])}
