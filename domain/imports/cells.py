"""Cells of CSV: a spreadsheet takes none for a formula, and what is written reads back the same.

A cell that begins with `=`, `+`, `-`, `@`, a tab, an end of line or an apostrophe gets an
apostrophe before it; read in, an apostrophe before one of these is taken away again (OWASP, CSV
Injection, read 2026-11-26). A list is its entries with `;` between them, or JSON where they would
not come back from that.
"""

from typing import Any

import msgspec

LISTS = frozenset({"labels", "media_ids", "accounts"})
AS_JSON = frozenset({"adaptations", "variants", "poll", "settings"})
QUOTE = "'"
RISKY = frozenset("=+-@\t\r\n'")


def harmless(cell: str) -> str:
    return QUOTE + cell if cell[:1] in RISKY and cell else cell


def as_meant(cell: str) -> str:
    """What `harmless` was given."""
    return cell[1:] if cell[:1] == QUOTE and cell[1:2] in RISKY and len(cell) > 1 else cell


def write_cell(name: str, value: Any) -> str:  # noqa: ANN401 - JSON
    if value in (None, [], {}):
        return ""
    if name in AS_JSON:
        return _json(value)
    if name in LISTS:
        joined = ";".join(value)
        return harmless(joined if _entries(joined) == value else _json(value))
    return harmless(str(value))


def read_cell(name: str, cell: str) -> Any:  # noqa: ANN401 - JSON
    """The value of a cell that is not empty; what is no JSON stays text, and is refused later."""
    cell = as_meant(cell)
    if name in AS_JSON or (name in LISTS and cell.lstrip().startswith("[")):
        try:
            return msgspec.json.decode(cell)
        except (msgspec.DecodeError, RecursionError):
            return cell
    return _entries(cell) if name in LISTS else cell


def _entries(cell: str) -> list[str] | None:
    if cell.lstrip().startswith("["):
        return None
    return [entry.strip() for entry in cell.split(";") if entry.strip()]


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return msgspec.json.encode(value).decode()
