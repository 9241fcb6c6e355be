"""What sweeps learn of due work: workspaces and moments, nothing else.

A migration that brings a kind of work says `tell_due({**BEFORE, "work": Work(…)})` on its way up
and `tell_due(BEFORE)` on its way down. Both functions keep their owner and their grants.
"""

from collections.abc import Mapping
from typing import NamedTuple

from alembic import op


class Work(NamedTuple):
    """Where the moments of a kind of work stand; a shared table has no workspace to tell."""

    table: str
    column: str = "act_at"
    is_shared: bool = False


Works = Mapping[str, Work]
GROUND: Works = {
    "deliver": Work("deliveries"),
    "connect": Work("accounts", "connect_at"),
    "read": Work("accounts", "read_at"),
    "measure": Work("accounts", "measure_at"),
    "check": Work("accounts", "check_at"),
}
WITH_MAIL: Works = {**GROUND, "mail": Work("mails", is_shared=True)}
WITH_CONSENTS: Works = {**WITH_MAIL, "consent": Work("consents")}
WITH_PROVIDERS: Works = {**WITH_CONSENTS, "enter": Work("provider_attempts")}
WITH_RECURRENCES: Works = {**WITH_PROVIDERS, "recur": Work("recurrences")}
WITH_OCCASIONS: Works = {
    **WITH_RECURRENCES,
    "subscribe": Work("event_calendars"),
    "near": Work("occasions"),
}
WITH_IMPORTS: Works = {**WITH_OCCASIONS, "import": Work("imports")}
_AS_OWNER = "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp"


def tell_due(works: Works) -> None:
    """Replaces `parvis_due` and `parvis_next_due`: each finds its rows by an index of its own."""
    due = " UNION ALL ".join(_due(name, work) for name, work in works.items())
    op.execute(
        "CREATE OR REPLACE FUNCTION parvis_due(moment timestamptz) "
        "RETURNS TABLE (work text, workspace_id uuid, due_at timestamptz) "
        f"{_AS_OWNER} AS $$ {due} $$"
    )
    soonest = ", ".join(
        f"(SELECT min({work.column}) FROM {work.table} WHERE {work.column} IS NOT NULL)"
        for work in works.values()
    )
    op.execute(
        "CREATE OR REPLACE FUNCTION parvis_next_due() RETURNS timestamptz "
        f"{_AS_OWNER} AS $$ SELECT least({soonest}) $$"
    )


def _due(name: str, work: Work) -> str:
    moments = f"min({work.column}) FROM {work.table} WHERE {work.column} <= moment"
    if work.is_shared:
        return f"SELECT '{name}', NULL::uuid, {moments} HAVING min({work.column}) IS NOT NULL"
    return f"SELECT '{name}', workspace_id, {moments} GROUP BY workspace_id"
