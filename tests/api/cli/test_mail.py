import json
from datetime import UTC, datetime, timedelta

import pytest

from api.cli.mail import as_json, as_text, ensure_countable, newest
from api.cli.trouble import Trouble
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from domain.mail.service import plan_mail
from domain.mail.shapes import Letter

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


async def test_mails_to_one_address_are_read_newest_first(
    settings: Settings, database: Database
) -> None:
    keys = KeyRing.parse(settings.sealing_keys.get_secret_value())
    recipient = f"{new_id().hex}@example.ch"
    async with database.transaction(None) as session:
        for number in range(3):
            letter = Letter("verify", recipient, f"Letter {number}", "http://p.test/link?token=t\n")
            await plan_mail(
                session,
                keys,
                letter,
                user_id=None,
                until=NOW + timedelta(hours=1),
                now=NOW + timedelta(seconds=number),
            )

    found = await newest(settings, recipient.upper(), 2)

    assert [each.subject for each in found] == ["Letter 2", "Letter 1"]
    assert as_text(found[0]) == (
        "── 2026-11-26 09:00:02 UTC · waiting\n"
        f"To: {recipient}\nSubject: Letter 2\n\nhttp://p.test/link?token=t\n\n"
    )
    shown = json.loads(as_json(found[0]))
    assert (shown["id"][:5], shown["state"], shown["recipient"]) == ("mail_", "waiting", recipient)


@pytest.mark.parametrize("last", [0, -1, 10**20])
def test_a_number_of_mails_that_nobody_could_read_is_refused(last: int) -> None:
    """PostgreSQL refused it, and was said to be away."""
    with pytest.raises(Trouble, match=rf"--last is 1 to 10000, not {last}\."):
        ensure_countable(last)
