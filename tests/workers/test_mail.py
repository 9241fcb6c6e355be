from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import unquote
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from pydantic import SecretStr

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.mail.queries import newest_mails
from domain.mail.rules import FIRST_WAIT
from domain.mail.service import plan_mail
from domain.mail.shapes import Letter, MailSeen
from domain.mail.tables import Mail
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS
from tests.networks.scripted import ScriptedHttp
from tests.workers.post_office import HANGS_UP, PostOffice, open_office
from tests.workers.world import make_context
from workers.mail import send_due
from workers.smtp import Server

LETTER = Letter("reset", "aline@example.ch", "Nouveau mot de passe", "Voilà: http://p.test/x?t=1\n")


class Post:
    """The mails of one test, with a clock that is moved by hand."""

    def __init__(self, settings: Settings, database: Database, redis: ArqRedis) -> None:
        self.now = NOW
        self.database = database
        self.context = make_context(settings, database, redis, ScriptedHttp([]), lambda: self.now)

    async def plan(self, letter: Letter = LETTER) -> UUID:
        async with self.database.transaction(None) as session:
            return await plan_mail(
                session,
                KEYS,
                letter,
                user_id=None,
                until=self.now + timedelta(hours=2),
                now=self.now,
            )

    async def turn(self, *, after: timedelta = timedelta(0)) -> int:
        """What a worker does at that moment; gives how many mails it claimed."""
        self.now += after
        claimed = await send_due(self.context, None, now=self.now)
        await self.context.slots.drain(10)
        return claimed

    async def seen(self) -> MailSeen:
        async with self.database.transaction(None) as session:
            [mail] = await newest_mails(session, KEYS, recipient=None, most=2)
        return mail

    async def act_at(self) -> datetime | None:
        found: datetime | None = await self.database.reads.fetchval("SELECT act_at FROM mails")
        return found


@pytest.fixture
async def post(settings: Settings, database: Database, redis: ArqRedis) -> AsyncIterator[Post]:
    await database.reads.execute("DELETE FROM mails")
    yield Post(settings, database, redis)
    await database.reads.execute("DELETE FROM mails")


@asynccontextmanager
async def served(post: Post, office: PostOffice, user: str = "") -> AsyncIterator[None]:
    async with open_office(office) as url:
        smtp_url = SecretStr(url.replace("//", f"//{user}"))
        changed = post.context.settings.model_copy(
            update={"smtp_url": smtp_url, "mail_from": "Parvis <hallo@parvis.test>"}
        )
        object.__setattr__(post.context, "settings", changed)
        yield


async def test_mail_is_handed_over_once_and_its_text_is_kept_no_longer(post: Post) -> None:
    office = PostOffice()
    id_ = await post.plan()

    async with served(post, office):
        claimed = [await post.turn(), await post.turn(after=timedelta(days=1))]

    [message] = office.taken
    assert claimed == [1, 0]
    assert office.envelopes == [("hallo@parvis.test", ["aline@example.ch"])]
    assert message["Subject"] == "Nouveau mot de passe"
    assert message["From"] == "Parvis <hallo@parvis.test>"
    assert message["Message-ID"] == f"<{id_.hex}@parvis.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content() == LETTER.text.replace("\n", "\r\n")
    seen = await post.seen()
    assert (seen.state, seen.text, seen.problem) == ("done", None, None)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85", "\v"])
async def test_what_has_several_lines_is_one_in_a_subject(post: Post, end: str) -> None:
    """No header has them: reviews of a title with two lines failed for good, and nobody knew."""
    office = PostOffice()
    await post.plan(replace(LETTER, subject=f"Relire « La vigne{end}Bcc: eve@example.ch »"))

    async with served(post, office):
        await post.turn()

    [message] = office.taken
    assert office.envelopes == [("hallo@parvis.test", ["aline@example.ch"])]
    assert message["Subject"] == "Relire « La vigne Bcc: eve@example.ch »"
    assert message["Bcc"] is None


async def test_without_a_server_the_mail_stays_readable_here(post: Post) -> None:
    await post.plan()

    assert await post.turn() == 1
    seen = await post.seen()
    assert (seen.state, seen.text, await post.act_at()) == ("kept", LETTER.text, None)


async def test_its_text_rests_sealed(post: Post) -> None:
    await post.plan()

    sealed = await post.database.reads.fetchval("SELECT sealed_text FROM mails")
    assert b"p.test" not in sealed


async def test_server_that_is_away_is_tried_again_later(post: Post) -> None:
    office = PostOffice()
    await post.plan()
    async with served(post, office):
        pass

    await post.turn()
    away = await post.seen(), await post.act_at()
    async with served(post, office):
        await post.turn(after=timedelta(seconds=15))

    assert (away[0].state, away[0].problem) == ("waiting", "mail.server_away")
    assert away[1] == NOW + timedelta(seconds=15)
    assert ((await post.seen()).state, len(office.taken)) == ("done", 1)


