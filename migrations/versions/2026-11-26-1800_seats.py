"""Custom roles, departments, invitations and requests to experts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.tenancy import (
    APPLICATION,
    IN_SEEN,
    MOMENT,
    SEEN,
    create_tenant_table,
    hold,
    kept,
    of,
)

revision = "2026_11_26_1800"
down_revision = "2026_11_26_1710"
branch_labels = None
depends_on = None

# Communities stand on a higher floor; invoker's rights, so that nobody learns of hidden ones.
KNOWN = """
CREATE FUNCTION parvis_known_communities(ids uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(id), '{}') FROM communities WHERE id = ANY (ids)
$$
"""
KNOWN_NAME = "parvis_known_communities(uuid[])"


def column(name: str, kind: sa.types.TypeEngine[object], *, empty: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=empty)


def text(name: str, *, empty: bool = False) -> sa.Column:
    return column(name, sa.Text(), empty=empty)


def uuid(name: str, *, empty: bool = False) -> sa.Column:
    return column(name, sa.Uuid(), empty=empty)


def key() -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
    ]


def upgrade() -> None:
    op.execute(KNOWN)
    op.execute(f"REVOKE ALL ON FUNCTION {KNOWN_NAME} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {KNOWN_NAME} TO {APPLICATION}")
    create_tenant_table(
        "roles",
        *kept(),
        text("name"),
        text("description"),
        column("scopes", ARRAY(sa.Text())),
        *key(),
        sa.UniqueConstraint("workspace_id", "name", name="roles_name"),
    )
    op.add_column("members", uuid("role_id", empty=True))
    op.create_foreign_key(
        "members_role",
        "members",
        "roles",
        ["workspace_id", "role_id"],
        ["workspace_id", "id"],
        ondelete="RESTRICT",
    )
    _departments()
    _invitations()
    _expert_requests()


def _departments() -> None:
    create_tenant_table(
        "departments",
        *kept(),
        text("name"),
        text("description"),
        uuid("lead_id", empty=True),
        *key(),
        of("members", "lead_id", "SET NULL (lead_id)"),
        sa.UniqueConstraint("workspace_id", "name", name="departments_name"),
    )
    create_tenant_table(
        "department_members",
        uuid("workspace_id"),
        uuid("department_id"),
        uuid("member_id"),
        column("place", sa.Integer()),
        sa.PrimaryKeyConstraint("workspace_id", "department_id", "member_id"),
        of("departments", "department_id", "CASCADE"),
        of("members", "member_id", "CASCADE"),
    )
    op.create_index(
        "department_members_by_member", "department_members", ["workspace_id", "member_id"]
    )


def _invitations() -> None:
    create_tenant_table(
        "invitations",
        *kept(),
        text("email"),
        text("role"),
        uuid("role_id", empty=True),
        column("communities", ARRAY(sa.Uuid()), empty=True),
        text("language"),
        text("state"),
        uuid("invited_by", empty=True),
        uuid("member_id", empty=True),
        column("fingerprint", sa.LargeBinary()),
        column("expires_at", MOMENT),
        column("accepted_at", MOMENT, empty=True),
        *key(),
        of("roles", "role_id", "SET NULL (role_id)"),
        sa.UniqueConstraint("workspace_id", "fingerprint", name="invitations_fingerprint"),
    )
    op.create_index(
        "invitations_open",
        "invitations",
        ["workspace_id", "email"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    hold("invitations", f"communities <@ {SEEN}::uuid[]")


def _expert_requests() -> None:
    create_tenant_table(
        "expert_requests",
        *kept(),
        text("subject_kind"),
        uuid("subject_id"),
        uuid("community_id"),
        text("question"),
        text("expert_name"),
        text("expert_email"),
        uuid("member_id", empty=True),
        uuid("asked_by", empty=True),
        text("language"),
        text("state"),
        column("fingerprint", sa.LargeBinary()),
        column("expires_at", MOMENT),
        text("answer", empty=True),
        column("answered_at", MOMENT, empty=True),
        *key(),
        sa.UniqueConstraint("workspace_id", "fingerprint", name="expert_requests_fingerprint"),
    )
    op.create_index(
        "expert_requests_by_subject", "expert_requests", ["workspace_id", "subject_id", "id"]
    )
    hold("expert_requests", f"community_id = {IN_SEEN}")


def downgrade() -> None:
    for table in ("expert_requests", "invitations", "department_members", "departments"):
        op.drop_table(table)
    op.drop_constraint("members_role", "members")
    op.drop_column("members", "role_id")
    op.drop_table("roles")
    op.execute(f"DROP FUNCTION {KNOWN_NAME}")
