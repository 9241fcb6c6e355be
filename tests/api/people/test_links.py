import asyncio
from datetime import timedelta

import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.kernel.ids import new_id
from tests.browsing import Tab, browsing
from tests.people import PASSWORD, Person, letters_to, link_to, make_person, sign_in

BETTER = "copper lantern 77 marmot"


async def ask(tab: Tab, path: str, email: str) -> None:
    await tab.open(path)
    await tab.send(path.partition("?")[0], email=email)
    assert tab.title == "Look into your mail"


async def test_person_signs_up_through_their_mailbox(tab: Tab, database: Database) -> None:
    email = f"{new_id().hex}@example.ch"
    await ask(tab, "/sign-up?next=/account?tab=new", email)
    await tab.open(await link_to(database, email))
    assert tab.title == "Finish your account"

    await tab.send(await link_to(database, email), name="Aline Favre", password=BETTER)

    assert tab.path == "/account?tab=new"
    [row] = await database.reads.fetch("SELECT * FROM users WHERE email = $1", email)
    assert (row["name"], row["language"]) == ("Aline Favre", "en")
    assert row["email_verified_at"] is not None
    assert row["password_hash"].startswith("$argon2id$")


async def test_name_that_nobody_sees_makes_no_account(tab: Tab, database: Database) -> None:
    email = f"{new_id().hex}@example.ch"
    await ask(tab, "/sign-up", email)
    link = await link_to(database, email)
    await tab.open(link)

    refused = await tab.send(link, name="\u200b\u2060", password=BETTER)

    assert (refused.status_code, 'id="name-fault"' in refused.text) == (422, True)
    assert await database.reads.fetch("SELECT FROM users WHERE email = $1", email) == []


