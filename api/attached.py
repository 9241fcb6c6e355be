"""Exports: lines that leave as a stream and are kept as a file."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Query
from fastapi.responses import StreamingResponse

from domain.kernel.lines import FileFormat

MEDIA_TYPES: Final = {
    FileFormat.JSONL: "application/x-ndjson",
    FileFormat.CSV: "text/csv; charset=utf-8",
}
TOLD: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {each: {} for each in MEDIA_TYPES.values()}}
}
"""What the contract says of the answer."""
FormatAsked = Annotated[
    str,
    Query(
        alias="format",
        max_length=5,
        pattern="^(csv|jsonl)$",
        description="`csv` or `jsonl`: a row or a JSON object a line.",
    ),
]


def attached(
    lines: AsyncIterator[bytes], what: str, format_: FileFormat, *, now: datetime
) -> StreamingResponse:
    """Named after what it holds and the day, such as `audit-2026-12-01.csv`."""
    name = f"{what}-{now:%Y-%m-%d}.{format_}"
    return StreamingResponse(
        lines,
        media_type=MEDIA_TYPES[format_],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
