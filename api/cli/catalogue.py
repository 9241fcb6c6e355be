"""`openapi/problems.md`: every code, what it means, what to do, who must act, whether to retry."""

from textwrap import fill

from api.catalogue import Row, Table, tables

WIDTH = 100
_HEAD = """\
# Problems

`type` of whatever has a code leads to `/problems` of its installation, which tells what stands
here. Written by `./parvis export`.
"""


def catalogue() -> str:
    return _HEAD + "".join(_shown(table) for table in tables())


def _shown(table: Table) -> str:
    lead = fill(table.lead, WIDTH, break_long_words=False, break_on_hyphens=False)
    head = f"| {' | '.join(table.columns)} |\n{'|---' * len(table.columns)}|\n"
    return f"\n## {table.title}\n\n{lead}\n\n{head}{''.join(_row(row) for row in table.rows)}"


def _row(row: Row) -> str:
    anchor = f'<a id="{row.code}"></a>' if row.is_first else ""
    return f"| {anchor}`{row.code}` | {' | '.join(row.cells)} |\n"
