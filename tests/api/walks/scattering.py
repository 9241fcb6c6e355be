"""A furnished workspace with so much more in it that every filter parts what its list shows."""

from uuid import UUID

import asyncpg

from domain.accounts.queries import get_account
from domain.connector.words import InboxKind, Metric, Profile, Sample
from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.kernel.settings import Settings
from domain.metrics.service import record_samples
from tests.domain.media.files import picture
from tests.furnished import Furnished, furnish, named
from tests.held import make_place
from tests.inboxes import NOW, Inbox, item, make_inbox
from tests.world import Tenant

BERT = Profile("bert", "bert@example.social", "Bert Muster", "https://example.social/@bert", None)
FIRST = "(SELECT id FROM {} WHERE workspace_id = $1 ORDER BY id LIMIT 1)"
GESTURES = {InboxKind.LIKE, InboxKind.REPOST, InboxKind.FOLLOW}
TEXTS = ("La vigne", "Le lac", "Bonjour")
HALF = "now() - interval '1 day' * (n / 2)"
"""One moment for two things each: ties."""
DAILY = "now() - interval '1 day' * n"
SPREAD: dict[str, dict[str, tuple[str, ...]]] = {
    "accounts": {
        "network": ("'sandbox'", "'mastodon'"),
        "state": ("'connected'", "'action_required'"),
        "created_at": (HALF,),
    },
    "communities": {"archived_at": ("NULL", "NULL", "now()"), "created_at": (HALF,)},
    "members": {
        "communities": (
            f"ARRAY[{FIRST.format('communities')}]",
            f"ARRAY[{FIRST.format('communities').replace('BY id', 'BY id DESC')}]",
            "NULL",
        )
    },
    "media": {
        "content_type": ("'image/png'", "'video/mp4'"),
        "rendition_of": ("NULL", "NULL", FIRST.format("media")),
        "rendition_for": ("NULL", "NULL", "'bluesky'"),
        "rights_end_at": ("NULL", f"now() + {HALF[8:]}"),
        "created_at": (HALF,),
    },
    "campaigns": {
        "labels": ("'{vigne,lac}'::text[]", "'{lac}'::text[]", "'{}'::text[]"),
        "starts_on": ("NULL", "date '2026-11-20'", "date '2026-12-20'"),
        "ends_on": ("date '2026-12-20'", "NULL", "date '2026-12-31'"),
        "archived_at": ("NULL", "now()"),
    },
    "occasions": {"starts_at": (DAILY,), "ends_at": (f"{DAILY} + interval '1 hour'",)},
    "ideas": {
        "state": ("'idea'", "'open'"),
        "campaign_id": ("NULL", FIRST.format("campaigns")),
        "pillar_id": (FIRST.format("pillars"), "NULL"),
        "labels": ("'{vigne,lac}'::text[]", "'{lac}'::text[]", "'{}'::text[]"),
        "created_at": (HALF,),
        "updated_at": (HALF,),
    },
    "posts": {
        "campaign_id": ("NULL", FIRST.format("campaigns")),
        "pillar_id": (FIRST.format("pillars"), "NULL"),
        "recurrence_id": ("NULL", "NULL", FIRST.format("recurrences")),
        "labels": ("'{vigne,lac}'::text[]", "'{lac}'::text[]", "'{}'::text[]"),
        "publish_at": ("NULL", HALF, HALF),
        "created_at": (HALF,),
        "updated_at": (HALF,),
    },
    "import_rows": {"result": ("'waiting'", "'refused'", "'made'")},
    "mentions": {
        "status": ("'open'", "'answered'", "'archived'"),
        "network": ("'sandbox'", "'mastodon'"),
        "assigned_to": ("NULL", "NULL", FIRST.format("members")),
        "read_at": ("NULL", "now()"),
        "post_id": ("NULL", "NULL", FIRST.format("posts")),
        "created_at": (HALF,),
    },
    "conversations": {
        "network": ("'sandbox'", "'mastodon'"),
        "post_id": ("NULL", FIRST.format("posts")),
        "last_mention_at": (HALF,),
    },
    "authors": {"network": ("'sandbox'", "'mastodon'"), "created_at": (HALF,)},
    "candidates": {
        "state": ("'open'", "'dismissed'"),
        "origin": ("'feed'", "'pick'"),
        "score": ("40", "40", "75"),
        "created_at": (HALF,),
    },
    "reviews": {"state": ("'open'", "'approved'")},
    "updates": {"state": ("'proposed'", "'done'"), "reason": ("'drifted'", "'expired'", "'asked'")},
    "deliveries": {"due_at": (HALF,), "created_at": (HALF,)},
    "pauses": {"ended_at": ("NULL", "now()")},
}
"""By table and column, what its rows hold in turn; `n` counts them from 0."""
STALE = """
WITH one AS (SELECT id FROM upkeeps WHERE workspace_id = $1 ORDER BY id LIMIT 1),
kept AS (UPDATE upkeeps SET stale_for = '{expired}'
          WHERE workspace_id = $1 AND id IN (SELECT id FROM one) RETURNING id)
UPDATE posts SET stale_for = '{expired}'
 WHERE workspace_id = $1 AND id IN (SELECT id FROM kept)
"""
ROWS = """
INSERT INTO import_rows (workspace_id, id, import_id, number, content, result, faults)
SELECT $1, gen_random_uuid(), import_id, number + more, content, result, faults
  FROM import_rows, generate_series(1, 3) AS more
 WHERE workspace_id = $1 AND number = 1 AND import_id = $2
"""


