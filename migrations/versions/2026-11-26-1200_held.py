"""Callers who are held to some communities: a second lock beside the tenant's, in every table."""

from importlib import import_module

from alembic import op

from migrations.tenancy import APPLICATION, IN_SEEN, TENANT, hold

revision = "2026_11_26_1200"
down_revision = "2026_11_26_1130"
branch_labels = None
depends_on = None

# Null: nobody is held. A text of an array, so that someone held to no community at all is held.
SEEN_COMMUNITIES = """
CREATE FUNCTION parvis_seen_communities() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('parvis.communities', true), '')::uuid[]
$$
"""
OF_POST = """EXISTS (SELECT 1 FROM posts p
    WHERE p.workspace_id = {0}.workspace_id AND p.id = {0}.post_id)"""
OF_ACCOUNT = """EXISTS (SELECT 1 FROM accounts a
    WHERE a.workspace_id = {0}.workspace_id AND a.id = {0}.account_id)"""
# What speaks for a post goes with the post, what does not with its account.
OF_EITHER = f"CASE WHEN {{0}}.post_id IS NULL THEN {OF_ACCOUNT} ELSE {OF_POST} END"
# Tables above are held themselves: whoever may not see the parent finds none of its children.
HELD = {
    "communities": f"id = {IN_SEEN}",
    **dict.fromkeys(
        (
            "accounts",
            "consents",
            "calendars",
            "posts",
            "conversations",
            "mentions",
            "samples",
            "tallies",
            "network_months",
            "metric_sources",
        ),
        f"community_id = {IN_SEEN}",
    ),
    "variants": OF_POST.format("variants"),
    "deliveries": OF_EITHER.format("deliveries"),
    "standings": OF_EITHER.format("standings"),
    "attempts": """EXISTS (SELECT 1 FROM deliveries d
        WHERE d.workspace_id = attempts.workspace_id AND d.id = attempts.delivery_id)""",
    "authors": """EXISTS (SELECT 1 FROM mentions m
        WHERE m.workspace_id = authors.workspace_id AND m.author_id = authors.id)""",
    "answers": """EXISTS (SELECT 1 FROM mentions m
        WHERE m.workspace_id = answers.workspace_id AND m.id = answers.mention_id)""",
    "mention_words": """EXISTS (SELECT 1 FROM mentions m
        WHERE m.workspace_id = mention_words.workspace_id AND m.id = mention_words.mention_id)""",
    "closings": """EXISTS (SELECT 1 FROM standings s
        WHERE s.workspace_id = closings.workspace_id AND s.subject_id = closings.subject_id)""",
    "measurings": """CASE WHEN measurings.is_account THEN EXISTS (SELECT 1 FROM accounts a
        WHERE a.workspace_id = measurings.workspace_id AND a.id = measurings.subject_id)
        ELSE EXISTS (SELECT 1 FROM deliveries d
        WHERE d.workspace_id = measurings.workspace_id AND d.id = measurings.subject_id) END""",
    "metric_cuts": """CASE WHEN metric_cuts.is_calendar THEN EXISTS (SELECT 1 FROM calendars c
        WHERE c.workspace_id = metric_cuts.workspace_id AND c.id = metric_cuts.cut_by)
        ELSE EXISTS (SELECT 1 FROM communities c
        WHERE c.workspace_id = metric_cuts.workspace_id AND c.id = metric_cuts.cut_by) END""",
}
# Pictures belong to the whole house: whether a post shows one is asked of all its posts.
SHOWS_MEDIA = f"""
CREATE FUNCTION parvis_shows_media(media_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM posts WHERE workspace_id = {TENANT} AND media_id = ANY (media_ids))
        OR EXISTS (SELECT 1 FROM variants
                    WHERE workspace_id = {TENANT} AND media_id = ANY (media_ids))
$$
"""
SHOWS_MEDIA_NAME = "parvis_shows_media(uuid)"
SEARCH = import_module("migrations.versions.2026-11-22-1100_mentions").SEARCH
# The search reads as the owner: it keeps to the communities by itself, as it does to the tenant.
HELD_SEARCH = SEARCH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    "    statement := 'SELECT",
    """    IF parvis_seen_communities() IS NOT NULL THEN
        conditions := conditions
            || format(' AND m.community_id = ANY (%L)', parvis_seen_communities());
    END IF;
    statement := 'SELECT""",
    1,
)


def upgrade() -> None:
    op.execute(SEEN_COMMUNITIES)
    for table, seen in HELD.items():
        hold(table, seen)
    # Whoever is held writes events like everyone, and reads none: they tell of all communities.
    hold("events", "false", reads_only=True)
    op.execute(SHOWS_MEDIA)
    op.execute(f"REVOKE ALL ON FUNCTION {SHOWS_MEDIA_NAME} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SHOWS_MEDIA_NAME} TO {APPLICATION}")
    op.execute(HELD_SEARCH)


def downgrade() -> None:
    op.execute(SEARCH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    op.execute(f"DROP FUNCTION {SHOWS_MEDIA_NAME}")
    for table in (*HELD, "events"):
        op.execute(f"DROP POLICY held ON {table}")
    op.execute("DROP FUNCTION parvis_seen_communities()")