async def test_busy_server_is_tried_again_and_a_firm_no_is_final(post: Post) -> None:
    office = PostOffice(on_recipient=["450 Busy", "550 Nobody here"])
    await post.plan()

    async with served(post, office):
        await post.turn()
        busy = await post.seen()
        await post.turn(after=timedelta(seconds=15))

    seen = await post.seen()
    assert (busy.state, busy.problem) == ("waiting", "mail.server_away")
    assert (seen.state, seen.problem, await post.act_at()) == ("failed", "mail.refused", None)
    assert office.taken == []


async def test_doubtful_mail_goes_once_more_under_the_same_id(post: Post) -> None:
    office = PostOffice(on_text=[HANGS_UP])
    await post.plan()

    async with served(post, office):
        await post.turn()
        doubtful = await post.seen()
        early = await post.turn(after=timedelta(seconds=119))
        await post.turn(after=timedelta(seconds=1))

    assert (doubtful.state, doubtful.problem) == ("unknown", "mail.outcome_unknown")
    assert early == 0
    assert (await post.seen()).state == "done"
    assert len({message["Message-ID"] for message in office.taken}) == 1
    assert len(office.taken) == 2


async def test_mail_doubted_twice_is_left_to_its_person(post: Post) -> None:
    office = PostOffice(on_text=[HANGS_UP, HANGS_UP])
    await post.plan()

    async with served(post, office):
        await post.turn()
        await post.turn(after=timedelta(minutes=2))
        third = await post.turn(after=timedelta(hours=1))

    seen = await post.seen()
    assert (seen.state, seen.problem, await post.act_at()) == (
        "unknown",
        "mail.outcome_unknown",
        None,
    )
    assert (third, len(office.taken)) == (0, 2)


async def test_mail_of_a_lost_worker_is_in_doubt_when_its_lease_ends(post: Post) -> None:
    await post.plan()
    await post.database.reads.execute(
        "UPDATE mails SET state = 'going', attempts = 1, act_at = $1",
        NOW + post.context.settings.lease,
    )

    early = await post.turn()
    await post.turn(after=post.context.settings.lease)

    seen = await post.seen()
    assert (early, seen.state, seen.problem) == (0, "unknown", "mail.worker_lost")


async def test_mail_that_cannot_be_opened_waits_for_its_key_and_keeps_back_no_other(
    post: Post,
) -> None:
    office = PostOffice()
    sealed_elsewhere = await post.plan()
    await post.plan()
    async with post.database.transaction(None) as session:
        row = await session.get_one(Mail, sealed_elsewhere)
        row.sealed_text = b"sealed elsewhere"

    async with served(post, office):
        claimed = await post.turn()

    async with post.database.transaction(None) as session:
        row = await session.get_one(Mail, sealed_elsewhere)
    assert (claimed, len(office.taken)) == (1, 1)
    assert (row.state, row.problem) == ("waiting", "mail.seal_broken")
    assert row.act_at == NOW + FIRST_WAIT


async def test_mail_that_came_too_late_is_not_sent(post: Post) -> None:
    office = PostOffice()
    await post.plan()

    async with served(post, office):
        await post.turn(after=timedelta(hours=2))

    seen = await post.seen()
    assert (seen.state, seen.problem, office.taken) == ("failed", "mail.too_late", [])


@pytest.mark.parametrize(
    ("user", "state", "problem"),
    [("parvis:p%3Ass@", "done", None), ("parvis:wrong@", "waiting", "mail.login_refused")],
)
async def test_server_that_asks_for_a_login_gets_it(
    post: Post, user: str, state: str, problem: str | None
) -> None:
    office = PostOffice()
    await post.plan()

    async with served(post, office, user):
        await post.turn()

    seen = await post.seen()
    assert (seen.state, seen.problem) == (state, problem)
    assert office.logins[0] == (b"parvis", unquote(user[7:-1]).encode())


async def test_two_workers_at_once_send_one_mail(post: Post) -> None:
    office = PostOffice()
    await post.plan()

    async with served(post, office):
        claimed = [
            await send_due(post.context, None, now=NOW),
            await send_due(post.context, None, now=NOW),
        ]
        await post.context.slots.drain(10)

    assert (sorted(claimed), len(office.taken)) == ([0, 1], 1)


async def test_line_break_in_a_recipient_adds_no_header(post: Post) -> None:
    office = PostOffice()
    await post.plan(replace(LETTER, recipient="a@example.ch\r\nBcc: all@example.ch"))

    async with served(post, office):
        await post.turn()

    seen = await post.seen()
    assert (seen.state, seen.problem, office.taken) == ("failed", "mail.malformed", [])


def test_secrets_go_under_tls_unless_they_stay_on_this_machine() -> None:
    away = Server.parse("smtp://u:p@mail.example.ch")
    here = Server.parse("smtp://u:p@127.0.0.1:2525")
    sealed = Server.parse("smtps://u:p@mail.example.ch")
    plain = Server.parse("smtp://mail.example.ch:25")

    assert (away.port, away.start_tls) == (587, True)
    assert (here.port, here.start_tls) == (2525, None)
    assert (sealed.port, sealed.is_tls, sealed.start_tls) == (465, True, None)
    assert (plain.port, plain.start_tls, plain.user) == (25, None, None)


@pytest.mark.parametrize("url", ["mail.example.ch", "http://mail.example.ch", "smtp://"])
def test_url_of_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL begins with"):
        Server.parse(url)
