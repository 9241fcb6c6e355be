"""Ways round row-level security that others found elsewhere, tried one by one."""

import json
from uuid import UUID

import asyncpg
import pytest

from domain.kernel.ids import new_id
from tests.domain.tenancy.conftest import Session

pytestmark = pytest.mark.usefixtures("anna", "ben")

LEAK = """
CREATE FUNCTION pg_temp.leak(row_text text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
    RAISE NOTICE 'saw %', row_text;
    RETURN true;
END $$
"""
SEARCH = """
SELECT count(*) FROM parvis_search($1, $2, NULL, now() - interval '90 days', now(), true,
                                   'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 50)
"""
INJECTED = "' OR true --"
DENIED = asyncpg.InsufficientPrivilegeError


async def test_a_leaky_function_in_a_condition_sees_own_rows_alone(
    sql: Session, anna: UUID, ben: UUID
) -> None:
    seen: list[str] = []
    sql.connection.add_log_listener(lambda _, message: seen.append(message.message))
    await sql.execute(LEAK)
    async with sql.tenant(anna):
        for table in ("communities", "mentions", "tokens", "accounts"):
            await sql.fetch(f"SELECT 1 FROM {table} t WHERE pg_temp.leak(to_jsonb(t)::text)")
            await sql.fetch(
                f"SELECT 1 FROM {table} t WHERE pg_temp.leak(workspace_id::text) OR workspace_id = "
                f"'{ben}'"
            )

    assert len(seen) >= 8
    assert [message for message in seen if str(ben) in message] == []


async def test_an_error_in_a_condition_shows_own_rows_alone(
    sql: Session, anna: UUID, ben: UUID
) -> None:
    with pytest.raises(asyncpg.InvalidTextRepresentationError) as refusal:
        async with sql.tenant(anna):
            await sql.fetch("SELECT 1 FROM mentions WHERE (text || workspace_id::text)::int = 1")

    assert str(ben) not in str(refusal.value)


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE parvis_owner",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION parvis_owner",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE parvis_app BYPASSRLS",
        "GRANT parvis_owner TO parvis_app",
        "ALTER TABLE mentions DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE mentions NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON mentions",
        "CREATE POLICY all_of_it ON mentions USING (true)",
        "ALTER POLICY tenant ON mentions USING (true)",
        "TRUNCATE mentions CASCADE",
        "DROP TABLE mentions CASCADE",
        "CREATE TABLE mine ()",
        "CREATE VIEW mine AS SELECT * FROM mentions",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION parvis_workspaces() RETURNS SETOF uuid LANGUAGE sql AS ''",
        "ALTER FUNCTION parvis_workspaces() SECURITY DEFINER",
        "CREATE TRIGGER mine BEFORE INSERT ON mentions EXECUTE FUNCTION parvis_due()",
        "CREATE RULE mine AS ON SELECT TO mentions DO INSTEAD SELECT 1",
        "CREATE INDEX mine ON mentions (text)",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "COPY (SELECT 1) TO '/tmp/parvis'",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT lo_import('/etc/passwd')",
        "CREATE EXTENSION dblink",
        "CREATE SERVER mine FOREIGN DATA WRAPPER postgres_fdw",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_statistic",
        "SET session_replication_role = replica",
    ],
)
async def test_the_role_has_no_way_round(sql: Session, anna: UUID, statement: str) -> None:
    with pytest.raises(asyncpg.PostgresError) as refusal:
        async with sql.tenant(anna):
            await sql.execute(statement)

    assert refusal.value.sqlstate in {
        "42501",  # insufficient_privilege, must be owner
        "22023",  # role does not exist
        "42704",  # the same, of an object
        "58P01",  # nothing of the kind is installed
        "0A000",
    }


async def test_security_cannot_be_switched_off_for_a_query(sql: Session, anna: UUID) -> None:
    await sql.execute("SET row_security = off")

    for table in await sql.tables():
        with pytest.raises(DENIED, match="row-level security"):
            async with sql.tenant(anna):
                await sql.fetch(f"SELECT 1 FROM {table}")


async def test_views_and_tables_of_the_session_hold_own_rows_alone(
    sql: Session, anna: UUID, ben: UUID
) -> None:
    await sql.execute("CREATE TEMP VIEW everything AS SELECT * FROM mentions")
    await sql.execute("CREATE TEMP VIEW barrier WITH (security_invoker = false) AS TABLE mentions")
    async with sql.tenant(anna):
        await sql.execute("CREATE TEMP TABLE taken AS SELECT * FROM mentions")
    found = {}
    for name in ("everything", "barrier"):
        async with sql.tenant(ben):
            found[name] = await sql.fetch(f"SELECT DISTINCT workspace_id FROM {name}")
    without = [await sql.fetchval(f"SELECT count(*) FROM {name}") for name in found]

    assert {name: [row[0] for row in rows] for name, rows in found.items()} == {
        "everything": [ben],
        "barrier": [ben],
    }
    assert without == [0, 0]
    # What a session put aside stays in it: our code makes no temporary table that outlives its
    # transaction, and test_choosing holds it to that.
    assert await sql.fetchval("SELECT count(*) FROM taken WHERE workspace_id = $1", anna) == 1


