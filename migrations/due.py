"""What sweeps learn of due work: workspaces and moments, nothing else.

A migration that brings a kind of work says `tell_due({**BEFORE, "work": Work(…)})` on its way up
and `tell_due(BEFORE)` on its way down. All functions keep their owner and their grants.

Once there are test clocks, workspaces whose clock is ahead are told apart: `parvis_due_ahead` holds
their moments against their own clock, and `parvis_due` leaves them out.
"""

from collections.abc import Mapping
from typing import NamedTuple

from alembic import op
from sqlalchemy import text

from migrations.tenancy import APPLICATION


class Work(NamedTuple):
    """Where the moments of a kind of work stand; a shared table has no workspace to tell.

    What is polled comes again and again: a clock that is advanced does not stop for it, nor for
    rows that are `passed_by` (a condition). They are seen to wherever it stops.
    """

    table: str
    column: str = "act_at"
    is_shared: bool = False
    is_polled: bool = False
    passed_by: str | None = None


Works = Mapping[str, Work]
GROUND: Works = {
    "deliver": Work("deliveries"),
    "connect": Work("accounts", "connect_at"),
    "read": Work("accounts", "read_at", is_polled=True),
    "measure": Work("accounts", "measure_at", is_polled=True),
    "check": Work("accounts", "check_at", is_polled=True),
}
WITH_MAIL: Works = {**GROUND, "mail": Work("mails", is_shared=True)}
WITH_CONSENTS: Works = {**WITH_MAIL, "consent": Work("consents")}
WITH_PROVIDERS: Works = {**WITH_CONSENTS, "enter": Work("provider_attempts")}
WITH_RECURRENCES: Works = {**WITH_PROVIDERS, "recur": Work("recurrences")}
WITH_OCCASIONS: Works = {
    **WITH_RECURRENCES,
    "subscribe": Work("event_calendars", is_polled=True),
    "near": Work("occasions"),
}
WITH_IMPORTS: Works = {**WITH_OCCASIONS, "import": Work("imports")}
WITH_CLOCKS: Works = {**WITH_IMPORTS, "advance": Work("test_clocks")}
WITH_UPLOADS: Works = {**WITH_CLOCKS, "take_in": Work("uploads")}
WITH_PROBES: Works = {**WITH_UPLOADS, "probe": Work("media", "probe_at", is_polled=True)}
WITH_REVIEWS: Works = {
    **WITH_PROBES,
    "remind": Work("reviews"),
    "ask_again": Work("posts", "ask_again_at"),
}
WITH_RENDITIONS: Works = {**WITH_REVIEWS, "render": Work("operations", is_polled=True)}
WITH_NOTICES: Works = {**WITH_RENDITIONS, "notice": Work("media", "notice_at")}
WITH_UPKEEP: Works = {
    **WITH_NOTICES,
    "keep_up": Work("upkeeps"),
    "carry_on": Work("updates", is_polled=True),
}
WITH_READ_BACKS: Works = {
    **WITH_UPKEEP,
    "read_back": Work("deliveries", "read_back_at", is_polled=True),
}
WITH_SOURCES: Works = {**WITH_READ_BACKS, "watch": Work("watched_pages", is_polled=True)}
WITH_TOLD: Works = {**WITH_SOURCES, "tell": Work("sources", "tell_at")}
# Workers look every five minutes whether a person has acted; what is quoted may go out by itself.
OF_PEOPLE = "problem ->> 'acting_party' = 'user' AND problem ->> 'code' <> 'quote.unpublished'"
WITH_HELD: Works = {**WITH_TOLD, "deliver": Work("deliveries", passed_by=OF_PEOPLE)}
DUE_AHEAD, NEXT_STOP = "parvis_due_ahead(timestamptz)", "parvis_next_stop(uuid)"
IS_AHEAD = "c.ahead > INTERVAL '0'"
_AS_OWNER = "STABLE SECURITY DEFINER SET search_path = public, pg_temp"
# So many tables are slow to plan: plpgsql keeps the plan of each statement for its connection.
_PLANNED_ONCE = f"LANGUAGE plpgsql {_AS_OWNER}"
_ROWS_OF = "#variable_conflict use_column\n"


