"""Files of lines, in CSV or JSON: what exports write and imports read."""

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum


class FileFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


def heading(columns: Sequence[str], format_: FileFormat) -> bytes:
    """What comes before the first line."""
    return b"" if format_ is FileFormat.JSONL else csv_lines([columns])


def csv_lines(rows: Iterable[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