async def test_copies_hold_own_rows_alone(sql: Session, anna: UUID, ben: UUID) -> None:
    copied = bytearray()

    async def take(chunk: bytes) -> None:
        copied.extend(chunk)

    async with sql.tenant(anna):
        for table in await sql.tables():
            await sql.connection.copy_from_table(table, output=take)
            await sql.connection.copy_from_query(f"SELECT * FROM {table}", output=take)
    own = len(copied)
    await sql.connection.copy_from_query("SELECT * FROM mentions", output=take)

    assert str(anna).encode() in copied
    assert str(ben).encode() not in copied
    assert len(copied) == own


async def test_copying_in_is_refused(sql: Session, anna: UUID, ben: UUID) -> None:
    for tenant in (anna, ben):
        with pytest.raises(asyncpg.FeatureNotSupportedError, match="row-level security"):
            async with sql.tenant(anna):
                await sql.connection.copy_records_to_table(
                    "event_counters",
                    records=[(tenant, 1)],
                    columns=["workspace_id", "last_number"],
                )


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_a_statement_prepared_for_one_tenant_serves_the_next_its_own(
    sql: Session, anna: UUID, ben: UUID, mode: str
) -> None:
    await sql.execute(f"SET plan_cache_mode = {mode}")
    found = []
    async with sql.tenant(anna):
        prepared = await sql.connection.prepare("SELECT DISTINCT workspace_id FROM mentions")
        found += [row[0] for row in await prepared.fetch()]
    async with sql.tenant(ben):
        found += [row[0] for row in await prepared.fetch()]
    nothing = await prepared.fetch()

    assert (found, nothing) == ([anna, ben], [])


async def test_a_cursor_shows_one_tenant_and_ends_with_it(
    sql: Session, anna: UUID, ben: UUID
) -> None:
    async with sql.tenant(anna):
        await sql.execute("DECLARE mine CURSOR FOR SELECT workspace_id FROM mentions")
        await sql.execute("DECLARE kept CURSOR WITH HOLD FOR SELECT workspace_id FROM mentions")
        await sql.set_tenant(ben)
        found = {row[0] for row in await sql.fetch("FETCH ALL FROM mine")}
    with pytest.raises(asyncpg.InvalidCursorNameError):
        await sql.fetch("FETCH ALL FROM mine")

    # It reads when it is first asked, as whoever the tenant is by then.
    assert found == {ben}
    # One that is held goes on showing that after its transaction: our code declares none.
    assert {row[0] for row in await sql.fetch("FETCH ALL FROM kept")} == {ben}


async def test_keys_tell_nothing_of_other_tenants(sql: Session, anna: UUID, ben: UUID) -> None:
    async with sql.tenant(ben):
        theirs = await sql.fetchval("SELECT id FROM communities")
    change = "UPDATE calendars SET community_id = $1"
    said = []
    for id_ in (theirs, new_id()):
        with pytest.raises(asyncpg.ForeignKeyViolationError) as refusal:
            async with sql.tenant(anna):
                await sql.execute(change, id_)
        said.append(str(refusal.value.detail).replace(str(id_), "…"))
    async with sql.tenant(anna):
        # The key begins with the tenant: an id that another one has is free.
        await sql.execute(
            "INSERT INTO communities SELECT (jsonb_populate_record(c, jsonb_build_object("
            "'id', $1::text, 'slug', 'twin'))).* FROM communities c",
            str(theirs),
        )
        await sql.execute("DELETE FROM communities WHERE slug = 'twin'")

    assert said[0] == said[1]


async def test_statistics_show_no_values(sql: Session) -> None:
    tables = await sql.tables()

    shown = "SELECT count(*) FROM pg_stats WHERE tablename = ANY($1::text[])"
    assert await sql.fetchval(shown, tables) == 0
    assert await sql.fetchval("SELECT count(*) FROM pg_stats_ext") == 0


async def test_partitions_cannot_be_read_beside_their_table(sql: Session, anna: UUID) -> None:
    partitions = [
        row[0]
        for row in await sql.fetch(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relispartition "
            "AND c.relkind IN ('r', 'p')"
        )
    ]

    for partition in partitions:
        with pytest.raises(DENIED):
            async with sql.tenant(anna):
                await sql.fetch(f"SELECT 1 FROM {partition}")
    assert len(partitions) > 10


async def test_functions_above_the_lock_show_no_row_of_another_tenant(
    sql: Session, anna: UUID
) -> None:
    """`parvis_search` reads texts; the others tell ids of workspaces, moments and counts alone."""
    odd = [json.dumps(each) for each in ({"status": [INJECTED]}, {f'status"{INJECTED}': ["x"]})]

    async def found(words: str, filters: str = "{}") -> int:
        count: int = await sql.fetchval(SEARCH, words, filters)
        return count

    unset = await found("raclette")
    async with sql.tenant(anna):
        own = [await found("raclette"), await found("fondue"), await found("fondue", odd[0])]
    with pytest.raises(asyncpg.UndefinedColumnError):
        async with sql.tenant(anna):
            await found("fondue", odd[1])

    assert (unset, own) == (0, [1, 0, 0])