def tell_due(works: Works) -> None:
    """Replaces what tells of due work: each kind finds its rows by an index of its own."""
    has_clocks = op.get_bind().scalar(text("SELECT to_regclass('test_clocks') IS NOT NULL"))
    apart = _APART if has_clocks else ""
    due = " ".join(_due(name, work, apart) for name, work in works.items())
    op.execute(
        "CREATE OR REPLACE FUNCTION parvis_due(moment timestamptz) "
        "RETURNS TABLE (work text, workspace_id uuid, due_at timestamptz) "
        f"{_PLANNED_ONCE} AS $$ {_ROWS_OF} DECLARE soonest timestamptz; BEGIN {due} END $$"
    )
    ahead = ""
    if has_clocks:
        _tell_ahead(works)
        tenants = ", ".join(_soonest_ahead(each) for each in works.values() if not each.is_shared)
        ahead = f"IF {_ANY_AHEAD} THEN soonest := least(soonest, {tenants}); END IF;"
    moments = ", ".join(map(_soonest, works.values()))
    op.execute(
        f"CREATE OR REPLACE FUNCTION parvis_next_due() RETURNS timestamptz {_PLANNED_ONCE} AS $$ "
        f"DECLARE soonest timestamptz := least({moments}); BEGIN {ahead} RETURN soonest; END $$"
    )


def forget_ahead() -> None:
    """On the way down, once the clocks are gone."""
    for name in (NEXT_STOP, DUE_AHEAD):
        op.execute(f"DROP FUNCTION {name}")


def _due(name: str, work: Work, apart: str) -> str:
    """Looks closer only once the soonest moment, which an index knows, is there."""
    moments = f"min({work.column}) FROM {work.table} WHERE {work.column} <= moment"
    rows = f"SELECT '{name}', NULL::uuid, {moments} HAVING min({work.column}) IS NOT NULL"
    if not work.is_shared:
        apart = apart.format(table=work.table)
        rows = f"SELECT '{name}', workspace_id, {moments}{apart} GROUP BY workspace_id"
    return f"soonest := {_soonest(work)}; IF soonest <= moment THEN RETURN QUERY {rows}; END IF;"


_ANY_AHEAD = f"EXISTS (SELECT FROM test_clocks c WHERE {IS_AHEAD})"
_APART = (
    " AND NOT EXISTS (SELECT FROM test_clocks c"
    f" WHERE c.workspace_id = {{table}}.workspace_id AND {IS_AHEAD})"
)


def _soonest(work: Work) -> str:
    return f"(SELECT min({work.column}) FROM {work.table} WHERE {work.column} IS NOT NULL)"


def _soonest_ahead(work: Work) -> str:
    of_clock = f"SELECT min(t.{work.column}) FROM {work.table} t"
    of_clock += f" WHERE t.workspace_id = c.workspace_id AND t.{work.column} IS NOT NULL"
    return f"(SELECT min(({of_clock}) - c.ahead) FROM test_clocks c WHERE {IS_AHEAD})"


def _tell_ahead(works: Works) -> None:
    tenants = {name: work for name, work in works.items() if not work.is_shared}
    due = " UNION ALL ".join(_due_ahead(name, work) for name, work in tenants.items())
    op.execute(
        f"CREATE OR REPLACE FUNCTION {DUE_AHEAD.replace('(', '(moment ')} "
        "RETURNS TABLE (work text, workspace_id uuid, ahead interval) "
        f"{_PLANNED_ONCE} AS $$ {_ROWS_OF} "
        f"BEGIN IF {_ANY_AHEAD} THEN RETURN QUERY {due}; END IF; END $$"
    )
    stops = ", ".join(_stop(work) for work in tenants.values() if not work.is_polled)
    op.execute(
        f"CREATE OR REPLACE FUNCTION {NEXT_STOP.replace('(', '(house ')} RETURNS timestamptz "
        f"LANGUAGE sql {_AS_OWNER} AS $$ SELECT least({stops}) $$"
    )
    for name in (DUE_AHEAD, NEXT_STOP):
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APPLICATION}")


def _due_ahead(name: str, work: Work) -> str:
    return (
        f"SELECT '{name}', c.workspace_id, c.ahead FROM test_clocks c"
        f" WHERE {IS_AHEAD} AND EXISTS (SELECT FROM {work.table} t"
        f" WHERE t.workspace_id = c.workspace_id AND t.{work.column} <= moment + c.ahead)"
    )


def _stop(work: Work) -> str:
    if work.table == "test_clocks":
        return "NULL"
    but = f" AND NOT coalesce({work.passed_by}, false)" if work.passed_by else ""
    return (
        f"(SELECT min({work.column}) FROM {work.table}"
        f" WHERE workspace_id = house AND {work.column} IS NOT NULL{but})"
    )
