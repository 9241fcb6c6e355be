"""/v1/invitations and their page: who is asked in, as what, and what comes of it."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import text

from domain.kernel.database import Database
from domain.kernel.ids import new_id, read, show
from domain.workspaces.shapes import Role
from tests.api.graph.asking import ask
from tests.api.workspaces.conftest import Seat, last_event, link_to, make_community
from tests.browsing import Tab, browsing
from tests.people import Person, letters_to, sign_in
from tests.world import Tenant


async def invite(tenant: Tenant, email: str, **changes: Any) -> dict[str, Any]:
    body = {"email": email, "role": "editor", "language": "en"} | changes
    answer = await tenant.client.post("/v1/invitations", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def state_of(tenant: Tenant, made: dict[str, Any]) -> str:
    found: str = (await tenant.client.get(f"/v1/invitations/{made['id']}")).json()["state"]
    return found


async def expire(database: Database, tenant: Tenant) -> None:
    async with database.transaction(tenant.workspace_id) as session:
        await session.exec(text("UPDATE invitations SET expires_at = now() - interval '1 s'"))  # type: ignore[call-overload]  # SQLModel types no text()


async def members(tenant: Tenant) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await tenant.client.get("/v1/members")).json()["data"]
    return found


async def test_invited_person_joins_through_their_mailbox(
    tenant: Tenant, database: Database, tab: Tab, person: Person
) -> None:
    vaud = await make_community(tenant, "vaud")
    made = await invite(tenant, person.email.upper(), communities=[vaud])
    link = await link_to(database, person.email, "invitations")
    await tab.open(link)
    assert tab.title == "Join Test house"
    [sign_up] = re.findall(r'href="(/sign-up[^"]+)"', tab.page.text)
    assert f"/sign-in?next={link}&amp;hint=" in tab.page.text
    await tab.open(unescape(sign_up))
    assert f'value="{person.email}"' in tab.page.text

    await sign_in(tab, person, to=link)
    assert tab.path == link
    await tab.send(link)

    assert tab.title == "Welcome"
    [member] = await members(tenant)
    assert (member["role"], member["communities"]) == ("editor", [vaud])
    assert (member["user_id"], member["email"]) == (show("usr", person.id), person.email)
    accepted = (await tenant.client.get(f"/v1/invitations/{made['id']}")).json()
    assert (accepted["state"], accepted["member_id"]) == ("accepted", member["id"])
    events = (await tenant.client.get("/v1/events?limit=100")).json()["data"]
    assert [(each["kind"], each["actor"]) for each in events[-2:]] == [
        ("member.added", f"user:{show('usr', person.id)}"),
        ("invitation.accepted", f"user:{show('usr', person.id)}"),
    ]
    assert person.email not in str(events)


async def test_letter_speaks_the_language_of_the_person_or_the_one_that_was_named(
    tenant: Tenant, database: Database, person: Person
) -> None:
    stranger = f"{new_id().hex}@example.ch"
    await invite(tenant, person.email, language="de")
    await invite(tenant, stranger, language="de")

    [known], [unknown] = (
        await letters_to(database, person.email),
        await letters_to(database, stranger),
    )
    assert known.subject == "Invitation à rejoindre Test house"
    assert unknown.subject == "Einladung zu Test house"


async def test_link_is_told_to_nobody_but_the_mailbox(
    tenant: Tenant, database: Database, person: Person
) -> None:
    made = await invite(tenant, person.email)

    secret = (await link_to(database, person.email, "invitations")).rpartition("/")[2]
    listed = await tenant.client.get("/v1/invitations")
    events = await tenant.client.get("/v1/events?limit=100")
    for said in (str(made), listed.text, events.text):
        assert secret not in said


async def test_link_counts_once_also_for_two_who_follow_it_at_once(
    app: FastAPI, tenant: Tenant, database: Database, person: Person
) -> None:
    await invite(tenant, person.email)
    link = await link_to(database, person.email, "invitations")
    async with browsing(app) as one, browsing(app) as other:
        for tab in (one, other):
            await sign_in(tab, person, to=link)

        await asyncio.gather(one.send(link), other.send(link))

        outcomes = sorted(tab.page.status_code for tab in (one, other))
        assert outcomes in ([200, 404], [200, 409])
        assert (await one.open(link)).status_code == 404
    assert len(await members(tenant)) == 1


async def test_invitation_is_for_its_address_alone(
    tenant: Tenant, database: Database, tab: Tab, person: Person
) -> None:
    email = f"{new_id().hex}@example.ch"
    made = await invite(tenant, email)
    link = await link_to(database, email, "invitations")
    await sign_in(tab, person, to=link)

    await tab.send(link)

    assert (tab.page.status_code, tab.title) == (403, "This invitation is for another address")
    assert await members(tenant) == []
    assert await state_of(tenant, made) == "open"


async def test_nobody_joins_without_signing_in(
    tenant: Tenant, database: Database, tab: Tab, person: Person
) -> None:
    await invite(tenant, person.email)
    link = await link_to(database, person.email, "invitations")
    await tab.open("/sign-in")

    await tab.send(link)

    assert tab.path == f"/sign-in?next={link}"
    assert await members(tenant) == []


@pytest.mark.parametrize("ended", ["revoked", "expired", "resent", "forged"])
async def test_link_that_counts_no_longer_opens_nothing(
    tenant: Tenant, database: Database, tab: Tab, person: Person, ended: str
) -> None:
    made = await invite(tenant, person.email)
    link = await link_to(database, person.email, "invitations")
    path = f"/v1/invitations/{made['id']}"
    if ended == "revoked":
        await tenant.client.post(f"{path}/revoke")
    elif ended == "expired":
        await expire(database, tenant)
    elif ended == "resent":
        await tenant.client.post(f"{path}/resend", json={})
    else:
        link = link[:-1] + ("a" if link[-1] != "a" else "b")
    await sign_in(tab, person)

    await tab.open(link)
    await tab.open("/account")
    sent = await tab.send(link)

    assert sent.status_code == 404
    assert await members(tenant) == []


async def test_invitation_is_sent_again_with_a_new_link(
    tenant: Tenant, database: Database, tab: Tab, person: Person
) -> None:
    made = await invite(tenant, person.email)
    await expire(database, tenant)
    assert await state_of(tenant, made) == "expired"
    [listed] = (await tenant.client.get("/v1/invitations?state=expired")).json()["data"]
    assert (listed["id"], listed["state"]) == (made["id"], "expired")
    assert (await tenant.client.get("/v1/invitations?state=open")).json()["data"] == []

    again = await tenant.client.post(f"/v1/invitations/{made['id']}/resend", json={"valid_days": 2})

    assert (again.json()["state"], again.json()["version"]) == ("open", 2)
    until = datetime.fromisoformat(again.json()["expires_at"])
    assert timedelta(days=1) < until - datetime.now(UTC) < timedelta(days=2)
    await tab.open(await link_to(database, person.email, "invitations"))
    assert tab.title == "Join Test house"


async def test_accepted_and_revoked_invitations_stay_so(
    tenant: Tenant, database: Database, tab: Tab, person: Person
) -> None:
    accepted = await invite(tenant, person.email)
    link = await link_to(database, person.email, "invitations")
    await sign_in(tab, person, to=link)
    await tab.send(link)
    revoked = await invite(tenant, "a@example.ch")
    await tenant.client.post(f"/v1/invitations/{revoked['id']}/revoke")

    for made, state in ((accepted, "accepted"), (revoked, "revoked")):
        for act, body in (("resend", {}), ("revoke", None)):
            answer = await tenant.client.post(f"/v1/invitations/{made['id']}/{act}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (409, "state.not_allowed")
        assert await state_of(tenant, made) == state


async def test_address_is_invited_once_at_a_time(tenant: Tenant, database: Database) -> None:
    await invite(tenant, "a@example.ch")
    body = {"email": "A@example.ch", "role": "editor", "language": "fr"}

    again = await tenant.client.post("/v1/invitations", json=body)
    await expire(database, tenant)
    later = await tenant.client.post("/v1/invitations", json=body)

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert later.status_code == 201, later.text
    states = [e["state"] for e in (await tenant.client.get("/v1/invitations")).json()["data"]]
    assert states == ["expired", "open"]


async def test_two_invitations_of_one_address_at_once_send_one_letter(
    tenant: Tenant, database: Database
) -> None:
    email = f"{new_id().hex}@example.ch"
    body = {"email": email, "role": "editor", "language": "fr"}

    answers = await asyncio.gather(
        *(tenant.client.post("/v1/invitations", json=body) for _ in range(2))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await letters_to(database, email)) == 1


async def test_who_is_a_member_already_is_not_invited(
    tenant: Tenant, database: Database, tab: Tab, person: Person
) -> None:
    await invite(tenant, person.email)
    link = await link_to(database, person.email, "invitations")
    await sign_in(tab, person, to=link)
    await tab.send(link)

    answer = await tenant.client.post(
        "/v1/invitations", json={"email": person.email, "role": "owner", "language": "fr"}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
    assert [each["role"] for each in await members(tenant)] == ["editor"]


async def test_member_whom_nobody_signed_in_as_is_joined_and_keeps_their_role(
    tenant: Tenant, database: Database, tab: Tab, person: Person
) -> None:
    made = await tenant.client.post(
        "/v1/members", json={"name": "Aline", "email": person.email, "role": "analyst"}
    )
    await invite(tenant, person.email, role="reader")
    link = await link_to(database, person.email, "invitations")
    await sign_in(tab, person, to=link)

    await tab.send(link)

    [member] = await members(tenant)
    assert (member["id"], member["role"]) == (made.json()["id"], "analyst")
    assert member["user_id"] == show("usr", person.id)


async def test_nobody_invites_to_more_than_they_may_do(
    tenant: Tenant, database: Database, seat: Seat
) -> None:
    vaud, valais = await make_community(tenant, "vaud"), await make_community(tenant, "valais")
    manager = await seat(Role.MANAGER)
    held = await seat(Role.MANAGER, communities=[read("com", vaud)])
    email = f"{new_id().hex}@example.ch"

    for inviter, changes in (
        (manager, {"role": "owner"}),
        (held, {"role": "reader"}),
        (held, {"role": "reader", "communities": [valais]}),
    ):
        body = {"email": email, "language": "fr"} | changes
        answer = await inviter.client.post("/v1/invitations", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope.beyond")

    assert await letters_to(database, email) == []
    assert (await tenant.client.get("/v1/invitations")).json()["data"] == []


async def test_manager_neither_resends_nor_revokes_an_owners_invitation(
    tenant: Tenant, seat: Seat
) -> None:
    manager, made = await seat(Role.MANAGER), await invite(tenant, "a@example.ch", role="owner")

    for act, body in (("resend", {}), ("revoke", None)):
        answer = await manager.client.post(f"/v1/invitations/{made['id']}/{act}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope.beyond")

    assert await state_of(tenant, made) == "open"


async def test_held_manager_sees_invitations_to_their_communities_alone(
    tenant: Tenant, seat: Seat
) -> None:
    vaud, valais = await make_community(tenant, "vaud"), await make_community(tenant, "valais")
    held = await seat(Role.MANAGER, communities=[read("com", vaud)])
    seen = await invite(tenant, "a@example.ch", communities=[vaud])
    hidden = [
        await invite(tenant, "b@example.ch", communities=[vaud, valais]),
        await invite(tenant, "c@example.ch"),
    ]

    listed = (await held.client.get("/v1/invitations")).json()["data"]

    assert listed == [seen]
    for made in hidden:
        assert (await held.client.get(f"/v1/invitations/{made['id']}")).status_code == 404


async def test_foreign_invitations_do_not_exist(tenant: Tenant, foreigner: Tenant) -> None:
    made = await invite(tenant, "a@example.ch")
    path = f"/v1/invitations/{made['id']}"

    answers = [
        await foreigner.client.get(path),
        await foreigner.client.post(f"{path}/resend", json={}),
        await foreigner.client.post(f"{path}/revoke"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert await state_of(tenant, made) == "open"


async def test_graph_invites_resends_and_revokes(tenant: Tenant, database: Database) -> None:
    email = f"{new_id().hex}@example.ch"
    made = await ask(
        tenant,
        "mutation($email: String!) { createInvitation(input: "
        "{email: $email, role: READER, language: FRENCH}) "
        "{ ... on CreateInvitationSuccess { invitation { id state } } ... on Error { code } } }",
        email=email,
    )
    id_ = made["createInvitation"]["invitation"]["id"]

    found = await ask(
        tenant,
        "query($id: ID!) { invitation(id: $id) { state email } node(id: $id) { id } "
        "invitations(states: [OPEN]) { nodes { id } } }",
        id=id_,
    )
    ended = await ask(
        tenant,
        "mutation($id: ID!) { resendInvitation(input: {id: $id, validDays: 3}) "
        "{ ... on ResendInvitationSuccess { invitation { version } } } "
        "revokeInvitation(input: {id: $id}) "
        "{ ... on RevokeInvitationSuccess { invitation { state } } } }",
        id=id_,
    )

    assert found["invitation"] == {"state": "OPEN", "email": email}
    assert (found["node"], found["invitations"]["nodes"]) == ({"id": id_}, [{"id": id_}])
    assert ended["resendInvitation"] == {"invitation": {"version": 2}}
    assert ended["revokeInvitation"] == {"invitation": {"state": "REVOKED"}}
    assert len(await letters_to(database, email)) == 2
    assert (await last_event(tenant))["kind"] == "invitation.revoked"
