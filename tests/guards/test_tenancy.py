"""Tenants never meet in the schema: what of it row-level security would not hold is found here."""

import ast
import inspect
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.kernel.settings import Settings
from domain.kernel.tables import SHARED_TABLES
from tests.guards.sources import load_tables

APPLICATION = "parvis_app"
TENANT = (
    "(workspace_id = (NULLIF(current_setting('parvis.workspace'::text, true), ''::text))::uuid)"
)
DEFINERS = {
    "parvis_due": "sweeps learn which workspaces have work due, and when",
    "parvis_next_due": "the timer learns the next due moment",
    "parvis_due_ahead": "sweeps learn as much of workspaces whose clock is ahead, and how far",
    "parvis_next_stop": "a clock on its way learns the next moment something is planned for",
    "parvis_backlog": "operators learn how much is overdue",
    "parvis_workspaces": "housekeeping goes from workspace to workspace",
    "parvis_behind_in_zones": "and to those whose plans follow old rules of time zones",
    "parvis_sign_in_offers": "a stranger finds the sign-in of the workspace they name",
    "parvis_memberships": "a user learns which workspaces they may enter",
    "parvis_shows_media": "a picture in a post that the caller may not see is in use all the same",
    "parvis_application_scopes": "what an application of another workspace may still ask for",
    "parvis_origin_applications": "which applications browsers may call for from an origin",
    "parvis_search": "full-text search is not leakproof: it filters on the tenant itself",
    "parvis_posts_found": "as above, of posts: it gives ids",
    "parvis_keep_post_words": "a version of a post, whoever writes it, brings the post's words",
    "parvis_make_months": "makes partitions, and tells only how many",
    "parvis_make_sample_months": "as above",
}
TABLES = """
SELECT c.oid, c.relname AS name, c.relrowsecurity AS is_locked, n.nspname AS schema,
       has_schema_privilege($1, n.oid, 'USAGE') AS is_reachable, c.relispartition AS is_partition,
       (SELECT a.attname FROM pg_index i
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = c.oid AND i.indisprimary) AS first_of_key,
       has_table_privilege($1, c.oid, 'TRUNCATE, REFERENCES, TRIGGER') AS is_overgranted,
       (SELECT array_agg(p.cmd || ' ' || p.permissive || ' ' || coalesce(p.qual, '-') || ' '
                         || coalesce(p.with_check, '-'))
          FROM pg_policies p WHERE p.schemaname = n.nspname AND p.tablename = c.relname) AS policies
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""
LOOSE_KEYS = """
SELECT k.conname AS name, k.conrelid::regclass::text AS source
  FROM pg_constraint k
 WHERE k.contype = 'f' AND k.conparentid = 0
   AND NOT EXISTS (
       SELECT FROM unnest(k.conkey, k.confkey) AS pair (here, there)
         JOIN pg_attribute h ON h.attrelid = k.conrelid AND h.attnum = pair.here
         JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = pair.there
        WHERE h.attname = 'workspace_id' AND t.attname = 'workspace_id')
"""
LOOSE_INDEXES = """
SELECT c.relname AS source, x.relname AS name
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE i.indisunique AND n.nspname = 'public'
   AND NOT EXISTS (SELECT FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
                      AND a.attname = 'workspace_id')
"""
VIEWS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND (c.relkind = 'm' OR c.relkind = 'v'
        AND NOT coalesce(c.reloptions, '{}') && '{security_invoker=true,security_invoker=on}')
"""
FUNCTIONS = """
SELECT p.proname AS name, p.prosecdef AS is_definer,
       EXISTS (SELECT FROM unnest(p.proconfig) AS set WHERE set = 'search_path=public, pg_temp')
           AS is_pinned,
       EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS given
                WHERE given.grantee = 0) AS is_public
  FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection; what a test makes with it is taken back."""
    load_tables()
    url = settings.migration_database_url
    assert url is not None
    connection = await asyncpg.connect(url.get_secret_value())
    change = connection.transaction()
    await change.start()
    yield connection
    await change.rollback()
    await connection.close()


async def open_tables(owner: asyncpg.Connection) -> list[str]:
    """Tables that would show one tenant's rows to another, each with its reason."""
    rows = await owner.fetch(TABLES, APPLICATION)
    return sorted(
        f"{row['name']}: {reason}"
        for row in rows
        if row["name"] not in SHARED_TABLES
        for reason in _reasons(row)
    )


def _reasons(row: asyncpg.Record) -> list[str]:
    if row["is_partition"]:
        # The lock hangs on the whole; its parts must be out of reach.
        return ["a part within reach"] if row["is_reachable"] else []
    found = {
        "no workspace_id first in its key": row["first_of_key"] != "workspace_id",
        "no row-level security": not row["is_locked"],
        "another policy": _widening(row["policies"]) != [f"ALL PERMISSIVE {TENANT} {TENANT}"],
        "too much is granted": row["is_overgranted"],
        "another schema": row["schema"] != "public",
    }
    return [reason for reason, holds in found.items() if holds]


def _widening(policies: list[str] | None) -> list[str]:
    """Policies that let rows through; those that only narrow may stand beside the tenant's."""
    return [each for each in policies or [] if " RESTRICTIVE " not in each]


async def loose_keys(owner: asyncpg.Connection) -> list[str]:
    """Foreign keys and unique indexes of tenants' tables that leave the workspace out."""
    keys = [*await owner.fetch(LOOSE_KEYS), *await owner.fetch(LOOSE_INDEXES)]
    return sorted(
        f"{key['source']}: {key['name']}" for key in keys if key["source"] not in SHARED_TABLES
    )


