"""Events found by their id, and mentions by whether somebody takes care of them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_1410"
down_revision = "2026_11_26_1400"
branch_labels = None
depends_on = None

# Keeps its owner and its grants when it is replaced.
CONDITIONS = """
CREATE OR REPLACE FUNCTION parvis_mention_conditions(filters jsonb, unread boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    field text;
    wanted jsonb;
    found text := '';
BEGIN
    FOR field, wanted IN SELECT * FROM jsonb_each(filters) LOOP
        found := found || CASE {more}
            WHEN jsonb_array_length(wanted) = 1 THEN format(' AND m.%I = %L', field, wanted ->> 0)
            ELSE format(' AND m.%I = ANY (%L)', field,
                        ARRAY(SELECT jsonb_array_elements_text(wanted))) END;
    END LOOP;
    RETURN found || CASE WHEN unread THEN ' AND m.read_at IS NULL'
                         WHEN NOT unread THEN ' AND m.read_at IS NOT NULL'
                         ELSE '' END;
END $$
"""
IS_ASSIGNED = """
            WHEN field = 'is_assigned' AND (wanted ->> 0)::boolean
                THEN ' AND m.assigned_to IS NOT NULL'
            WHEN field = 'is_assigned' THEN ' AND m.assigned_to IS NULL'"""


def upgrade() -> None:
    op.create_index("events_by_id", "events", ["workspace_id", "id"], unique=True)
    op.create_index(
        "mentions_assigned",
        "mentions",
        ["workspace_id", "said_at", "id"],
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
    )
    op.execute(CONDITIONS.format(more=IS_ASSIGNED))


def downgrade() -> None:
    op.execute(CONDITIONS.format(more=""))
    op.drop_index("mentions_assigned", "mentions")
    op.drop_index("events_by_id", "events")
