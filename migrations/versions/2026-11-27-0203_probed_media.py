"""What files hold, as workers find it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.due import WITH_PROBES, WITH_UPLOADS, tell_due
from migrations.tenancy import MOMENT

revision = "2026_11_27_0203"
down_revision = "2026_11_27_0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there already is probed too, and what an api of before takes in meanwhile.
    op.add_column("media", sa.Column("state", sa.Text(), nullable=False, server_default="probing"))
    op.add_column("media", sa.Column("facts", JSONB(), nullable=True))
    op.add_column(
        "media",
        sa.Column(
            "probe_at",
            MOMENT,
            nullable=True,
            server_default=sa.func.now(),
        ),
    )
    op.create_index(
        "media_to_probe",
        "media",
        ["probe_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("probe_at IS NOT NULL"),
    )
    tell_due(WITH_PROBES)


def downgrade() -> None:
    tell_due(WITH_UPLOADS)
    op.drop_index("media_to_probe", "media")
    for name in ("probe_at", "facts", "state"):
        op.drop_column("media", name)
