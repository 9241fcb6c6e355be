"""Documents by their text: parsed, judged and validated once, then remembered.

The rules are those of the specification, as classes of a module: nothing is made per request.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values

from api.graph.guard import (
    MAX_TOKENS,
    Cost,
    check_cost,
    check_written,
    fragments_of,
    operations_of,
)
from domain.kernel.errors import QueryInvalid, QueryMalformed, QueryTooHeavy

MOST_KEPT = 500
LONGEST_KEPT = 20_000
MOST_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Document:
    """A document that may be executed, with its operations by name."""

    ast: DocumentNode
    operations: dict[str, OperationDefinitionNode]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Raises `QueryInvalid` where the name names none, or none is named among many."""
        if name:
            found = self.operations.get(name)
        else:
            found = next(iter(self.operations.values())) if len(self.operations) == 1 else None
        if found is None:
            raise QueryInvalid("`operationName` must name one of the operations sent.")
        return found


class Refused(Exception):
    """The document cannot be executed; `errors` say why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


class Documents:
    """The documents of one process, the least used forgotten first."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._known: OrderedDict[str, Document | Refused] = OrderedDict()

    def find(self, text: str) -> Document:
        """Raises `Refused`."""
        found = self._known.get(text)
        if found is None:
            found = self._read(text)
            if len(text) <= LONGEST_KEPT:
                self._known[text] = found
                if len(self._known) > MOST_KEPT:
                    self._known.popitem(last=False)
        else:
            self._known.move_to_end(text)
        if isinstance(found, Refused):
            raise Refused(found.errors)
        return found

    def _read(self, text: str) -> Document | Refused:
        try:
            ast = parse(text, max_tokens=MAX_TOKENS)
            check_written(ast)
            found = validate(
                self.schema, ast, specified_rules, max_errors=MOST_ERRORS, hide_suggestions=True
            )
        except RecursionError:
            return _too_heavy(QueryTooHeavy("Fragments stand too deep in one another."))
        except QueryTooHeavy as error:
            return _too_heavy(error)
        except GraphQLError as error:
            return Refused([_located(error)])
        if found:
            return Refused(found)
        return Document(
            ast, {each.name.value if each.name else "": each for each in operations_of(ast)}
        )


def _too_heavy(error: QueryTooHeavy) -> Refused:
    return Refused([GraphQLError(error.message, original_error=error)])


def _located(error: GraphQLError) -> GraphQLError:
    """A syntax error under its own code."""
    code = QueryTooHeavy.code if "tokens" in error.message else QueryMalformed.code
    return GraphQLError(
        error.message, source=error.source, positions=error.positions, extensions={"code": code}
    )


def cost_of(
    schema: GraphQLSchema,
    document: Document,
    operation: OperationDefinitionNode,
    variables: dict[str, Any],
) -> int:
    """What the operation costs. Raises `QueryTooHeavy`; `Refused` for variables that do not fit."""
    coerced = get_variable_values(
        schema,
        operation.variable_definitions or (),
        variables,
        max_errors=MOST_ERRORS,
        hide_suggestions=True,
    )
    if isinstance(coerced, list):
        raise Refused(coerced)
    cost = Cost(schema, fragments_of(document.ast), coerced.coerced).of(operation)
    check_cost(cost)
    return cost
