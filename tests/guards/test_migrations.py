"""Migrations lead up, down and up again, to the very schema that the tables describe."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from api.cli.revisions import VERSIONS, newest
from tests.conftest import migrate
from tests.engines import Servers
from tests.guards.sources import load_tables

DATED = re.compile(r"20\d\d-[01]\d-[0-3]\d-[0-2]\d[0-5]\d_[a-z_]+\.py")
NAMED = re.compile(r"^(?:down_)?revision = (\"\d{4}_\d\d_\d\d_\d{4}\"|None)$", re.MULTILINE)
# Everything of ours that a migration can leave behind or forget, one line a thing.
SCHEMA = """
SELECT 'column ' || c.oid::regclass || ' ' || a.attname || ' '
       || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
       || coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relkind IN ('r', 'p', 'v') AND a.attnum > 0 AND NOT a.attisdropped
   AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
UNION ALL
SELECT 'index ' || pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indrelid
 WHERE c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'pg_toast')
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint
 WHERE connamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
UNION ALL
SELECT 'function ' || p.oid::regprocedure || md5(p.prosrc) || coalesce(p.proacl::text, '-')
  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'policy ' || p::text FROM pg_policies p
UNION ALL
SELECT 'grant ' || oid::regclass || ' ' || coalesce(relacl::text, '-') || ' ' || relrowsecurity
  FROM pg_class WHERE relkind IN ('r', 'p')
   AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
UNION ALL
SELECT 'schema ' || nspname || ' ' || coalesce(nspacl::text, '-')
  FROM pg_namespace WHERE nspname !~ '^pg_'
UNION ALL
SELECT 'words ' || cfgname FROM pg_ts_config WHERE cfgnamespace = 'public'::regnamespace
UNION ALL
SELECT 'type ' || oid::regtype FROM pg_type
 WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
"""
STORED = """
SELECT adrelid::regclass::text, pg_get_expr(adbin, adrelid)
  FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
 WHERE attgenerated = 's'
"""
TURN = "SELECT pg_advisory_xact_lock(hashtextextended('parvis migrate', 0))"
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
LOCK = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('LOCK TABLE %I IN ACCESS SHARE MODE', name);
    END LOOP;
END $$
"""

# A post of two versions, of nobody's calendar, and a mention of nobody's account.
SAID = """
SET session_replication_role = replica;
INSERT INTO posts (workspace_id, id, version, created_at, updated_at, community_id, calendar_id,
                   title, text, labels, media_ids, settings, state, time_zone, approved_for,
                   stale_for)
SELECT n, n, 1, now(), now(), n, n, '', '', '{}', '{}', '{}', 'draft', 'UTC', '{}', '{}'
  FROM (SELECT gen_random_uuid() AS n) AS made;
INSERT INTO post_versions (workspace_id, id, post_id, number, actor, created_at, title, text,
                           labels, media_ids, settings, adaptations, variants)
SELECT id, gen_random_uuid(), id, number, 'worker', now() - interval '1 year', 'La taille',
       'L’été 🍇', '{}', '{}', '{}', '[{"parts": ["Adapté"]}]', variants::jsonb
  FROM posts, (VALUES (1, '[{"parts": ["Avant"]}]'),
                      (2, '[{"parts": ["Un", "Deux"]}, {"parts": null}]')) AS v (number, variants);
INSERT INTO mentions (workspace_id, id, version, created_at, updated_at, community_id, account_id,
                      network, kind, remote_id, author_id, author_handle, text, said_at, status)
SELECT id, id, 1, at, at, id, id, 'sandbox', 'mention', '1', id, 'a', 'À l’aube東京塔', at, 'open'
  FROM posts, (SELECT now() - interval '1 year' AS at) AS made;
INSERT INTO mention_words (workspace_id, said_at, mention_id, words)
SELECT workspace_id, said_at, id, to_tsvector('parvis', text) FROM mentions
"""

