"""Audit: events say from where, and each is bound to the one before it by a hash.

digest  of a workspace, id, moment, kind, subject, actor, origin and data, a line each
hash    sha256(hash of the event before ‖ number, 8 bytes ‖ digest); before the first: zeros
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.tenancy import APPLICATION

revision = "2026_11_26_1830"
down_revision = "2026_11_26_1800"
branch_labels = None
depends_on = None

DIGEST = r"""
CREATE FUNCTION parvis_event_digest(
    workspace_id uuid, id uuid, occurred_at timestamptz, kind text, subject_kind text,
    subject_id uuid, actor text, origin jsonb, data jsonb
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(concat_ws(E'\n',
        replace(workspace_id::text, '-', ''),
        replace(id::text, '-', ''),
        to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        kind, subject_kind, replace(subject_id::text, '-', ''), actor,
        coalesce(origin::text, 'null'), data::text), 'UTF8'))
$$
"""
HASHES = """
CREATE FUNCTION parvis_event_hashes(before bytea, number bigint, digests bytea[])
RETURNS bytea[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    digest bytea;
    found bytea[] := '{}';
BEGIN
    FOREACH digest IN ARRAY digests LOOP
        number := number + 1;
        before := sha256(before || int8send(number) || digest);
        found := found || before;
    END LOOP;
    RETURN found;
END $$
"""
# What was written before gets its hashes, workspace by workspace.
CHAIN = """
DO $$
DECLARE
    head record;
    event record;
    link bytea;
BEGIN
    FOR head IN SELECT workspace_id FROM event_counters LOOP
        link := decode(repeat('00', 32), 'hex');
        FOR event IN SELECT * FROM events e WHERE e.workspace_id = head.workspace_id
                      ORDER BY e.number LOOP
            link := sha256(link || int8send(event.number) || parvis_event_digest(
                event.workspace_id, event.id, event.occurred_at, event.kind, event.subject_kind,
                event.subject_id, event.actor, event.origin, event.data));
            UPDATE events e SET hash = link
             WHERE e.workspace_id = event.workspace_id AND e.number = event.number;
        END LOOP;
        UPDATE event_counters c
           SET last_hashes = ARRAY[link],
               forgotten_number = coalesce((SELECT min(e.number) - 1 FROM events e
                   WHERE e.workspace_id = c.workspace_id), c.last_number)
         WHERE c.workspace_id = head.workspace_id;
    END LOOP;
END $$
"""
ZEROS = sa.text("decode(repeat('00', 32), 'hex')")


def upgrade() -> None:
    op.execute(DIGEST)
    op.execute(HASHES)
    for name in (
        "parvis_event_digest(uuid, uuid, timestamptz, text, text, uuid, text, jsonb, jsonb)",
        "parvis_event_hashes(bytea, bigint, bytea[])",
    ):
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APPLICATION}")
    op.add_column("events", sa.Column("origin", JSONB(), nullable=True))
    op.add_column("events", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.add_column(
        "event_counters", sa.Column("last_hashes", ARRAY(sa.LargeBinary()), nullable=True)
    )
    op.add_column(
        "event_counters",
        sa.Column("forgotten_number", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column(
        "event_counters",
        sa.Column("forgotten_hash", sa.LargeBinary(), nullable=False, server_default=ZEROS),
    )
    op.execute(CHAIN)
    op.alter_column("events", "hash", nullable=False)
    op.alter_column("event_counters", "last_hashes", nullable=False)
    op.create_index("events_by_subject", "events", ["workspace_id", "subject_id", "number"])


def downgrade() -> None:
    op.drop_index("events_by_subject", table_name="events")
    for column in ("forgotten_hash", "forgotten_number", "last_hashes"):
        op.drop_column("event_counters", column)
    op.drop_column("events", "hash")
    op.drop_column("events", "origin")
    op.execute("DROP FUNCTION parvis_event_hashes(bytea, bigint, bytea[])")
    op.execute(
        "DROP FUNCTION parvis_event_digest(uuid, uuid, timestamptz, text, text, uuid, text, jsonb, "
        "jsonb)"
    )
