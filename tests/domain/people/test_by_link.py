from datetime import timedelta

import pytest

from domain.kernel.database import Database
from domain.kernel.errors import LinkInvalid
from domain.people.by_link import reset_by_link, sign_in_by_link
from domain.people.link_urls import new_token, url_of
from domain.people.links import make_link, read_link, void_links
from domain.people.shapes import Mailing, Purpose
from tests.conftest import NOW
from tests.people import KEYS, Person, make_person

MAILING = Mailing(KEYS, "http://p.test", timedelta(hours=24))


async def make(database: Database, person: Person, purpose: Purpose) -> str:
    token = new_token()
    async with database.transaction(None) as session:
        await make_link(
            session,
            purpose,
            email=person.email,
            user_id=person.id,
            token=token,
            lasts=MAILING.lasts,
            next_path="/next",
            now=NOW,
        )
    return token


async def purpose_of(database: Database, token: str) -> Purpose:
    async with database.transaction(None) as session:
        return (await read_link(session, token, now=NOW)).purpose


def test_url_of_a_link_holds_its_secret_where_logs_blot_it_out() -> None:
    assert url_of("http://p.test", "pv_link_ab") == "http://p.test/link?token=pv_link_ab"


async def test_link_for_one_thing_does_no_other_and_stays(database: Database) -> None:
    token = await make(database, await make_person(database), Purpose.VERIFY)

    with pytest.raises(LinkInvalid):
        async with database.transaction(None) as session:
            await reset_by_link(session, MAILING, token, password_hash="x", now=NOW)

    assert await purpose_of(database, token) is Purpose.VERIFY


async def test_use_of_a_link_ends_its_twins_and_no_others(database: Database) -> None:
    person = await make_person(database)
    first, second = [await make(database, person, Purpose.SIGN_IN) for _ in range(2)]
    other = await make(database, person, Purpose.VERIFY)

    async with database.transaction(None) as session:
        assert await sign_in_by_link(session, second, now=NOW) == (person.id, "/next")

    with pytest.raises(LinkInvalid):
        await purpose_of(database, first)
    assert await purpose_of(database, other) is Purpose.VERIFY


async def test_link_counts_to_the_end_of_its_time(database: Database) -> None:
    token = await make(database, await make_person(database), Purpose.SIGN_IN)

    async with database.transaction(None) as session:
        last = NOW + MAILING.lasts - timedelta(seconds=1)
        assert (await read_link(session, token, now=last)).email.startswith("aline-")
        with pytest.raises(LinkInvalid):
            await read_link(session, token, now=NOW + MAILING.lasts)


async def test_voided_links_count_no_longer(database: Database) -> None:
    person, other = await make_person(database), await make_person(database)
    token, kept = (
        await make(database, person, Purpose.RESET),
        await make(database, other, Purpose.RESET),
    )

    async with database.transaction(None) as session:
        await void_links(session, person.id, email=person.email)

    with pytest.raises(LinkInvalid):
        await purpose_of(database, token)
    assert await purpose_of(database, kept) is Purpose.RESET