# Of one workspace: a post of its first community, and what was said to accounts of two.
INBOX = """
SET session_replication_role = replica;
INSERT INTO posts (workspace_id, id, version, created_at, updated_at, community_id, calendar_id,
                   title, text, labels, media_ids, settings, state, time_zone, approved_for,
                   stale_for)
SELECT n, n, 1, now(), now(), n, n, 'Budget', '', '{}', '{}', '{}', 'draft', 'UTC', '{}', '{}'
  FROM (SELECT gen_random_uuid() AS n) AS made;
INSERT INTO mentions (workspace_id, id, version, created_at, updated_at, community_id, account_id,
                      network, kind, remote_id, author_id, author_handle, text, said_at, status,
                      post_id, post_title, deleted_at)
SELECT posts.id, gen_random_uuid(), 1, now(), now(),
       CASE WHEN is_ours THEN posts.id ELSE gen_random_uuid() END, posts.id, 'sandbox', 'reply',
       concat(number, is_ours, status, is_gone), posts.id, 'a', '', now(), status, posts.id,
       'Budget', CASE WHEN is_gone THEN now() END
  FROM posts, generate_series(1, 2000) AS number, (VALUES (true), (false)) AS o (is_ours),
       (VALUES ('open', true), ('open', false), ('archived', true)) AS s (status, is_gone)
"""
STANDING = """
SELECT community_id = workspace_id AS is_ours, deleted_at IS NOT NULL AS is_gone, status,
       post_title, shown::jsonb ->> 'post_title', version, count(*)
  FROM mentions GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3
"""


@pytest.fixture
async def copy(servers: Servers) -> AsyncIterator[str]:
    """A migrated database of the test's own: its owner's URL."""
    servers.make("parvis_migrations", template="parvis_template")
    yield servers.owner_url("parvis_migrations")
    servers.engines.drop_database("parvis_migrations")


