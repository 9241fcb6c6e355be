import re

from fastapi import FastAPI

from domain.kernel.database import Database
from tests.browsing import Tab, browsing
from tests.people import Person, make_person, sign_in

IDS = re.compile(r'name="id" value="(sin_[0-9a-f]{32})"')


async def test_browsers_are_listed_and_each_can_be_signed_out(
    app: FastAPI, tab: Tab, person: Person
) -> None:
    async with browsing(app, **{"User-Agent": "Firefox <b>"}) as other:
        await sign_in(other, person)
        await sign_in(tab, person)
        await tab.open("/account/sign-ins")
        listed = IDS.findall(tab.page.text)
        assert (len(listed), tab.page.text.count("this one")) == (2, 1)
        assert "Firefox &lt;b&gt;" in tab.page.text

        await tab.send("/account/sign-ins/end", id=listed[1])

        assert IDS.findall(tab.page.text) == listed[:1]
        assert (await other.open("/account")).request.url.path == "/sign-in"
    await tab.send("/account/sign-ins/end", id=listed[0])
    assert tab.path == "/sign-in"


async def test_all_others_are_signed_out_at_once(app: FastAPI, tab: Tab, person: Person) -> None:
    async with browsing(app) as other, browsing(app) as third:
        await sign_in(other, person)
        await sign_in(third, person)
        await sign_in(tab, person)
        await tab.open("/account/sign-ins")

        await tab.send("/account/sign-ins/end-others")

        assert len(IDS.findall(tab.page.text)) == 1
        for each in (other, third):
            assert (await each.open("/account")).request.url.path == "/sign-in"


async def test_sign_in_of_somebody_else_is_not_ended(
    app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    stranger = await make_person(database)
    async with browsing(app) as other:
        await sign_in(other, stranger)
        await other.open("/account/sign-ins")
        [foreign] = IDS.findall(other.page.text)
        await sign_in(tab, person)
        await tab.open("/account/sign-ins")

        await tab.send("/account/sign-ins/end", id=foreign)

        assert (await other.open("/account")).request.url.path == "/account"


async def test_second_sign_in_in_one_browser_ends_the_first(
    tab: Tab, person: Person, database: Database
) -> None:
    other = await make_person(database)
    await sign_in(tab, person)
    await tab.send("/sign-out")
    await sign_in(tab, person)
    hidden = tab.hidden
    await tab.post("/sign-in", **hidden, email=other.email, password="violet anchovy parade 48")

    count = "SELECT count(*) FROM sign_ins WHERE user_id = $1"
    assert await database.reads.fetchval(count, person.id) == 0
    assert await database.reads.fetchval(count, other.id) == 1
