"""Executes operations of valid documents: reads by a plan, everything else by graphql-core.

A plan knows one outcome: everything went well. Where anything did not (a scope that is missing, a
null where none may be, an id that is none), the operation is executed again by graphql-core, whose
errors stand at their paths; a read can be done twice. Mutations go to graphql-core at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from asyncpg import PostgresError
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution import Executor
from sqlalchemy.exc import DBAPIError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.graph.context import Context
from api.graph.derive import type_name_of
from api.graph.documents import Document, Refused
from api.graph.pages import page_request
from api.graph.plan import Deep, Leaf, Plan, Unplanned, make_plan
from api.graph.relations import Many, One, Some, listed
from api.graph.schema import core
from domain.kernel.errors import ParvisError

REFUSED = (GraphQLError, DBAPIError, PostgresError)
"""graphql-core's own, of variables that fit themselves but not their place; and PostgreSQL's, by
SQLAlchemy and by the driver that the hot reads use."""
Result = dict[str, Any]


async def execute(
    document: Document,
    operation: OperationDefinitionNode,
    variables: dict[str, Any],
    context: Context,
) -> ExecutionResult:
    """Raises `Refused` for variables that do not fit."""
    executor = _executor(document, operation, variables, context)
    if operation.operation is OperationType.QUERY:
        try:
            return ExecutionResult((await run(make_plan(executor), [None], context))[0])
        except (Unplanned, ParvisError, ValueError, TypeError, KeyError, *REFUSED):
            await context.close()
    found = executor.execute_operation()
    return cast("ExecutionResult", await found if executor.is_awaitable(found) else found)


def _executor(
    document: Document,
    operation: OperationDefinitionNode,
    variables: dict[str, Any],
    context: Context,
) -> Executor[Any]:
    made = StrawberryGraphQLCoreExecutionContext.build(
        core,
        document.ast,
        context_value=context,
        raw_variable_values=variables,
        operation_name=operation.name.value if operation.name else None,
        hide_suggestions=True,
    )
    if isinstance(made, list):
        raise Refused(made)
    return made


async def run(plan: Plan, sources: Sequence[Any], context: Context) -> list[Result]:
    """What the plan reads of each source, in order. Raises what any step raises."""
    results: list[Result] = [{} for _ in sources]
    for step in plan.steps:
        if isinstance(step, Leaf):
            _read_leaf(step, sources, results)
        elif isinstance(step, Deep):
            await _read_deep(step, sources, results, context)
        else:
            for result in results:
                result[step] = plan.type_name
    return results


def _read_leaf(step: Leaf, sources: Sequence[Any], results: list[Result]) -> None:
    name, read, show = step.name, step.read, step.show
    if show is None:
        values = [read(source) for source in sources]
    else:
        found = (read(source) for source in sources)
        values = [None if value is None else show(value) for value in found]
    if step.is_required and None in values:
        raise TypeError(f"{name} may not be null.")
    for result, value in zip(results, values, strict=True):
        result[name] = value


async def _read_deep(
    step: Deep, sources: Sequence[Any], results: list[Result], context: Context
) -> None:
    if step.read is not None:
        found = [step.read(source) for source in sources]
    elif step.relation is not None:
        found = await _related(step, sources, context)
    else:
        found = [await step.ask(source, context, dict(step.arguments)) for source in sources]
    if step.is_required and None in found:
        raise TypeError(f"{step.name} may not be null.")
    shown = await (_run_lists if step.is_list else _run_ones)(step, found, context)
    for result, value in zip(results, shown, strict=True):
        result[step.name] = value


async def _run_lists(step: Deep, found: list[Any], context: Context) -> list[Any]:
    """Every item of every list in one go, then given back to its list."""
    flat = [item for each in found if each is not None for item in each]
    if step.items_required and None in flat:
        raise TypeError(f"An item of {step.name} may not be null.")
    shown = iter(await _run_ones(step, flat, context))
    return [None if each is None else [next(shown) for _ in each] for each in found]


async def _run_ones(step: Deep, found: Sequence[Any], context: Context) -> list[Any]:
    """Each thing once, however many share it."""
    unique = {id(each): each for each in found if each is not None}
    if len(step.plans) == 1:
        (plan,) = step.plans.values()
        shown = dict(zip(unique, await run(plan, list(unique.values()), context), strict=True))
    else:
        shown = await _run_kinds(step, unique, context)
    return [None if each is None else shown[id(each)] for each in found]


async def _run_kinds(step: Deep, unique: dict[int, Any], context: Context) -> dict[int, Result]:
    """Things of several types, type by type."""
    kinds: dict[str, list[int]] = {}
    for key, each in unique.items():
        kinds.setdefault(type_name_of(each), []).append(key)
    shown: dict[int, Result] = {}
    for name, keys in kinds.items():
        results = await run(step.plans[name], [unique[key] for key in keys], context)
        shown |= zip(keys, results, strict=True)
    return shown


async def _related(step: Deep, sources: Sequence[Any], context: Context) -> list[Any]:
    relation = step.relation
    keys = [getattr(source, relation.key) for source in sources] if relation else []
    match relation:
        case Many():
            return await _pages(relation, step.arguments, keys, context)
        case One():
            ones = await _found(relation, [key for key in keys if key is not None], context)
            return [ones.get(key) for key in keys]
        case Some():
            all_ = await _found(relation, [each for key in keys for each in key or ()], context)
            return [[all_[k] for k in key or () if all_.get(k) is not None] for key in keys]
    raise Unplanned


async def _found(relation: One | Some, keys: list[Any], context: Context) -> Mapping[Any, Any]:
    known = context.known.setdefault(relation.find, {})
    wanted = [key for key in dict.fromkeys(keys) if key not in known]
    if wanted:
        async with context.turn() as session:
            found = await relation.find(session, context.caller, wanted)
        known.update((key, found.get(key)) for key in wanted)
    return known


async def _pages(
    relation: Many, arguments: dict[str, Any], keys: list[Any], context: Context
) -> list[Any]:
    request = page_request(arguments["first"], arguments.get("after") or None)
    if request.cursor is not None:
        raise Unplanned
    if not keys:
        return []
    wanted = list(dict.fromkeys(keys))
    async with context.turn() as session:
        found = await relation.first(session, context.caller, wanted, limit=request.limit + 1)
    pages = {key: listed(relation, found.get(key, ()), request.limit) for key in wanted}
    return [pages[key] for key in keys]
