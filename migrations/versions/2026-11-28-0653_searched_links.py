"""A link that is searched for is found: what is asked is read without its `https://`."""

from importlib import import_module

from alembic import op

revision = "2026_11_28_0653"
down_revision = "2026_11_28_0644"
branch_labels = None
depends_on = None

# websearch_to_tsquery cuts at colons: of `https://example.ch/vin` it made the words `https` and
# `/example.ch/vin`, which no text has. A text has the link without its protocol, which is no word.
ASKED = import_module("migrations.versions.2026-11-27-1953_plain_words").ASKED.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
LINKED = ASKED.replace(
    "translate(query, ", "translate(\n        regexp_replace(query, '\\mhttps?://', '', 'gi'), "
)


def upgrade() -> None:
    op.execute(LINKED)


def downgrade() -> None:
    op.execute(ASKED)
