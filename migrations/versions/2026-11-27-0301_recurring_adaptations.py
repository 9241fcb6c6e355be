"""Recurrences adapt what their posts say; a picture in an adaptation of one is in use too."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_27_0301"
down_revision = "2026_11_27_0202"
branch_labels = None
depends_on = None

BEFORE = import_module("migrations.versions.2026-11-27-0300_adaptations")
RECURRING = BEFORE.BEFORE.SHOWS_RECURRING
IN_ADAPTATIONS = RECURRING.replace("variants::text ||", "adaptations::text || variants::text ||")


def upgrade() -> None:
    op.add_column(
        "recurrences", sa.Column("adaptations", JSONB(), nullable=False, server_default="[]")
    )
    op.execute(BEFORE.shows_media(IN_ADAPTATIONS, BEFORE.SHOWS_ADAPTED))


def downgrade() -> None:
    op.execute(BEFORE.shows_media(RECURRING, BEFORE.SHOWS_ADAPTED))
    op.drop_column("recurrences", "adaptations")
