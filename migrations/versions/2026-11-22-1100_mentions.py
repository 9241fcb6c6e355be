"""Mentions with authors, conversations and answers; the inbox and search as functions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from migrations.tenancy import APPLICATION, MOMENT, TENANT, create_tenant_table, kept, of

revision = "2026_11_22_1100"
down_revision = "2026_11_22_1010"
branch_labels = None
depends_on = None

# What a mention looks like to readers, in the order of `MentionView`: (field, column, form).
SHOWN = (
    ("id", "id", "men"),
    ("community_id", "community_id", "com"),
    ("account_id", "account_id", "acct"),
    ("network", "network", "text"),
    ("kind", "kind", "text"),
    ("status", "status", "text"),
    ("remote_id", "remote_id", "text"),
    ("about_remote_id", "about_remote_id", "text"),
    ("author_id", "author_id", "auth"),
    ("author_handle", "author_handle", "text"),
    ("author_name", "author_name", "text"),
    ("author_avatar_url", "author_avatar_url", "text"),
    ("conversation_id", "conversation_id", "conv"),
    ("post_id", "post_id", "post"),
    ("post_title", "post_title", "text"),
    ("title", "title", "text"),
    ("text", "text", "text"),
    ("language", "language", "text"),
    ("url", "url", "text"),
    ("said_at", "said_at", "moment"),
    ("received_at", "created_at", "moment"),
    ("read_at", "read_at", "moment"),
    ("assigned_to", "assigned_to", "mem"),
    ("edited_at", "edited_at", "moment"),
    ("deleted_at", "deleted_at", "moment"),
    ("version", "version", "number"),
    ("updated_at", "updated_at", "moment"),
)
NEVER_NULL = frozenset(
    [
        "id",
        "community_id",
        "account_id",
        "network",
        "kind",
        "status",
        "remote_id",
        "author_id",
        "author_handle",
        "text",
        "said_at",
        "created_at",
        "version",
        "updated_at",
    ]
)
TYPES = {"text": "text", "moment": "timestamptz", "number": "integer"}


def _form(column: str, form: str) -> str:
    """The JSON of one value, as the api writes it: ids with prefix, moments as RFC 3339 in UTC."""
    name = f"its_{column}"
    if form == "number":
        return name
    if form == "text":
        return f"to_json({name})"
    if form == "moment":
        return f"parvis_moment({name})"
    return f"""'"{form}_' || replace({name}::text, '-', '') || '"'"""


def _shown_function() -> str:
    arguments = ", ".join(f"its_{column} {TYPES.get(form, 'uuid')}" for _, column, form in SHOWN)
    parts, before = [], "{"
    for field, column, form in SHOWN:
        value = _form(column, form)
        if column not in NEVER_NULL:
            value = f"CASE WHEN its_{column} IS NULL THEN 'null' ELSE ({value})::text END"
        parts.append(f"""'{before}"{field}":', {value}""")
        before = ","
    return f"""
CREATE FUNCTION parvis_mention_json({arguments}) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN concat({", ".join(parts)}, '}}');
END $$
"""


# Six digits of a second or none, as pydantic writes it, whatever the session's zone.
MOMENT_FUNCTION = """
CREATE FUNCTION parvis_moment(given timestamptz) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    wall text := to_json(given AT TIME ZONE 'UTC')::text;
BEGIN
    IF length(wall) = 21 THEN RETURN left(wall, 20) || 'Z"'; END IF;
    RETURN rpad(left(wall, -1), 27, '0') || 'Z"';
