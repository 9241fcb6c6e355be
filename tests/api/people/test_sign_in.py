from datetime import timedelta

import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from tests.browsing import Tab, browsing
from tests.people import PASSWORD, Person, make_person, sign_in

REFUSED = "The e-mail address or the password is wrong."


async def count_sign_ins(database: Database, person: Person) -> int:
    count: int = await database.reads.fetchval(
        "SELECT count(*) FROM sign_ins WHERE user_id = $1", person.id
    )
    return count


async def test_right_password_signs_in_and_shows_the_account(tab: Tab, person: Person) -> None:
    await sign_in(tab, person)

    assert (tab.path, tab.page.status_code, tab.title) == ("/account", 200, "My account")
    assert person.email in tab.page.text


async def test_capitals_in_the_address_do_not_matter(tab: Tab, person: Person) -> None:
    await tab.open("/sign-in")

    await tab.send("/sign-in", email=f" {person.email.upper()} ", password=PASSWORD)

    assert tab.title == "My account"


@pytest.mark.parametrize(
    ("whose", "password"), [("theirs", "wrong"), ("nobody", PASSWORD), ("theirs", "")]
)
async def test_wrong_password_and_unknown_address_are_answered_alike(
    tab: Tab, person: Person, database: Database, whose: str, password: str
) -> None:
    email = person.email if whose == "theirs" else "nobody@example.ch"
    await tab.open("/sign-in")

    answer = await tab.send("/sign-in", email=email, password=password)

    assert (answer.status_code, answer.text.count(REFUSED)) == (403, 1)
    assert "set-cookie" not in answer.headers
    assert await count_sign_ins(database, person) == 0


async def test_person_without_a_password_cannot_sign_in_with_one(
    tab: Tab, database: Database
) -> None:
    person = await make_person(database, password=None)
    await tab.open("/sign-in")

    answer = await tab.send("/sign-in", email=person.email, password="nobody's password")

    assert (answer.status_code, await count_sign_ins(database, person)) == (403, 0)


async def test_stranger_is_sent_to_sign_in_and_back_to_where_they_wanted(
    tab: Tab, person: Person
) -> None:
    await tab.open("/account?tab=a&lang=en")
    assert tab.title == "Sign in"

    await tab.send("/sign-in", email=person.email, password=PASSWORD)

    assert tab.path == "/account?tab=a&lang=en"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example/",
        "https:evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
        "@evil.example",
        "account",
    ],
)
async def test_sign_in_leads_to_no_other_site(tab: Tab, person: Person, elsewhere: str) -> None:
    await tab.client.get("/sign-in", params={"next": elsewhere})
    await tab.open("/sign-in")

    sent = await tab.post(
        "/sign-in", **{**tab.hidden, "next": elsewhere}, email=person.email, password=PASSWORD
    )

    assert sent.status_code == 303
    assert sent.headers["location"] in {"/account", "/%09/evil.example"}
    cookies = [cookie.partition("=")[0] for cookie in sent.headers.get_list("set-cookie")]
    assert cookies == ["parvis-form", "parvis", "parvis-device"]


async def test_sign_in_gives_a_new_secret_whatever_the_browser_brought(
    tab: Tab, person: Person
) -> None:
    tab.client.cookies.set("parvis", "pv_sign_planted", domain="parvis.test")
    await tab.open("/sign-in")

    sent = await tab.post("/sign-in", **tab.hidden, email=person.email, password=PASSWORD)

    cookie = next(c for c in sent.headers.get_list("set-cookie") if c.startswith("parvis="))
    assert cookie.startswith("parvis=pv_sign_")
    assert "planted" not in cookie
    assert all(part in cookie for part in ("HttpOnly", "Path=/", "SameSite=lax", "Max-Age=2592000"))


async def test_sign_out_ends_this_browser_alone(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    kept = dict(tab.client.cookies)
    async with browsing(app) as other:
        await sign_in(other, person)
        await tab.send("/sign-out")

        assert tab.title == "Sign in"
        assert "parvis" not in dict(tab.client.cookies)
        tab.client.cookies.update(kept)
        assert (await tab.open("/account")).request.url.path == "/sign-in"
        assert (await other.open("/account")).request.url.path == "/account"
    assert await count_sign_ins(database, person) == 1


@pytest.mark.parametrize(
    ("column", "age"), [("seen_at", timedelta(hours=73)), ("expires_at", timedelta(days=31))]
)
async def test_old_sign_in_counts_no_longer(
    tab: Tab, person: Person, database: Database, column: str, age: timedelta
) -> None:
    await sign_in(tab, person)
    await database.reads.execute(
        f"UPDATE sign_ins SET {column} = {column} - $2::interval WHERE user_id = $1", person.id, age
    )

    await tab.open("/account")

    assert tab.title == "Sign in"


async def test_too_many_failures_lock_the_pair_and_nobody_else(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    other = await make_person(database)
    await tab.open("/sign-in")
    for _ in range(10):
        await tab.send("/sign-in", email=person.email, password="wrong")

    locked = await tab.send("/sign-in", email=person.email, password=PASSWORD)

    assert (locked.status_code, "rate.exceeded" in locked.text) == (429, True)
    assert int(locked.headers["retry-after"]) > 800
    assert await count_sign_ins(database, person) == 0
    async with browsing(app) as elsewhere:
        await sign_in(elsewhere, other)
        assert elsewhere.title == "My account"


async def test_browser_that_is_known_is_not_locked_out_by_strangers(
    app: FastAPI, tab: Tab, person: Person
) -> None:
    await sign_in(tab, person)
    await tab.send("/sign-out")
    async with browsing(app) as stranger:
        await stranger.open("/sign-in")
        for _ in range(11):
            await stranger.send("/sign-in", email=person.email, password="wrong")
        assert stranger.page.status_code == 429

    await sign_in(tab, person)

    assert tab.title == "My account"
