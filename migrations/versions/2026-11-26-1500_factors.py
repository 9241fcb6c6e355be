"""Second factors, recovery codes and passkeys of people."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT, grant_shared

revision = "2026_11_26_1500"
down_revision = "2026_11_26_1410"
branch_labels = None
depends_on = None

TABLES = ("second_factors", "recovery_codes", "passkeys", "spent_challenges")


def of_user() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE")


def upgrade() -> None:
    op.add_column(
        "sign_ins",
        sa.Column("awaits_code", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "second_factors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        of_user(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", name="second_factors_user"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        of_user(),
        sa.PrimaryKeyConstraint("user_id", "fingerprint"),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        of_user(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_id", name="passkeys_credential"),
    )
    op.create_index("passkeys_by_user", "passkeys", ["user_id", "created_at"])
    op.create_table(
        "spent_challenges",
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("spent_challenges_by_end", "spent_challenges", ["expires_at"])
    for table in TABLES:
        grant_shared(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("sign_ins", "awaits_code")