async def schema(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {row[0] for row in await connection.fetch(SCHEMA)}
    finally:
        await connection.close()


async def differences(url: str) -> list[Any]:
    """What autogenerate would change to make the schema what the tables say."""

    async def connect(*_: object, **__: object) -> asyncpg.Connection:
        return await asyncpg.connect(url)

    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[Any] = compare_metadata(context, SQLModel.metadata)
        return found

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


async def test_down_leaves_nothing_and_up_again_makes_the_same(servers: Servers, copy: str) -> None:
    servers.make("parvis_bare")
    bare = await schema(servers.owner_url("parvis_bare"))
    servers.engines.drop_database("parvis_bare")

    before = await schema(copy)
    await asyncio.to_thread(migrate, copy, "downgrade", "base")
    empty = await schema(copy)
    await asyncio.to_thread(migrate, copy, "upgrade", "head")
    after = await schema(copy)

    assert {line for line in empty if "alembic_version" not in line} == bare
    assert after == before
    assert len(after) > 500


async def test_tables_describe_the_schema_that_migrations_make(copy: str) -> None:
    load_tables()

    assert await differences(copy) == []


async def test_a_migration_gives_up_when_a_table_is_busy(copy: str) -> None:
    before = await schema(copy)
    reader = await asyncpg.connect(copy)
    async with reader.transaction():
        await reader.execute(LOCK)
        with pytest.raises(subprocess.CalledProcessError) as failure:
            await asyncio.to_thread(migrate, copy, "downgrade", "base")
    await reader.close()

    assert b"canceling statement due to lock timeout" in failure.value.stderr
    assert await schema(copy) == before


async def test_migrations_begun_at_once_wait_for_each_other(copy: str) -> None:
    newest_schema = await schema(copy)
    await asyncio.to_thread(migrate, copy, "downgrade", "-2")
    under_way = await asyncpg.connect(copy)
    async with asyncio.TaskGroup() as both, under_way.transaction():
        await under_way.execute(TURN)
        for _ in range(2):
            both.create_task(asyncio.to_thread(migrate, copy))
        async with asyncio.timeout(60):
            while await under_way.fetchval(WAITING) < 2:  # noqa: ASYNC110 - the database tells
                await asyncio.sleep(0.02)
    await under_way.close()

    assert await schema(copy) == newest_schema


async def test_what_was_there_before_is_found_as_what_comes(copy: str) -> None:
    owner = await asyncpg.connect(copy.replace("parvis_owner", "postgres"))
    await owner.execute(SAID)
    before = await owner.fetch("SELECT words::text FROM mention_words")
    await asyncio.to_thread(migrate, copy, "downgrade", "2026_11_27_1610")
    await asyncio.to_thread(migrate, copy, "upgrade", "head")
    found = await owner.fetch("SELECT post_id = workspace_id, words::text FROM post_words")
    mentioned = await owner.fetch("SELECT words::text FROM mention_words")
    await owner.close()

    assert [tuple(row) for row in found] == [
        (True, "'adapte':6 'deux':8 'ete':4 'l':3 'la':1 'taille':2 'uf09f8d87':5 'un':7")
    ]
    assert [row[0] for row in before] == ["'a':1 'l''aube東京塔':2"]
    assert [row[0] for row in mentioned] == ["'a':1 'aube':3 'l':2 '京塔':5 '塔':6 '東京':4"]


async def test_mentions_from_before_lose_titles_of_others_and_what_is_gone_is_not_open(
    copy: str,
) -> None:
    owner = await asyncpg.connect(copy.replace("parvis_owner", "postgres"))
    await asyncio.to_thread(migrate, copy, "downgrade", "2026_11_28_2217")
    await owner.execute(INBOX)
    await asyncio.to_thread(migrate, copy, "upgrade", "head")
    found = await owner.fetch(STANDING)
    await owner.close()

    assert [tuple(row) for row in found] == [
        (False, False, "open", None, None, 1, 2000),
        (False, True, "archived", None, None, 1, 2000),
        (False, True, "gone", None, None, 1, 2000),
        (True, False, "open", "Budget", "Budget", 1, 2000),
        (True, True, "archived", "Budget", "Budget", 1, 2000),
        (True, True, "gone", "Budget", "Budget", 1, 2000),
    ]


def test_there_is_one_newest_migration() -> None:
    assert newest() is not None


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_is_dated_and_leads_both_ways(path: Path) -> None:
    assert misnamed(path.name, path.read_text()) == []


def misnamed(name: str, text: str) -> list[str]:
    """What of a migration's name, revision or ways is not as the house has it."""
    dated = name[:15].replace("-", "_")
    found = {
        "the name": not DATED.fullmatch(name),
        "the revision": f'revision = "{dated}"' not in text or len(NAMED.findall(text)) != 2,
        "the way up": "def upgrade() -> None:" not in text,
        "the way down": not re.search(r"def downgrade\(\) -> None:\n(?!    (pass|\.\.\.))", text),
    }
    return [what for what, is_wrong in found.items() if is_wrong]


def test_a_migration_without_date_or_way_back_is_caught() -> None:
    text = 'revision = "ab12"\ndown_revision = None\ndef downgrade() -> None:\n    pass\n'

    assert misnamed("ab12_more.py", text) == [
        "the name",
        "the revision",
        "the way up",
        "the way down",
    ]


async def test_a_column_that_no_migration_makes_is_caught(copy: str) -> None:
    load_tables()
    owner = await asyncpg.connect(copy)
    await owner.execute("ALTER TABLE members DROP COLUMN name; CREATE TABLE odd (id uuid)")
    await owner.close()

    found = str(await differences(copy))

    assert "add_column" in found
    assert "remove_table" in found


async def test_stored_columns_are_made_without_a_search_path(servers: Servers) -> None:
    """A restore searches none: what a column calls must be found all the way down."""
    connection = await asyncpg.connect(servers.owner_url("parvis_template"))
    try:
        await connection.execute("SET search_path = ''")
        stored = await connection.fetch(STORED)
        for table, expression in stored:
            await connection.fetch(f"SELECT {expression} FROM (SELECT (NULL::{table}).*) AS row")
    finally:
        await connection.close()

    assert [table for table, _ in stored] == ["public.mentions"]
