"""Where accounts are for invited people alone (SIGN_UP=false)."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from api.main import create_app
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.settings import Settings
from tests.api.workspaces.conftest import link_to as invitation_to
from tests.api.workspaces.test_invitations import invite
from tests.browsing import Tab, browsing
from tests.people import letters_to, link_to
from tests.world import Tenant, opened


@pytest.fixture(scope="module")
async def closed(settings: Settings) -> AsyncIterator[FastAPI]:
    async with opened(create_app(settings.model_copy(update={"sign_up": False}))) as running:
        yield running


@pytest.fixture
async def tab(closed: FastAPI) -> AsyncIterator[Tab]:
    async with browsing(closed) as found:
        yield found


@pytest.mark.parametrize("query", ["", "?next=/invitations/pvi_0", "?next=/account"])
async def test_stranger_makes_no_account(tab: Tab, query: str) -> None:
    shown = await tab.open(f"/sign-up{query}")

    await tab.open("/sign-in")
    assert "/sign-up" not in tab.page.text
    sent = await tab.post("/sign-up", **tab.hidden, email="a@example.ch")

    assert (shown.status_code, sent.status_code) == (404, 404)


async def test_stranger_who_forgot_gets_a_letter_without_a_link(
    tab: Tab, database: Database
) -> None:
    email = f"{new_id().hex}@example.ch"
    await tab.open("/forgot")

    await tab.send("/forgot", email=email)

    [letter] = await letters_to(database, email)
    assert tab.title == "Look into your mail"
    assert (letter.kind, "http" in (letter.text or "")) == ("stranger", False)


async def test_invited_person_makes_an_account_and_comes_back_to_the_invitation(
    tab: Tab, database: Database, tenant: Tenant
) -> None:
    email = f"{new_id().hex}@example.ch"
    await invite(tenant, email)
    invitation = await invitation_to(database, email, "invitations")
    await tab.open(f"/sign-up?next={invitation}")

    await tab.send("/sign-up", email=email)
    link = await link_to(database, email)
    await tab.open(link)
    await tab.send(link, name="Aline Favre", password="copper lantern 77 marmot")

    assert (tab.path, tab.title) == (invitation, "Join Test house")
