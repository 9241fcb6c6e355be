"""Executes operations of valid documents."""

from typing import Any, cast

from graphql import ExecutionResult, OperationDefinitionNode
from graphql import execute as execute_document
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.graph.context import Context
from api.graph.documents import Document
from api.graph.schema import core


async def execute(
    document: Document,
    operation: OperationDefinitionNode,
    variables: dict[str, Any],
    context: Context,
) -> ExecutionResult:
    found = execute_document(
        core,
        document.ast,
        context_value=context,
        variable_values=variables,
        operation_name=operation.name.value if operation.name else None,
        executor_class=StrawberryGraphQLCoreExecutionContext,
        hide_suggestions=True,
    )
    return found if isinstance(found, ExecutionResult) else await cast("Any", found)
