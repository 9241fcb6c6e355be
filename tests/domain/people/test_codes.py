from datetime import datetime, timedelta

import pyotp
import pytest

from domain.kernel.database import Database
from domain.kernel.errors import CodeRefused
from domain.people.codes import app_uri, begin_app, check_code, confirm_app, has_app
from domain.people.shapes import Method
from tests.conftest import NOW
from tests.people import KEYS, Person, make_person

STEP = timedelta(seconds=30)
LATER = NOW + timedelta(hours=1)


async def make_app(database: Database, person: Person) -> tuple[pyotp.TOTP, list[str]]:
    """An app that counts since `NOW`, and recovery codes."""
    async with database.transaction(None) as session:
        secret = await begin_app(session, KEYS, person.id, now=NOW)
        app = pyotp.TOTP(secret)
        codes = await confirm_app(session, KEYS, person.id, app.at(NOW), now=NOW)
    return app, codes


async def send(database: Database, person: Person, code: str, *, now: datetime = LATER) -> Method:
    async with database.transaction(None) as session:
        return await check_code(session, KEYS, person.id, code, now=now)


@pytest.mark.parametrize("off", [-1, 0, 1])
async def test_clock_may_be_half_a_minute_off(database: Database, off: int) -> None:
    person = await make_person(database, password=None)
    app, _ = await make_app(database, person)

    assert await send(database, person, app.at(LATER + off * STEP)) is Method.CODE


@pytest.mark.parametrize("off", [-2, 2])
async def test_clock_that_is_further_off_is_refused(database: Database, off: int) -> None:
    person = await make_person(database, password=None)
    app, _ = await make_app(database, person)

    with pytest.raises(CodeRefused):
        await send(database, person, app.at(LATER + off * STEP))


@pytest.mark.parametrize("off", [-1, 0])
async def test_code_as_old_as_one_that_was_taken_is_refused(database: Database, off: int) -> None:
    person = await make_person(database, password=None)
    app, _ = await make_app(database, person)
    await send(database, person, app.at(LATER))

    with pytest.raises(CodeRefused):
        await send(database, person, app.at(LATER + off * STEP))


async def test_code_that_confirmed_the_app_signs_nobody_in(database: Database) -> None:
    person = await make_person(database, password=None)
    app, _ = await make_app(database, person)

    with pytest.raises(CodeRefused):
        await send(database, person, app.at(NOW), now=NOW)


async def test_app_that_was_not_confirmed_is_not_asked_for(database: Database) -> None:
    person = await make_person(database, password=None)
    async with database.transaction(None) as session:
        secret = await begin_app(session, KEYS, person.id, now=NOW)
        again = await begin_app(session, KEYS, person.id, now=NOW)

        assert (secret, await has_app(session, person.id)) == (again, False)
    with pytest.raises(CodeRefused):
        await send(database, person, pyotp.TOTP(secret).at(LATER))


async def test_second_app_is_not_begun_beside_the_first(database: Database) -> None:
    person = await make_person(database, password=None)
    await make_app(database, person)

    with pytest.raises(CodeRefused):
        async with database.transaction(None) as session:
            await begin_app(session, KEYS, person.id, now=NOW)


@pytest.mark.parametrize("code", ["", "12345", "１２３４５６", "é" * 6, "abcde-abcde-abcde-abcde"])
async def test_what_is_no_code_is_refused(database: Database, code: str) -> None:
    person = await make_person(database, password=None)
    await make_app(database, person)

    with pytest.raises(CodeRefused):
        await send(database, person, code)


def test_picture_names_the_house_and_the_person() -> None:
    assert app_uri("A" * 32, "a@example.ch") == (
        f"otpauth://totp/Parvis:a%40example.ch?secret={'A' * 32}&issuer=Parvis"
    )
