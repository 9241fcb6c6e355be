"""Files of posts become rows: CSV with a heading, or one JSON object a line."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from domain.imports.cells import read_cell
from domain.imports.shapes import MOST_ROWS, ImportLine
from domain.kernel.errors import (
    Fault,
    ImportColumnsUnfit,
    ImportTooLarge,
    ImportUnreadable,
    TextUnstorable,
)
from domain.kernel.keys import KeyRepeated, read_once, told
from domain.kernel.lines import FileFormat

COLUMNS = tuple(ImportLine.model_fields)
TOLD = ("id", "state", "publish_at", "published_at")
"""What exports tell beside; read in, it is passed over."""
TITLE = "title"
"""In every row, and empty if need be."""
DELIMITERS = ",;\t"
SEPARATOR = "sep="
"""Excel is told the delimiter by a line before the heading: `sep=;`."""
MOST_COLUMNS = 100
"""More are not looked at: a hundred cannot all be known, and a million held the api for seconds."""
MOST_FAULTS, LONGEST_NAME = 20, 100
"""As many are told of a heading, and so many characters of each name in it."""
FIRST_LINE = re.compile(r"\S[^\r\n]*")
Raw = dict[str, Any]


def read_file(content: bytes, format_: FileFormat) -> list[Raw]:
    """Every row, unjudged.

    Raises `ImportUnreadable`, `TextUnstorable`, `ImportColumnsUnfit`, `ImportTooLarge`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportUnreadable("It is not UTF-8.") from None
    before, nul, _ = text.partition("\0")
    if nul:
        raise TextUnstorable(at=f"/lines/{before.count(chr(10)) + 1}")
    found: list[Raw] = []
    for row in _csv(text) if format_ is FileFormat.CSV else _json_lines(text):
        if len(found) == MOST_ROWS:
            raise ImportTooLarge(f"A file may have {MOST_ROWS:,} rows.")
        found.append({name: value for name, value in row.items() if name not in TOLD})
    if not found:
        raise ImportUnreadable("There is no row in it.")
    return found


def _csv(text: str) -> Iterator[Raw]:
    first = FIRST_LINE.search(text)
    delimiter = max(DELIMITERS, key=(first.group() if first else "").count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = (cells for cells in reader if any(map(str.strip, cells)))
    try:
        names = _heading(rows)
        _ensure_columns(names)
        for cells in rows:
            yield _row(names, cells, reader.line_num)
    except csv.Error as error:
        raise _unreadable(reader.line_num, f"{error}.") from None


def _heading(rows: Iterator[list[str]]) -> list[str]:
    cells = next(rows, [])
    if cells and cells[0].lower() == SEPARATOR and not any(cells[1:]):
        cells = next(rows, [])
    return [name.strip().lower() for name in cells[:MOST_COLUMNS]]


def _ensure_columns(names: Sequence[str]) -> None:
    counts = Counter(names)
    unknown = sorted(counts.keys() - {*COLUMNS, *TOLD})
    twice = sorted(name for name, count in counts.items() if count > 1)
    missing = [] if TITLE in names else [TITLE]
    faults = (
        Fault(_column(name), code, message)
        for these, code, message in (
            (unknown, "column.unknown", f"The columns are: {', '.join(COLUMNS)}."),
            (twice, "column.repeated", "It is named twice."),
            (missing, "column.missing", "Every post has a title."),
        )
        for name in these
    )
    told = tuple(islice(faults, MOST_FAULTS))
    if told:
        raise ImportColumnsUnfit(faults=told)


def _column(name: str) -> str:
    """The pointer to a column; one that nobody knows may be called anything."""
    return "/columns/" + name[:LONGEST_NAME].replace("~", "~0").replace("/", "~1")


def _row(names: Sequence[str], cells: Sequence[str], line: int) -> Raw:
    if len(cells) != len(names):
        raise _unreadable(line, f"It has {len(cells)} cells; the heading names {len(names)}.")
    pairs = zip(names, cells, strict=True)
    return {name: read_cell(name, cell) for name, cell in pairs if cell or name == TITLE}


def _json_lines(text: str) -> Iterator[Raw]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line)
            read_once(line)
        except KeyRepeated as error:
            raise _unreadable(number, told(error)) from None
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise _unreadable(number, "It is not JSON.") from None
        if not isinstance(row, dict):
            raise _unreadable(number, "It is not a JSON object.")
        yield row


def _unreadable(line: int, message: str) -> ImportUnreadable:
    fault = Fault(f"/lines/{line}", "line.unreadable", message)
    return ImportUnreadable(f"Line {line}: {message}", faults=(fault,))