async def loose_functions(owner: asyncpg.Connection) -> list[str]:
    """Functions with the owner's rights that are not listed, not pinned, or everybody's."""
    rows = await owner.fetch(FUNCTIONS)
    return sorted(
        row["name"]
        for row in rows
        if row["is_definer"]
        and (row["name"] not in DEFINERS or not row["is_pinned"] or row["is_public"])
    )


def unexplained(source: str) -> list[str]:
    """Tables that a module shares without a word beside them or at the module's head."""
    said = ast.get_docstring(ast.parse(source)) or ""
    listed = re.search(r"^SHARED_TABLES\.update\((.*?)^\)", source, re.MULTILINE | re.DOTALL)
    if listed is None or "shared" in said:
        return []
    return re.findall(r'"(\w+)",$', listed[1], re.MULTILINE)


async def test_every_table_is_locked_to_its_workspace(owner: asyncpg.Connection) -> None:
    assert await open_tables(owner) == []
    assert len(await owner.fetch(TABLES, APPLICATION)) > len(SHARED_TABLES)


async def test_every_key_carries_the_workspace(owner: asyncpg.Connection) -> None:
    assert await loose_keys(owner) == []


async def test_views_ask_with_the_rights_of_who_asks(owner: asyncpg.Connection) -> None:
    assert await owner.fetch(VIEWS) == []


async def test_functions_above_the_lock_are_a_listed_few(owner: asyncpg.Connection) -> None:
    found = {row["name"] for row in await owner.fetch(FUNCTIONS) if row["is_definer"]}

    assert await loose_functions(owner) == []
    assert found == set(DEFINERS)


async def test_the_application_owns_nothing_and_may_make_nothing(
    owner: asyncpg.Connection,
) -> None:
    role = await owner.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", APPLICATION)
    owns = "SELECT count(*) FROM pg_class WHERE relowner = $1::regrole"
    friends = "SELECT count(*) FROM pg_auth_members WHERE member = $1::regrole"
    makes = "SELECT has_schema_privilege($1, 'public', 'CREATE')"

    assert role is not None
    powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    assert [role[power] for power in powers] == [False] * 5
    assert await owner.fetchval(owns, APPLICATION) == 0
    assert await owner.fetchval(friends, APPLICATION) == 0
    assert await owner.fetchval(makes, APPLICATION) is False


async def test_shared_tables_exist_and_their_module_says_why(owner: asyncpg.Connection) -> None:
    names = {row["name"] for row in await owner.fetch(TABLES, APPLICATION)}
    sources = [inspect.getsource(module) for module in load_tables().values()]

    assert names >= SHARED_TABLES
    assert [name for source in sources for name in unexplained(source)] == []


def test_a_shared_table_without_its_reason_is_caught() -> None:
    block = (
        'SHARED_TABLES.update(\n    {\n        "users",  # no tenant\n        "odds",\n    }\n)\n'
    )

    assert unexplained(f'"""People."""\n{block}') == ["odds"]
    assert unexplained(f'"""People, shared by all."""\n{block}') == []


async def test_an_open_table_is_caught(owner: asyncpg.Connection) -> None:
    await owner.execute(f"""
        CREATE TABLE notes (id uuid PRIMARY KEY, workspace_id uuid);
        CREATE TABLE locked (workspace_id uuid, id uuid, PRIMARY KEY (workspace_id, id));
        ALTER TABLE locked ENABLE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON locked USING {TENANT} WITH CHECK (true);
        CREATE POLICY held ON locked AS RESTRICTIVE USING (true);
        GRANT TRUNCATE ON locked TO {APPLICATION};
        CREATE SCHEMA aside;
        GRANT USAGE ON SCHEMA aside TO {APPLICATION};
        CREATE TABLE aside.part PARTITION OF samples
            FOR VALUES FROM ('1990-01-01') TO ('1990-02-01')
    """)

    assert await open_tables(owner) == [
        "locked: another policy",
        "locked: too much is granted",
        "notes: another policy",
        "notes: no row-level security",
        "notes: no workspace_id first in its key",
        "part: a part within reach",
    ]


async def test_a_key_without_the_workspace_is_caught(owner: asyncpg.Connection) -> None:
    await owner.execute("""
        CREATE TABLE notes (workspace_id uuid, id uuid, code text UNIQUE, parent uuid,
                            PRIMARY KEY (workspace_id, id));
        CREATE UNIQUE INDEX notes_alone ON notes (id);
        ALTER TABLE notes ADD CONSTRAINT notes_parent FOREIGN KEY (parent) REFERENCES notes (id)
    """)

    assert await loose_keys(owner) == [
        "notes: notes_alone",
        "notes: notes_code_key",
        "notes: notes_parent",
    ]


async def test_a_view_with_its_owners_rights_is_caught(owner: asyncpg.Connection) -> None:
    await owner.execute("""
        CREATE VIEW every_post AS SELECT * FROM posts;
        CREATE MATERIALIZED VIEW kept_posts AS SELECT 1 AS one;
        CREATE VIEW own_posts WITH (security_invoker = true) AS SELECT * FROM posts
    """)

    assert sorted(row["relname"] for row in await owner.fetch(VIEWS)) == [
        "every_post",
        "kept_posts",
    ]


async def test_a_function_above_the_lock_is_caught(owner: asyncpg.Connection) -> None:
    await owner.execute("""
        CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER
            SET search_path = public, pg_temp AS 'SELECT count(*) FROM posts';
        ALTER FUNCTION parvis_backlog() RESET search_path;
        GRANT EXECUTE ON FUNCTION parvis_next_due() TO PUBLIC
    """)

    assert await loose_functions(owner) == ["parvis_backlog", "parvis_next_due", "peek"]
