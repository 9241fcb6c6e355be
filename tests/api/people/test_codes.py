import re
from datetime import UTC, datetime, timedelta

import pyotp
from fastapi import FastAPI

from domain.kernel.database import Database
from tests.browsing import Tab, browsing
from tests.people import Person, letters_to, link_to, make_person, sign_in

KEY = re.compile(r"<code>((?:[A-Z2-7]{4} ?)+)</code>")
RECOVERY = re.compile(r"<code>([a-z2-9]{5}(?:-[a-z2-9]{5}){3})</code>")
STEP = timedelta(seconds=30)


async def add_app(tab: Tab) -> tuple[pyotp.TOTP, list[str]]:
    """Turns the codes of an app on; gives the app and the recovery codes."""
    await tab.open("/account/app")
    found = KEY.search(tab.page.text)
    assert found is not None
    app = pyotp.TOTP(found[1].replace(" ", ""))
    await tab.send("/account/app", code=app.now())
    return app, RECOVERY.findall(tab.page.text)


async def forget_used(database: Database, person: Person) -> None:
    """As if the last code had been used long ago."""
    await database.reads.execute(
        "UPDATE second_factors SET last_step = NULL WHERE user_id = $1", person.id
    )


async def test_app_is_added_by_a_picture_or_a_key_and_one_code(
    tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    await tab.open("/account/app")
    assert "<svg" in tab.page.text
    assert "style=" not in tab.page.text

    _, codes = await add_app(tab)

    assert (tab.title, len(set(codes))) == ("Your recovery codes", 10)
    # They are shown once: no link for another language leads away from them.
    assert "hreflang" not in tab.page.text
    sealed = await database.reads.fetchval(
        "SELECT sealed_secret FROM second_factors WHERE user_id = $1", person.id
    )
    assert sealed[:1] == b"\x01"
    [letter] = await letters_to(database, person.email)
    assert letter.kind == "factors_changed"
    await tab.open("/account/app")
    assert "Recovery codes left: 10." in tab.page.text
    assert KEY.search(tab.page.text) is None


async def test_wrong_code_adds_no_app(app: FastAPI, tab: Tab, person: Person) -> None:
    await sign_in(tab, person)
    await tab.open("/account/app")
    key = KEY.search(tab.page.text)

    answer = await tab.send("/account/app", code="000000")

    again = KEY.search(answer.text)
    assert (answer.status_code, key and key[1]) == (403, again and again[1])
    async with browsing(app) as other:
        await sign_in(other, person)
        assert other.title == "My account"


async def test_password_alone_opens_nothing_once_there_is_an_app(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    codes, _ = await add_app(tab)
    await forget_used(database, person)
    async with browsing(app) as other:
        await sign_in(other, person, to="/account/email")
        half = other.client.cookies["parvis"]

        assert (other.path, other.title) == (
            "/sign-in/code?next=/account/email",
            "Enter your code",
        )
        for path in ("/account", "/account/app", "/confirm", "/account/sign-ins"):
            assert (await other.open(path)).request.url.path == "/sign-in"
        await other.open("/sign-in/code?next=/account/email")
        await other.send("/sign-in/code", code=codes.now())

        assert other.path == "/account/email"
        assert other.client.cookies["parvis"] != half
        other.client.cookies.set("parvis", half, domain="parvis.test")
        assert (await other.open("/account")).request.url.path == "/sign-in"
    methods = await database.reads.fetch(
        "SELECT methods FROM sign_ins WHERE user_id = $1 ORDER BY created_at", person.id
    )
    assert [row["methods"] for row in methods] == [["pwd"], ["mfa", "otp", "pwd"]]


async def test_code_counts_once(app: FastAPI, tab: Tab, person: Person) -> None:
    await sign_in(tab, person)
    codes, _ = await add_app(tab)
    used = codes.at(datetime.now(UTC) + STEP)
    async with browsing(app) as first, browsing(app) as second:
        await sign_in(first, person)
        await first.send("/sign-in/code", code=used)
        await sign_in(second, person)

        replayed = await second.send("/sign-in/code", code=used)

        assert first.title == "My account"
        assert (replayed.status_code, "used already" in replayed.text) == (403, True)
        earlier = await second.send("/sign-in/code", code=codes.now())
        assert earlier.status_code == 403


async def test_recovery_code_counts_once_however_it_is_typed(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    _, codes = await add_app(tab)
    typed = f" {codes[0].replace('-', ' ').upper()} "
    async with browsing(app) as first, browsing(app) as second:
        await sign_in(first, person)
        await first.send("/sign-in/code", code=typed)
        await sign_in(second, person)
        again = await second.send("/sign-in/code", code=typed)

        assert (first.title, again.status_code) == ("My account", 403)
    left = "SELECT count(*) FROM recovery_codes WHERE user_id = $1"
    assert await database.reads.fetchval(left, person.id) == 9


async def test_recovery_code_of_somebody_else_is_refused(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    other = await make_person(database)
    await sign_in(tab, person)
    _, codes = await add_app(tab)
    async with browsing(app) as foreign:
        await sign_in(foreign, other)
        await add_app(foreign)
        await foreign.send("/sign-out")
        await sign_in(foreign, other)

        answer = await foreign.send("/sign-in/code", code=codes[0])

    assert answer.status_code == 403


async def test_new_recovery_codes_end_the_old(app: FastAPI, tab: Tab, person: Person) -> None:
    await sign_in(tab, person)
    _, old = await add_app(tab)
    await tab.open("/account/app")

    await tab.send("/account/app/codes")

    new = RECOVERY.findall(tab.page.text)
    assert (len(new), set(new) & set(old)) == (10, set())
    async with browsing(app) as other:
        await sign_in(other, person)
        assert (await other.send("/sign-in/code", code=old[1])).status_code == 403
        await other.send("/sign-in/code", code=new[1])
        assert other.title == "My account"


async def test_removed_app_is_asked_for_no_more(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    await add_app(tab)
    await tab.open("/account/app")

    await tab.send("/account/app/remove")

    assert tab.path == "/account?done=app_removed"
    for table in ("second_factors", "recovery_codes"):
        count = f"SELECT count(*) FROM {table} WHERE user_id = $1"
        assert await database.reads.fetchval(count, person.id) == 0
    async with browsing(app) as other:
        await sign_in(other, person)
        assert other.title == "My account"


async def test_new_password_by_mail_does_not_pass_by_the_app(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    await add_app(tab)
    async with browsing(app) as other:
        await other.open("/forgot")
        await other.send("/forgot", email=person.email)
        link = await link_to(database, person.email)
        await other.open(link)
        await other.send(link, password="copper lantern 77 marmot")

        assert other.title == "Enter your code"
        assert (await other.open("/account")).request.url.path == "/sign-in"


async def test_code_is_due_within_ten_minutes(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    codes, _ = await add_app(tab)
    await forget_used(database, person)
    async with browsing(app) as other:
        await sign_in(other, person)
        await database.reads.execute(
            "UPDATE sign_ins SET expires_at = expires_at - interval '10 minutes' "
            "WHERE user_id = $1 AND awaits_code",
            person.id,
        )

        await other.send("/sign-in/code", code=codes.now())

        assert other.title == "Sign in"


async def test_codes_that_fail_lock_the_codes_of_the_account(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    codes, _ = await add_app(tab)
    await forget_used(database, person)
    async with browsing(app) as other:
        await sign_in(other, person)
        for _ in range(10):
            await other.send("/sign-in/code", code="000000")

        locked = await other.send("/sign-in/code", code=codes.now())

    assert locked.status_code == 429
