from datetime import UTC, datetime

from fastapi import FastAPI

from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.workspaces.service import seat_owner
from domain.workspaces.shapes import Role
from tests.browsing import Tab, browsing
from tests.domain.identity.build import build_member
from tests.people import PASSWORD, Person, make_person, sign_in
from tests.world import Tenant


async def count(database: Database, table: str, column: str, value: object) -> int:
    found: int = await database.reads.fetchval(
        f"SELECT count(*) FROM {table} WHERE {column} = $1", value
    )
    return found


async def own(database: Database, tenant: Tenant, person: Person) -> None:
    async with database.transaction(tenant.workspace_id) as session:
        await seat_owner(
            session,
            worker(tenant.workspace_id),
            user_id=person.id,
            name="Aline",
            email=person.email,
            now=datetime.now(UTC),
        )


async def test_person_goes_and_everything_of_them_with_them(
    app: FastAPI, tab: Tab, person: Person, database: Database, tenant: Tenant
) -> None:
    await build_member(database, tenant.workspace_id, Role.EDITOR, user_id=person.id)
    async with browsing(app) as other:
        await other.open("/forgot")
        await other.send("/forgot", email=person.email)
        await sign_in(other, person)
        await sign_in(tab, person)
        await tab.open("/account/delete")
        assert "Test house" in tab.page.text

        await tab.send("/account/delete")

        assert (tab.title, tab.page.status_code) == ("Your account is deleted", 200)
        assert "parvis" not in dict(tab.client.cookies)
        assert (await other.open("/account")).request.url.path == "/sign-in"
        await sign_in(other, person)
        assert other.page.status_code == 403
    left = {
        table: await count(database, table, column, value)
        for table, column, value in (
            ("users", "id", person.id),
            ("sign_ins", "user_id", person.id),
            ("one_time_links", "email", person.email),
            ("mails", "recipient", person.email),
        )
    }
    assert set(left.values()) == {0}, left
    members = await tenant.client.get("/v1/members")
    assert members.json()["data"] == []
    events = (await tenant.client.get("/v1/events")).json()["data"]
    assert [event["kind"] for event in events][-1] == "member.removed"
    assert events[-1]["actor"].startswith("member:mem_")
    assert person.email not in str(events)


async def test_last_owner_stays_until_somebody_else_owns_the_workspace(
    tab: Tab, person: Person, database: Database, tenant: Tenant, foreigner: Tenant
) -> None:
    await own(database, tenant, person)
    await build_member(database, foreigner.workspace_id, Role.EDITOR, user_id=person.id)
    await sign_in(tab, person)
    await tab.open("/account")
    hidden = tab.hidden

    refused = await tab.post("/account/delete", **hidden)

    assert (refused.status_code, "owner.last" in refused.text) == (409, True)
    assert await count(database, "users", "id", person.id) == 1
    assert len((await foreigner.client.get("/v1/members")).json()["data"]) == 1
    await own(database, tenant, await make_person(database))
    await tab.open("/account/delete")
    await tab.send("/account/delete")
    assert tab.title == "Your account is deleted"
    assert len((await tenant.client.get("/v1/members")).json()["data"]) == 1


async def test_account_goes_only_after_a_fresh_proof(
    tab: Tab, person: Person, database: Database
) -> None:
    await sign_in(tab, person)
    await database.reads.execute(
        "UPDATE sign_ins SET authenticated_at = authenticated_at - interval '16 minutes' "
        "WHERE user_id = $1",
        person.id,
    )

    sent = await tab.post("/account/delete", **tab.hidden)

    assert sent.headers["location"] == "/confirm?next=/account/delete"
    assert await count(database, "users", "id", person.id) == 1
    await tab.open("/account/delete")
    await tab.send("/confirm", password=PASSWORD)
    assert tab.title == "Delete my account"
