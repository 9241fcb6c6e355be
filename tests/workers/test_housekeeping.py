from datetime import timedelta

from arq.connections import ArqRedis

from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.settings import Settings
from tests.conftest import NOW
from tests.networks.scripted import ScriptedHttp
from tests.people import make_person
from tests.workers.world import make_context, trimmed

DAY = timedelta(days=1)
OVER = "$3::timestamptz, coalesce($4::timestamptz, $3)"
ROWS = {
    "mails": (
        "INSERT INTO mails (id, user_id, kind, recipient, subject, state, attempts, doubts, until,"
        " created_at, act_at) "
        "VALUES ($1, $2, 'reset', 'a', 's', 'done', 1, 0, $3, $3::timestamptz, $4::timestamptz)"
    ),
    "sign_ins": (
        "INSERT INTO sign_ins (id, user_id, fingerprint, methods, address, agent,"
        " authenticated_at, seen_at, created_at, expires_at) "
        f"VALUES ($1, $2, uuid_send($1), '{{}}', '', '', $3, $3, {OVER})"
    ),
    "one_time_links": (
        "INSERT INTO one_time_links (id, user_id, fingerprint, purpose, email, next_path,"
        " created_at, expires_at) "
        f"VALUES ($1, $2, uuid_send($1), 'reset', 'a', '', {OVER})"
    ),
}


async def test_what_is_over_is_deleted_and_what_goes_on_stays(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    person = await make_person(database, password=None)
    long_ago, ahead = NOW - 31 * DAY, NOW + DAY
    for statement in ROWS.values():
        for ends_at in (None, ahead):
            await database.reads.execute(statement, new_id(), person.id, long_ago, ends_at)

    await trimmed(make_context(settings, database, redis, ScriptedHttp([])))

    kept = {
        table: await database.reads.fetchval(
            f"SELECT count(*) FROM {table} WHERE user_id = $1", person.id
        )
        for table in ROWS
    }
    assert kept == {"mails": 1, "sign_ins": 1, "one_time_links": 1}
    await database.reads.execute("DELETE FROM mails WHERE user_id = $1", person.id)
