from datetime import timedelta

import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from tests.browsing import Tab, browsing
from tests.people import PASSWORD, Person, letters_to, link_to, make_person, sign_in

BETTER = "copper lantern 77 marmot"
OLD = timedelta(minutes=16)


async def let_time_pass(database: Database, person: Person, age: timedelta = OLD) -> None:
    await database.reads.execute(
        "UPDATE sign_ins SET authenticated_at = authenticated_at - $2::interval WHERE user_id = $1",
        person.id,
        age,
    )


async def test_name_and_language_are_changed_and_the_page_speaks_it(
    tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)

    await tab.send("/account", name=" Aline Rochat ", language="it")

    assert (tab.title, "Salvato." in tab.page.text) == ("Il mio account", True)
    [row] = await database.reads.fetch("SELECT * FROM users WHERE id = $1", person.id)
    assert (row["name"], row["language"]) == ("Aline Rochat", "it")


@pytest.mark.parametrize(
    ("name", "language"), [("", "fr"), ("A" * 121, "fr"), ("\u200b\u2060", "fr"), ("Aline", "pt")]
)
async def test_profile_that_does_not_fit_changes_nothing(
    tab: Tab, person: Person, database: Database, name: str, language: str
) -> None:
    await sign_in(tab, person)

    answer = await tab.send("/account", name=name, language=language)

    [row] = await database.reads.fetch("SELECT * FROM users WHERE id = $1", person.id)
    assert answer.status_code == 422
    assert (row["name"], row["language"]) == ("Aline Favre", "fr")


async def test_new_password_keeps_this_browser_and_ends_the_others(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    async with browsing(app) as other:
        await sign_in(other, person)
        await tab.open("/account/password")
        await tab.send("/account/password", password=BETTER)

        assert tab.path == "/account?done=password"
        assert (await other.open("/account")).request.url.path == "/sign-in"
    [letter] = await letters_to(database, person.email)
    assert letter.kind == "password_changed"


async def test_weak_password_is_not_set(tab: Tab, person: Person, database: Database) -> None:
    await sign_in(tab, person)
    before = await database.reads.fetchval(
        "SELECT password_hash FROM users WHERE id = $1", person.id
    )
    await tab.open("/account/password")

    answer = await tab.send("/account/password", password="password123")

    after = await database.reads.fetchval(
        "SELECT password_hash FROM users WHERE id = $1", person.id
    )
    assert (answer.status_code, after) == (422, before)


@pytest.mark.parametrize("path", ["/account/password", "/account/email"])
async def test_old_proof_is_asked_for_anew_and_gives_a_new_secret(
    tab: Tab, person: Person, database: Database, path: str
) -> None:
    await sign_in(tab, person)
    before = tab.client.cookies["parvis"]
    await let_time_pass(database, person)
    await tab.open(path)
    assert (tab.path, tab.title) == (f"/confirm?next={path}", "Confirm that it is you")

    refused = await tab.send("/confirm", password="wrong")
    assert refused.status_code == 403
    await tab.send("/confirm", password=PASSWORD)

    assert tab.path == path
    after = tab.client.cookies["parvis"]
    assert before != after
    tab.client.cookies.set("parvis", before, domain="parvis.test")
    assert (await tab.open("/account")).request.url.path == "/sign-in"


async def test_change_is_refused_while_the_proof_is_old(
    tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    await tab.open("/account/password")
    await let_time_pass(database, person)

    answer = await tab.post("/account/password", **tab.hidden, password=BETTER)

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/confirm?next=/account/password",
    )
    assert await letters_to(database, person.email) == []


async def test_person_without_a_password_confirms_by_mail(tab: Tab, database: Database) -> None:
    person = await make_person(database)
    await sign_in(tab, person)
    await database.reads.execute("UPDATE users SET password_hash = NULL WHERE id = $1", person.id)
    await let_time_pass(database, person)
    await tab.open("/account/password")
    await tab.send("/confirm/link")
    link = await link_to(database, person.email)

    await tab.open(link)
    await tab.send(link)

    assert tab.path == "/account/password"
    count = "SELECT count(*) FROM sign_ins WHERE user_id = $1"
    assert await database.reads.fetchval(count, person.id) == 1
