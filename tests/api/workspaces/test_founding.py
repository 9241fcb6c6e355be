from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from fastapi import FastAPI

from api.main import create_app
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.workspaces.founding import MOST_OWNED, slug_of
from domain.workspaces.queries import get_workspace
from domain.workspaces.shapes import WorkspaceKind
from tests.browsing import Tab, browsing
from tests.people import Person, make_person, sign_in
from tests.world import opened

PATH = "/account/workspaces"
SEATS = "SELECT workspace_name, slug, role FROM parvis_memberships($1)"


@pytest.fixture
async def tab(app: FastAPI) -> AsyncIterator[Tab]:
    async with browsing(app) as found:
        yield found


async def test_who_has_an_account_founds_a_workspace_and_owns_it(
    tab: Tab, database: Database
) -> None:
    person = await make_person(database)
    await sign_in(tab, person)
    await tab.open(PATH)

    await tab.send(PATH, name="L’Écho du Léman")

    [seat] = await database.reads.fetch(SEATS, person.id)
    assert tab.path == PATH
    assert "L’Écho du Léman" in tab.page.text
    assert (seat["workspace_name"], seat["role"]) == ("L’Écho du Léman", "owner")
    assert seat["slug"].startswith("lecho-du-leman-")


async def test_a_workspace_can_be_founded_for_trying_things(tab: Tab, database: Database) -> None:
    person = await make_person(database)
    await sign_in(tab, person)
    await tab.open(PATH)

    await tab.send(PATH, name="Trial", kind="test")

    [seat] = await database.reads.fetch(SEATS, person.id)
    workspace_id = await database.reads.fetchval(
        "SELECT workspace_id FROM parvis_memberships($1)", person.id
    )
    async with database.transaction(workspace_id) as session:
        view = await get_workspace(session, worker(workspace_id))
    assert (view.name, view.kind) == (seat["workspace_name"], WorkspaceKind.TEST)


async def test_founding_is_told_by_the_person_who_did_it(tab: Tab, database: Database) -> None:
    person = await make_person(database)
    await sign_in(tab, person)
    await tab.open(PATH)
    await tab.send(PATH, name="Echo")

    workspace_id = await database.reads.fetchval(
        "SELECT workspace_id FROM parvis_memberships($1)", person.id
    )
    async with database.transaction(workspace_id) as session:
        rows = await (await session.connection()).exec_driver_sql(
            "SELECT kind, actor FROM events ORDER BY number"
        )
        told = [tuple(row) for row in rows]

    actor = f"user:usr_{person.id.hex}"
    assert told == [("workspace.created", actor), ("member.added", actor)]


@pytest.mark.parametrize("name", ["", "A" * 121])
async def test_name_that_does_not_fit_founds_nothing(
    tab: Tab, database: Database, name: str
) -> None:
    person = await make_person(database)
    await sign_in(tab, person)
    await tab.open(PATH)

    answer = await tab.send(PATH, name=name)

    assert answer.status_code == 422
    assert await database.reads.fetch(SEATS, person.id) == []


async def test_unproved_address_founds_nothing(tab: Tab, database: Database) -> None:
    person = await make_person(database, is_email_verified=False)
    await sign_in(tab, person)
    await tab.open(PATH)

    answer = await tab.send(PATH, name="Echo")

    assert answer.status_code == 409
    assert await database.reads.fetch(SEATS, person.id) == []


async def test_owner_of_many_founds_no_other(tab: Tab, database: Database) -> None:
    person = await make_person(database)
    await sign_in(tab, person)
    await tab.open(PATH)
    for number in range(MOST_OWNED):
        await tab.send(PATH, name=f"Echo {number}")

    answer = await tab.send(PATH, name="One more")

    assert answer.status_code == 409
    assert len(await database.reads.fetch(SEATS, person.id)) == MOST_OWNED


async def test_nobody_founds_where_sign_up_is_closed(
    settings: Settings, database: Database
) -> None:
    person: Person = await make_person(database)
    closed = settings.model_copy(update={"sign_up": False})
    async with opened(create_app(closed)) as app, browsing(app) as tab:
        await sign_in(tab, person)
        await tab.open(PATH)
        shown = tab.page.text

        answer = await tab.send(PATH, name="Echo")

    assert (answer.status_code, f'action="{PATH}"' in shown) == (404, False)
    assert await database.reads.fetch(SEATS, person.id) == []


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("L’Écho du Léman", "lecho-du-leman-89abcdef"),
        ("東京", "workspace-89abcdef"),
        ("a" * 60, f"{'a' * 40}-89abcdef"),
    ],
)
def test_short_name_is_made_of_the_name_and_the_id(name: str, slug: str) -> None:
    assert slug_of(name, UUID("01890000-0000-7000-8000-000089abcdef")) == slug
