import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import pytest
from fastapi import FastAPI

from api.main import create_app
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.authenticator import PRESENT, Authenticator
from tests.browsing import ROOT, Tab, browsing
from tests.people import Person, letters_to, make_person, sign_in
from tests.world import opened

QUESTION = re.compile(r'data-options="([^"]+)"')


@pytest.fixture(scope="module")
async def named_app(settings: Settings) -> AsyncIterator[FastAPI]:
    """An api that is reached under a name: passkeys are made for no address."""
    async with opened(create_app(settings.model_copy(update={"public_url": ROOT}))) as running:
        yield running


@pytest.fixture
async def tab(named_app: FastAPI) -> AsyncIterator[Tab]:
    async with browsing(named_app) as found:
        yield found


def question(tab: Tab) -> str:
    found = QUESTION.search(tab.page.text)
    assert found is not None
    return unescape(found[1])


async def add_passkey(tab: Tab, device: Authenticator, name: str = "Phone") -> int:
    await tab.open("/account/passkeys")
    sent = await tab.send("/account/passkeys", name=name, credential=device.make(question(tab)))
    return sent.status_code


async def count(database: Database, person: Person) -> int:
    found: int = await database.reads.fetchval(
        "SELECT count(*) FROM passkeys WHERE user_id = $1", person.id
    )
    return found


async def test_passkey_signs_in_without_a_password(
    named_app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    device = Authenticator()
    await sign_in(tab, person)
    assert await add_passkey(tab, device) == 200
    assert "Phone" in tab.page.text
    async with browsing(named_app) as other:
        await other.open("/sign-in?next=/account/email")
        await other.send("/sign-in/passkey", credential=device.answer(question(other)))

        assert other.path == "/account/email"
    methods = await database.reads.fetchval(
        "SELECT methods FROM sign_ins WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1",
        person.id,
    )
    assert methods == ["mfa", "pop"]
    assert [each.kind for each in await letters_to(database, person.email)] == ["factors_changed"]


async def test_answer_counts_once(named_app: FastAPI, tab: Tab, person: Person) -> None:
    device = Authenticator()
    await sign_in(tab, person)
    await add_passkey(tab, device)
    async with browsing(named_app) as other:
        await other.open("/sign-in")
        hidden, answer = other.hidden, device.answer(question(other))
        first = await other.post("/sign-in/passkey", **{**hidden, "credential": answer})
        other.client.cookies.delete("parvis")
        again = await other.post("/sign-in/passkey", **{**hidden, "credential": answer})

    assert (first.status_code, again.status_code) == (303, 403)


async def test_answer_to_another_browser_is_refused(
    named_app: FastAPI, tab: Tab, person: Person
) -> None:
    device = Authenticator()
    await sign_in(tab, person)
    await add_passkey(tab, device)
    async with browsing(named_app) as mine, browsing(named_app) as theirs:
        await mine.open("/sign-in")
        stolen = device.answer(question(mine))
        await theirs.open("/sign-in")

        answer = await theirs.send("/sign-in/passkey", credential=stolen)

    assert (answer.status_code, "passkey.refused" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "device", [Authenticator(origin="http://evil.example"), Authenticator(flags=PRESENT)]
)
async def test_passkey_of_another_site_or_without_its_person_is_not_kept(
    tab: Tab, person: Person, database: Database, device: Authenticator
) -> None:
    await sign_in(tab, person)

    assert await add_passkey(tab, device) == 403
    assert await count(database, person) == 0


async def test_passkey_that_is_called_nothing_is_not_kept(
    tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)

    assert await add_passkey(tab, Authenticator(), "\u200b\u2060") == 422
    assert await count(database, person) == 0


async def test_forged_signature_and_stale_count_are_refused(
    named_app: FastAPI, tab: Tab, person: Person
) -> None:
    device = Authenticator(count=5)
    await sign_in(tab, person)
    await add_passkey(tab, device)
    forger = Authenticator(id=device.id, user=device.user, count=9)
    device.count = 3
    for each in (forger, device):
        async with browsing(named_app) as other:
            await other.open("/sign-in")
            answer = await other.send("/sign-in/passkey", credential=each.answer(question(other)))

            assert answer.status_code == 403
            assert (await other.open("/account")).request.url.path == "/sign-in"


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", '{"response": {}}', "x" * 50])
async def test_what_is_no_answer_is_refused(tab: Tab, credential: str) -> None:
    await tab.open("/sign-in")

    answer = await tab.send("/sign-in/passkey", credential=credential)

    assert answer.status_code == 403


async def test_same_passkey_is_not_kept_twice(
    named_app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    device, other = Authenticator(), await make_person(database)
    await sign_in(tab, person)
    await add_passkey(tab, device)
    await tab.open("/account/passkeys")
    known = json.loads(question(tab))["excludeCredentials"]
    async with browsing(named_app) as foreign:
        await sign_in(foreign, other)
        assert await add_passkey(foreign, device) == 403

    assert (len(known), await count(database, other)) == (1, 0)


async def test_passkey_confirms_its_owner_alone(
    named_app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    own, foreign, other = Authenticator(), Authenticator(), await make_person(database)
    async with browsing(named_app) as elsewhere:
        await sign_in(elsewhere, other)
        await add_passkey(elsewhere, foreign)
    await sign_in(tab, person)
    await add_passkey(tab, own)
    await database.reads.execute(
        "UPDATE sign_ins SET authenticated_at = authenticated_at - $2::interval WHERE user_id = $1",
        person.id,
        timedelta(minutes=16),
    )
    await tab.open("/account/password")

    refused = await tab.post(
        "/confirm/passkey", **{**tab.hidden, "credential": foreign.answer(question(tab))}
    )
    await tab.open("/account/password")
    before = tab.client.cookies["parvis"]
    await tab.send("/confirm/passkey", credential=own.answer(question(tab)))

    assert (refused.status_code, tab.path) == (403, "/account/password")
    assert tab.client.cookies["parvis"] != before


async def test_removed_passkey_signs_nobody_in(
    named_app: FastAPI, tab: Tab, person: Person, database: Database
) -> None:
    device, other = Authenticator(), await make_person(database)
    await sign_in(tab, person)
    await add_passkey(tab, device)
    id_ = tab.hidden["id"]
    async with browsing(named_app) as foreign:
        await sign_in(foreign, other)
        await foreign.open("/account/passkeys")
        await foreign.send("/account/passkeys/remove", id=id_)
        assert await count(database, person) == 1
    await tab.send("/account/passkeys/remove", id=id_)

    assert await count(database, person) == 0
    async with browsing(named_app) as foreign:
        await foreign.open("/sign-in")
        sent = await foreign.send("/sign-in/passkey", credential=device.answer(question(foreign)))
        assert sent.status_code == 403


async def test_where_there_is_no_name_no_passkey_is_offered(app: FastAPI, person: Person) -> None:
    async with browsing(app) as tab:
        await sign_in(tab, person)
        await tab.open("/account/passkeys")

    assert "data-passkey" not in tab.page.text
    assert "Passkeys need this service to have a domain name." in tab.page.text
