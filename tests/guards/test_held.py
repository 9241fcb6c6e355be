"""A caller who is held to communities meets no table that forgets to hold them."""

from domain.kernel.database import Database

WHOLE_HOUSE = {
    "workspaces": "the house itself",
    "members": "who works in the house; names need a scope of their own",
    "roles": "what members may do",
    "departments": "who works with whom",
    "department_members": "as above",
    "applications": "programs of the house",
    "application_secrets": "as above",
    "authorisations": "a grant's, found with the token that came of it",
    "authorisation_requests": "whoever asks for a grant has none yet",
    "refresh_tokens": "as of tokens",
    "grants": "a member's own",
    "tokens": "a token is found before it is known what it may see",
    "contacts": "whom the house knows",
    "media": "the house's own shelf of pictures",
    "media_consents": "as above: of people in them",
    "dropped_contents": "as above: bytes on their way out",
    "albums": "as above",
    "album_items": "as above",
    "operations": "as above",
    "uploads": "whoever began one alone sees it",
    "kept_answers": "what this very caller was answered",
    "event_counters": "a number",
    "sign_in_providers": "how people of the house sign in",
    "provider_attempts": "whoever signs in is not known yet",
    "provider_people": "who signed in",
    "watched_pages": "what is public on the web; which posts rest on it is held",
    "test_clocks": "what time it is in the house",
    "zone_rules": "a version, and how far it was applied",
}
"""Tables that show the same to everyone in the house, and why."""
HELD = """
SELECT c.relname AS name, EXISTS (
           SELECT FROM pg_policies p
            WHERE p.schemaname = 'public' AND p.tablename = c.relname AND p.policyname = 'held'
              AND p.permissive = 'RESTRICTIVE') AS is_held
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity
"""


async def test_every_table_is_held_or_shows_the_whole_house_for_a_reason(
    database: Database,
) -> None:
    """`hold` of `migrations/tenancy.py` holds one."""
    rows = await database.reads.fetch(HELD)

    assert {row["name"] for row in rows if not row["is_held"]} == WHOLE_HOUSE.keys()
    assert sum(row["is_held"] for row in rows) > 20
