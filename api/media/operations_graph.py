"""Long work on media in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import single
from api.graph.relations import edge
from api.media import loaders
from domain.media import operations
from domain.media.operation_shapes import OperationView

OPERATION = derive(
    OperationView,
    "Operation",
    "Long work on a file, and how far it is.",
    find=operations.operations_by_id,
)

edge(loaders.result_by_operation, "result", "The file that came of it. Needs `posts:read`.")

QUERIES = (
    single(
        "operation",
        OPERATION,
        operations.get_operation,
        "One operation. Needs `posts:read`.",
        prefix="op",
    ),
)

MUTATIONS = (
    Mutation(
        "make_rendition",
        operations.make_rendition,
        "Makes a rendition that fits a network; follow the operation. Needs `posts:write`.",
        prefix="med",
        gives=OPERATION,
        shown="operation",
    ),
    Mutation(
        "cancel_operation",
        operations.cancel_operation,
        "Ends it; `state.not_allowed` once it is over. Needs `posts:write`.",
        prefix="op",
        gives=OPERATION,
        shown="operation",
    ),
)