async def scatter(settings: Settings, database: Database, tenant: Tenant) -> Furnished:
    house = await furnish(database, tenant)
    for word in ("vigne", "lac", "col"):
        await make_place(database, tenant.workspace_id, word=word)
    await _say(await make_inbox(database, tenant.workspace_id))
    await _add(house)
    await _count(database, house)
    url = settings.migration_database_url
    assert url is not None
    owner = await asyncpg.connect(url.get_secret_value())
    try:
        await owner.execute(STALE, tenant.workspace_id)
        await owner.execute(ROWS, tenant.workspace_id, read("imp", house.here[named("imp")]))
        for table, columns in SPREAD.items():
            await _spread(owner, tenant.workspace_id, table, columns)
    finally:
        await owner.close()
    return house


async def _say(inbox: Inbox) -> None:
    """Two people say things of every kind, two of them at each moment."""
    kinds = list(InboxKind)
    said = [
        item(
            number // 2,
            remote_id=f"s{number}",
            kind=kinds[number % len(kinds)],
            author=(item().author, BERT)[number % 2],
            root=f"root{number % 3}",
            text="" if kinds[number % len(kinds)] in GESTURES else TEXTS[number % 3],
        )
        for number in range(9)
    ]
    await inbox.take(*said)


async def _add(house: Furnished) -> None:
    """More of what there is one of."""
    client = house.tenant.client
    other = (await client.get("/v1/calendars")).json()["data"][0]
    for path, body in (
        ("pillars", {"name": "Lac", "calendar_id": other["id"]}),
        ("slots", {"weekday": 1, "wall_time": "09:00", "calendar_id": other["id"]}),
        ("contacts", {"key": "luc", "name": "Luc Bovet"}),
        ("albums", {"name": "Lacs"}),
    ):
        answer = await client.post(f"/v1/{path}", json=body)
        assert answer.status_code == 201, answer.text
    for colour in ("red", "green", "blue"):
        sent = {"file": (f"{colour}.png", picture(colour=colour), "image/png")}
        assert (await client.post("/v1/media", files=sent)).status_code == 201
    album, media = house.here[named("alb")], house.here[named("med")]
    placed = await client.post(f"/v1/albums/{album}/place", json={"media_ids": [media]})
    assert placed.status_code == 200, placed.text


async def _count(database: Database, house: Furnished) -> None:
    """Another number of the account, on another day."""
    caller, account_id = house.tenant.caller, read("acct", house.here[named("acct")])
    async with database.transaction(caller.workspace_id) as session:
        account = await get_account(session, caller, account_id)
        counted = Sample(account.remote_id or "", Metric.POSTS, 12, "posts")
        await record_samples(session, caller, account, [counted], now=NOW)


async def _spread(
    owner: asyncpg.Connection, workspace_id: UUID, table: str, columns: dict[str, tuple[str, ...]]
) -> None:
    sets = ", ".join(
        f"{column} = CASE n % {len(values)} "
        + " ".join(f"WHEN {place} THEN {value}" for place, value in enumerate(values))
        + " END"
        for column, values in columns.items()
    )
    await owner.execute(
        f"UPDATE {table} t SET {sets} FROM (SELECT id AS row_id, row_number() OVER (ORDER BY id)"
        f" - 1 AS n FROM {table} WHERE workspace_id = $1) s"
        " WHERE t.workspace_id = $1 AND t.id = s.row_id",
        workspace_id,
    )
