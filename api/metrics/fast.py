"""Series on the short way in: a question that was asked before is understood at once."""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.types import Scope

from api.answer import Answer
from api.known import Known
from api.state import State
from domain.metrics.series import SeriesQuery, read_series

PATH = "/v1/metrics/series"
JSON = (b"content-type", b"application/json")
KNOWN = Known[SeriesQuery]()


async def read_again(state: State, scope: Scope, sent: Mapping[bytes, bytes]) -> Answer | None:
    """The answer to a question that was asked before; None for any other."""
    query = KNOWN.get(scope["query_string"])
    if query is None:
        return None
    caller = await state.tokens.caller(sent[b"authorization"].decode("latin-1"), scope)
    body = await read_series(
        state.database.reads, caller, query, now=caller.moment(datetime.now(UTC))
    )
    return Answer(200, [JSON], body.encode())