END $$
"""
SHOWN_CALL = f"parvis_mention_json({', '.join(column for _, column, _ in SHOWN)})"

WORDS = """
CREATE TEXT SEARCH CONFIGURATION parvis (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION parvis
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple
"""

# Partitions live where the application cannot reach them: the tenant's lock hangs on the parent.
MAKE_MONTHS = """
CREATE FUNCTION parvis_make_months(first_on date, last_on date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '5s' AS $$
DECLARE
    month timestamptz := date_trunc('month', first_on);
    name text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('parvis_make_months', 0));
    WHILE month <= last_on LOOP
        name := to_char(month, '"mention_words_"YYYY_MM');
        IF to_regclass('partitions.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE partitions.%I (LIKE mention_words)', name);
            EXECUTE format(
                'WITH moved AS (DELETE FROM partitions.mention_words_default
                                 WHERE said_at >= %L AND said_at < %L RETURNING *)
                 INSERT INTO partitions.%I SELECT * FROM moved',
                month, month + interval '1 month', name);
            EXECUTE format(
                'ALTER TABLE mention_words ATTACH PARTITION partitions.%I
                 FOR VALUES FROM (%L) TO (%L)', name, month, month + interval '1 month');
            made := made + 1;
        END IF;
        month := month + interval '1 month';
    END LOOP;
    RETURN made;
END $$
"""

# The conditions of a list, as SQL of constants: a planner that sees them chooses well.
CONDITIONS = """
CREATE FUNCTION parvis_mention_conditions(filters jsonb, unread boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    field text;
    wanted jsonb;
    found text := '';
BEGIN
    FOR field, wanted IN SELECT * FROM jsonb_each(filters) LOOP
        found := found || CASE jsonb_array_length(wanted)
            WHEN 1 THEN format(' AND m.%I = %L', field, wanted ->> 0)
            ELSE format(' AND m.%I = ANY (%L)', field,
                        ARRAY(SELECT jsonb_array_elements_text(wanted))) END;
    END LOOP;
    RETURN found || CASE WHEN unread THEN ' AND m.read_at IS NULL'
                         WHEN NOT unread THEN ' AND m.read_at IS NOT NULL'
                         ELSE '' END;
END $$
"""

PAGE = (
    "OUT version bigint, OUT body text, OUT has_more boolean, OUT last_at timestamptz, "
    "OUT last_id uuid"
)
BEGIN_READ = """
    PERFORM set_config('parvis.workspace', ws::text, true);
    SELECT last_number INTO version FROM event_counters WHERE workspace_id = ws;
"""


def _page_of(found: str, key: str = "said_at") -> str:
    """The first `most` rows as one text, whether there are more, and the keys of the last."""
    return f"""
    SELECT string_agg(p.shown, ',') FILTER (WHERE p.place <= most), count(*) > most,
           max(p.{key}) FILTER (WHERE p.place = most),
           (array_agg(p.id) FILTER (WHERE p.place = most))[1]
      FROM (SELECT q.*, row_number() OVER () AS place FROM ({found}) q) p
    """


def _into(statement: str) -> str:
    return statement.replace(
        "FROM (SELECT q.*", "INTO body, has_more, last_at, last_id FROM (SELECT q.*", 1
    )


# Said as a range that ends with the wanted word, so that only the index in that very order can
# answer: an equality would let the planner walk another one and filter, for ever where the word
# is rare.
NEWEST = """
        SELECT m.shown, m.said_at, m.id FROM mentions m
         WHERE m.workspace_id = ws {status}
           AND m.{word} >= wanted_{word}
           AND (m.{word}, m.said_at, m.id) < (wanted_{word}, edge_at, edge_id)
         ORDER BY m.{word} DESC, m.said_at DESC, m.id DESC LIMIT most + 1"""
OF_STATUS = NEWEST.format(word="status", status="")
OF_NETWORK = NEWEST.format(word="network", status="AND m.status = wanted_status")
# The inbox as most people look at it: one status, perhaps one network, the newest first.
INBOX = f"""
CREATE FUNCTION parvis_inbox(ws uuid, wanted_status text, wanted_network text,
    edge_at timestamptz, edge_id uuid, most integer, {PAGE})
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    {BEGIN_READ}
    IF wanted_network IS NULL THEN
        {_into(_page_of(OF_STATUS))};
    ELSE
        {_into(_page_of(OF_NETWORK))};
    END IF;
END $$
"""
# Any other view of it. `sort` is one of four constants of `domain/mentions/inbox.py`.
INBOX_ANY = f"""
CREATE FUNCTION parvis_inbox_any(ws uuid, filters jsonb, unread boolean, since timestamptz,
    until timestamptz, sort text, edge_at timestamptz, edge_id uuid, most integer, {PAGE})
LANGUAGE plpgsql STABLE AS $$
DECLARE
    down boolean := left(sort, 1) = '-';
    key text := CASE ltrim(sort, '-') WHEN 'received_at' THEN 'created_at' ELSE 'said_at' END;
BEGIN
    {BEGIN_READ}
    EXECUTE format($page${
    _page_of('''
        SELECT m.shown, m.%1$I AS said_at, m.id FROM mentions m
         WHERE m.workspace_id = $1 AND ($2 IS NULL OR m.said_at >= $2)
           AND ($3 IS NULL OR m.said_at < $3) %2$s
           AND (m.%1$I, m.id) %3$s ($4, $5)
         ORDER BY m.%1$I %4$s, m.id %4$s LIMIT $6 + 1''').replace("most", "$6")
}$page$,
        key, parvis_mention_conditions(filters, unread),
        CASE WHEN down THEN '<' ELSE '>' END, CASE WHEN down THEN 'DESC' ELSE 'ASC' END)
    INTO body, has_more, last_at, last_id USING ws, since, until, edge_at, edge_id, most;
END $$
"""
MENTION = """
CREATE FUNCTION parvis_mention(ws uuid, mention_id uuid, OUT version integer, OUT body text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM set_config('parvis.workspace', ws::text, true);
    SELECT m.version, m.shown INTO version, body
      FROM mentions m WHERE m.workspace_id = ws AND m.id = mention_id;
END $$
"""
# A number that grows with every event of a workspace; nothing else changes what its pages show.
VERSION = """
CREATE FUNCTION parvis_workspace_version(ws uuid) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM set_config('parvis.workspace', ws::text, true);
    RETURN (SELECT last_number FROM event_counters WHERE workspace_id = ws);
END $$
"""
# Operators of full-text search are not leakproof, so that under row-level security their index
# rests unused: this one reads as the owner and keeps to the workspace by itself. Month by month,
# in longer strides where it goes back for years, it stops as soon as the page is full; `since`
# and `until` are moments, never endless.
SEARCH = f"""
CREATE FUNCTION parvis_search(query text, filters jsonb, unread boolean, since timestamptz,
    until timestamptz, down boolean, edge_at timestamptz, edge_id uuid, most integer)
RETURNS TABLE (mention_id uuid, said_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    ws uuid := {TENANT};
    asked tsquery := websearch_to_tsquery('parvis', query);
    conditions text := parvis_mention_conditions(filters, unread);
    low timestamptz;
    high timestamptz;
    moment interval := '1 microsecond';
    missing integer := most;
    got integer;
    months integer := 1;
    statement text;
BEGIN
    IF ws IS NULL OR numnode(asked) = 0 THEN RETURN; END IF;
    statement := 'SELECT w.mention_id, w.said_at FROM mention_words w'
        || CASE WHEN conditions = '' THEN '' ELSE
           ' JOIN mentions m ON m.workspace_id = w.workspace_id AND m.id = w.mention_id' END
        || ' WHERE w.workspace_id = $1 AND w.words @@ $2 AND w.said_at >= $3 AND w.said_at < $4'
        || CASE WHEN down THEN ' AND (w.said_at, w.mention_id) < ($5, $6)'
                ELSE ' AND (w.said_at, w.mention_id) > ($5, $6)' END
        || conditions
        || CASE WHEN down THEN ' ORDER BY w.said_at DESC, w.mention_id DESC'
                ELSE ' ORDER BY w.said_at, w.mention_id' END
        || ' LIMIT $7';
    IF down THEN
        high := least(until, edge_at + moment);
        low := greatest(since, date_trunc('month', high - moment));
    ELSE
        low := greatest(since, edge_at);
        high := least(until, date_trunc('month', low) + interval '1 month');
    END IF;
    WHILE missing > 0 AND low < high LOOP
        RETURN QUERY EXECUTE statement USING ws, asked, low, high, edge_at, edge_id, missing;
        GET DIAGNOSTICS got = ROW_COUNT;
        missing := missing - got;
        months := CASE WHEN low > until - interval '1 year' THEN 1 ELSE months * 2 END;
        IF down THEN
            high := low;
            low := greatest(since, date_trunc('month', high - moment)
                                   - make_interval(months => months - 1));
        ELSE
            low := high;
            high := least(until, low + make_interval(months => months));
        END IF;
    END LOOP;
END $$
"""
FOUND = f"""
CREATE FUNCTION parvis_inbox_found(ws uuid, query text, filters jsonb, unread boolean,
    since timestamptz, until timestamptz, sort text, edge_at timestamptz, edge_id uuid,
    most integer, {PAGE})
LANGUAGE plpgsql STABLE AS $$
BEGIN
    {BEGIN_READ}
    {
    _into(
        _page_of('''
        SELECT m.shown, f.said_at, f.mention_id AS id
          FROM parvis_search(query, filters, unread, since, until, left(sort, 1) = '-',
                             edge_at, edge_id, most + 1) WITH ORDINALITY f (mention_id, said_at, n)
          JOIN mentions m ON m.workspace_id = ws AND m.id = f.mention_id
         ORDER BY f.n''')
    )
};
END $$
"""
# Each with its arguments, for grants and for the way down.
FUNCTIONS = {
    "parvis_make_months(date, date)": MAKE_MONTHS,
    "parvis_mention_conditions(jsonb, boolean)": CONDITIONS,
    "parvis_inbox(uuid, text, text, timestamptz, uuid, integer)": INBOX,
    "parvis_inbox_any(uuid, jsonb, boolean, timestamptz, timestamptz, text, timestamptz, uuid, "
    "integer)": INBOX_ANY,
    "parvis_mention(uuid, uuid)": MENTION,
    "parvis_workspace_version(uuid)": VERSION,
    "parvis_search(text, jsonb, boolean, timestamptz, timestamptz, boolean, timestamptz, uuid, "
    "integer)": SEARCH,
    "parvis_inbox_found(uuid, text, jsonb, boolean, timestamptz, timestamptz, text, timestamptz, "
    "uuid, integer)": FOUND,
}


def column(name: str, kind: sa.types.TypeEngine | type, *, empty: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=empty)


def key() -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("workspace_id", "id")


def index(name: str, table: str, *columns: str, where: str | None = None) -> None:
    op.create_index(
        name,
        table,
        ["workspace_id", *columns],
        postgresql_where=sa.text(where) if where else None,
    )


def upgrade() -> None:
    # Both are trusted: the database's owner may make them.
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    for statement in WORDS.split(";"):
        op.execute(statement)
    op.execute(MOMENT_FUNCTION)
    op.execute(_shown_function())
    _authors()
    _conversations()
    _mentions()
    _words()
    _answers()
    for name, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APPLICATION}")
    op.execute(
        "SELECT parvis_make_months((now() - interval '12 months')::date, "
        "(now() + interval '3 months')::date)"
    )


def _authors() -> None:
    create_tenant_table(
        "authors",
        *kept(),
        column("network", sa.Text()),
        column("server", sa.Text()),
        column("remote_id", sa.Text()),
        column("handle", sa.Text()),
        column("display_name", sa.Text(), empty=True),
        column("url", sa.Text(), empty=True),
        column("avatar_url", sa.Text(), empty=True),
        key(),
        sa.UniqueConstraint(
            "workspace_id", "network", "server", "remote_id", name="authors_identity"
        ),
    )
    index("authors_by_created", "authors", "created_at", "id")
    index("authors_by_handle", "authors", "handle", "id")


def _conversations() -> None:
    create_tenant_table(
        "conversations",
        *kept(),
        column("community_id", sa.Uuid()),
        column("account_id", sa.Uuid()),
        column("network", sa.Text()),
        column("root_remote_id", sa.Text()),
        column("post_id", sa.Uuid(), empty=True),
        column("mention_count", sa.Integer()),
        column("last_mention_at", MOMENT),
        key(),
        of("communities", "community_id"),
        of("accounts", "account_id"),
        of("posts", "post_id", "SET NULL (post_id)"),
        sa.UniqueConstraint(
            "workspace_id", "account_id", "root_remote_id", name="conversations_identity"
        ),
    )
    last = ("last_mention_at", "id")
    index("conversations_by_last", "conversations", *last)
    index("conversations_of_account", "conversations", "account_id", *last)
    index("conversations_of_community", "conversations", "community_id", *last)


def _mentions() -> None:
    create_tenant_table(
        "mentions",
        *kept(),
        column("community_id", sa.Uuid()),
        column("account_id", sa.Uuid()),
        column("network", sa.Text()),
        column("kind", sa.Text()),
        column("remote_id", sa.Text()),
        column("about_remote_id", sa.Text(), empty=True),
        column("author_id", sa.Uuid()),
        column("author_handle", sa.Text()),
        column("author_name", sa.Text(), empty=True),
        column("author_avatar_url", sa.Text(), empty=True),
        column("conversation_id", sa.Uuid(), empty=True),
        column("post_id", sa.Uuid(), empty=True),
        column("post_title", sa.Text(), empty=True),
        column("title", sa.Text(), empty=True),
        column("text", sa.Text()),
        column("language", sa.Text(), empty=True),
        column("url", sa.Text(), empty=True),
        column("said_at", MOMENT),
        column("status", sa.Text()),
        column("read_at", MOMENT, empty=True),
        column("assigned_to", sa.Uuid(), empty=True),
        column("edited_at", MOMENT, empty=True),
        column("deleted_at", MOMENT, empty=True),
        sa.Column("shown", sa.Text(), sa.Computed(SHOWN_CALL, persisted=True), nullable=True),
        key(),
        of("communities", "community_id"),
        of("accounts", "account_id"),
        of("authors", "author_id"),
        of("conversations", "conversation_id"),
        of("posts", "post_id", "SET NULL (post_id)"),
        of("members", "assigned_to", "SET NULL (assigned_to)"),
        sa.UniqueConstraint(
            "workspace_id", "account_id", "kind", "remote_id", name="mentions_identity"
        ),
        # Ordinary mentions stay whole in their page: compressing them doubles a read.
        postgresql_with={"toast_tuple_target": 8160},
    )
    said = ("said_at", "id")
    index("mentions_by_status_network", "mentions", "status", "network", *said)
    index("mentions_by_status", "mentions", "status", *said)
    index("mentions_by_said", "mentions", *said)
    index("mentions_by_received", "mentions", "created_at", "id")
    index("mentions_of_community", "mentions", "community_id", *said)
    index("mentions_of_account", "mentions", "account_id", *said)
    index("mentions_of_author", "mentions", "author_id", *said)
    for name, link in (
        ("conversation", "conversation_id"),
        ("post", "post_id"),
        ("member", "assigned_to"),
    ):
        index(f"mentions_of_{name}", "mentions", link, *said, where=f"{link} IS NOT NULL")
    index("mentions_unread", "mentions", *said, where="read_at IS NULL")


def _words() -> None:
    create_tenant_table(
        "mention_words",
        column("workspace_id", sa.Uuid()),
        column("said_at", MOMENT),
        column("mention_id", sa.Uuid()),
        column("words", TSVECTOR()),
        sa.PrimaryKeyConstraint("workspace_id", "said_at", "mention_id"),
        postgresql_partition_by="RANGE (said_at)",
    )
    op.create_index(
        "mention_words_by_word",
        "mention_words",
        ["workspace_id", "words"],
        postgresql_using="gin",
    )
    op.execute("CREATE SCHEMA partitions")
    op.execute("CREATE TABLE partitions.mention_words_default PARTITION OF mention_words DEFAULT")


def _answers() -> None:
    create_tenant_table(
        "answers",
        *kept(),
        column("mention_id", sa.Uuid()),
        column("delivery_id", sa.Uuid()),
        column("text", sa.Text()),
        column("media_ids", ARRAY(sa.Uuid())),
        key(),
        of("mentions", "mention_id", "CASCADE"),
        of("deliveries", "delivery_id"),
        sa.UniqueConstraint("workspace_id", "delivery_id", name="answers_delivery"),
    )
    index("answers_by_mention", "answers", "mention_id", "id")


def downgrade() -> None:
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
    for table in ("answers", "mention_words", "mentions", "conversations", "authors"):
        op.drop_table(table)
    op.execute("DROP SCHEMA partitions")
    arguments = ", ".join(TYPES.get(form, "uuid") for _, _, form in SHOWN)
    op.execute(f"DROP FUNCTION parvis_mention_json({arguments})")
    op.execute("DROP FUNCTION parvis_moment(timestamptz)")
    # The two extensions stay: they may have been there before.
    op.execute("DROP TEXT SEARCH CONFIGURATION parvis")