async def test_new_password_signs_every_other_browser_out(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    async with browsing(app) as other:
        await sign_in(other, person)
        await ask(tab, "/forgot?next=/account", person.email)
        link = await link_to(database, person.email)
        await tab.open(link)
        await tab.send(link, password=BETTER)

        assert tab.title == "My account"
        assert (await other.open("/account")).request.url.path == "/sign-in"
        await sign_in(other, person)
        assert other.page.status_code == 403
        await sign_in(other, person, password=BETTER)
        assert other.title == "My account"
    subjects = [letter.subject for letter in await letters_to(database, person.email)]
    assert subjects == ["Votre mot de passe a changé", "Choisir un nouveau mot de passe"]


@pytest.mark.parametrize("path", ["/forgot", "/sign-up"])
async def test_answer_does_not_tell_whether_somebody_has_the_address(
    app: FastAPI, person: Person, database: Database, path: str
) -> None:
    nobody = f"{new_id().hex}@example.ch"
    pages, letters, links = [], [], []
    for email in (person.email, nobody):
        async with browsing(app) as tab:
            await ask(tab, path, email)
            pages.append(tab.page.text.replace(email, "…"))
            letters.append(len(await letters_to(database, email)))
        query = "SELECT count(*) FROM one_time_links WHERE email = $1"
        links.append(await database.reads.fetchval(query, email))

    assert pages[0] == pages[1]
    assert letters == links == [1, 1]


async def test_who_has_an_account_is_told_so_by_mail_alone(
    tab: Tab, person: Person, database: Database
) -> None:
    await ask(tab, "/sign-up", person.email)

    [letter] = await letters_to(database, person.email)
    assert letter.subject == "Vous avez déjà un compte"
    assert (await tab.open(await link_to(database, person.email))).status_code == 200
    assert tab.title == "Choose a new password"


async def test_who_has_none_is_told_so_by_mail_alone(tab: Tab, database: Database) -> None:
    email = f"{new_id().hex}@example.ch"

    await ask(tab, "/forgot", email)

    [letter] = await letters_to(database, email)
    assert letter.subject == "No account with this address"
    assert (await tab.open(await link_to(database, email))).status_code == 200
    assert tab.title == "Finish your account"


async def test_looking_at_a_link_uses_nothing_up_and_its_second_use_is_refused(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    await ask(tab, "/forgot", person.email)
    link = await link_to(database, person.email)
    for _ in range(3):
        assert (await tab.open(link)).status_code == 200
    hidden = tab.hidden
    async with browsing(app) as other:
        await other.open(link)
        await other.send(link, password=BETTER)
        assert other.title == "My account"

    answer = await tab.post(link, **hidden, password=PASSWORD)

    assert answer.status_code == 404
    assert "link.invalid" in answer.text
    async with browsing(app) as other:
        await sign_in(other, person, password=BETTER)
        assert other.title == "My account"


async def test_of_two_who_follow_a_link_at_once_one_comes_in(
    tab: Tab, person: Person, database: Database
) -> None:
    await ask(tab, "/forgot", person.email)
    link = await link_to(database, person.email)
    await tab.open(link)

    sent = [tab.post(link, **tab.hidden, password=BETTER) for _ in range(4)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*sent))

    assert statuses == [303, 404, 404, 404]


async def test_old_link_and_made_up_link_are_refused(
    tab: Tab, person: Person, database: Database
) -> None:
    await ask(tab, "/forgot", person.email)
    link = await link_to(database, person.email)
    await database.reads.execute(
        "UPDATE one_time_links SET expires_at = expires_at - $2::interval WHERE email = $1",
        person.email,
        timedelta(hours=24),
    )

    answers = [await tab.open(path) for path in (link, "/link?token=pv_link_0", "/link")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_weak_password_leaves_the_link_as_it_was(
    tab: Tab, person: Person, database: Database
) -> None:
    await ask(tab, "/forgot", person.email)
    link = await link_to(database, person.email)
    await tab.open(link)

    refused = await tab.send(link, password="AlineFavre2026!")
    assert (refused.status_code, 'id="password-fault"' in refused.text) == (422, True)
    assert 'aria-describedby="password-hint password-fault"' in refused.text
    await tab.send(link, password=BETTER)

    assert tab.title == "My account"


async def test_email_changes_when_the_new_address_is_proved(
    tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    email = f"{new_id().hex}@example.ch"
    await tab.open("/account/email")
    await tab.send("/account/email", email=email.upper())
    asked = await database.reads.fetchval("SELECT email FROM users WHERE id = $1", person.id)

    link = await link_to(database, email)
    await tab.open(link)
    await tab.send(link)

    changed = await database.reads.fetchval("SELECT email FROM users WHERE id = $1", person.id)
    assert (asked, changed) == (person.email, email)
    [told] = await letters_to(database, person.email)
    assert (told.subject, email in (told.text or "")) == ("Votre adresse e-mail a changé", True)


async def test_address_of_somebody_else_is_not_taken_over(
    tab: Tab, person: Person, database: Database
) -> None:
    other = await make_person(database)
    await sign_in(tab, person)
    await tab.open("/account/email")

    await tab.send("/account/email", email=other.email)

    [letter] = await letters_to(database, other.email)
    assert tab.path == "/account?done=email_asked"
    assert "link?token" not in (letter.text or "")
    emails = await database.reads.fetch(
        "SELECT email FROM users WHERE id = ANY ($1) ORDER BY id", [person.id, other.id]
    )
    assert [row["email"] for row in emails] == [person.email, other.email]


async def test_address_that_was_taken_meanwhile_is_not_taken_over(
    tab: Tab, person: Person, database: Database
) -> None:
    email = f"{new_id().hex}@example.ch"
    await sign_in(tab, person)
    await tab.open("/account/email")
    await tab.send("/account/email", email=email)
    link = await link_to(database, email)
    await database.reads.execute(
        "INSERT INTO users (id, email, name, language, created_at, updated_at) "
        "VALUES ($1, $2, 'B', 'fr', now(), now())",
        new_id(),
        email,
    )
    await tab.open(link)

    answer = await tab.send(link)

    kept = await database.reads.fetchval("SELECT email FROM users WHERE id = $1", person.id)
    assert (answer.status_code, kept) == (404, person.email)


async def test_unproved_address_is_proved_by_its_link(tab: Tab, database: Database) -> None:
    person = await make_person(database, is_email_verified=False)
    await sign_in(tab, person)
    assert "This address is not confirmed yet." in tab.page.text
    await tab.send("/account/verify")

    link = await link_to(database, person.email)
    await tab.open(link)
    await tab.send(link)

    assert tab.path == "/account?done=verify"
    assert "not confirmed" not in tab.page.text


@pytest.mark.parametrize(
    "email", ["", "aline", "a@b", "a b@example.ch", "a@example.ch\r\nBcc: b@example.ch", "é@e.ch"]
)
async def test_what_is_no_address_gets_no_mail(tab: Tab, database: Database, email: str) -> None:
    before = await database.reads.fetchval("SELECT count(*) FROM mails")
    await tab.open("/forgot")

    answer = await tab.send("/forgot", email=email)

    assert (answer.status_code, "not an e-mail address" in answer.text) == (422, True)
    assert await database.reads.fetchval("SELECT count(*) FROM mails") == before
