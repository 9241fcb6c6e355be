"""The other ways to tokens, and what clients ask about those they hold."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlmodel import col, select

from domain.identity.tables import AuthorisationRequest, DeviceCode
from domain.kernel.database import Database
from domain.kernel.ids import show
from tests.api.oauth.walking import (
    CALLBACK,
    ISSUER,
    Program,
    Resident,
    Walk,
    agree,
    bearer,
    led,
    parts,
    register,
    tokens_for,
)
from tests.browsing import Tab
from tests.world import Tenant

OWN: dict[str, Any] = {"grant_types": ["client_credentials"], "redirect_uris": []}
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
DEVICES: dict[str, Any] = {"grant_types": [DEVICE, "refresh_token"], "redirect_uris": []}


async def refused(asked: Awaitable[httpx2.Response]) -> tuple[int, str]:
    answer = await asked
    return answer.status_code, answer.json()["error"]


async def test_application_acts_for_itself_in_its_own_house(
    tenant: Tenant, stranger: httpx2.AsyncClient
) -> None:
    program = await register(tenant, stranger, **OWN)
    answer = await program.token("client_credentials", scope="posts:read mentions:read")
    every = await program.token("client_credentials")
    tokens = answer.json()

    assert answer.status_code == 200
    assert "refresh_token" not in tokens
    assert tokens["scope"] == "mentions:read posts:read"
    assert "openid" not in every.json()["scope"].split()
    headers = bearer(tokens["access_token"])
    assert (await stranger.get("/v1/posts", headers=headers)).status_code == 200
    made = await stranger.get("/v1/calendars", headers=headers)
    assert (made.status_code, made.json()["code"]) == (403, "scope.missing")
    headers = bearer(every.json()["access_token"])
    log = (await stranger.get("/v1/tokens", headers=headers)).json()["data"]
    assert [each["kind"] for each in log] == ["operator", "access", "access"]


async def test_application_acts_for_itself_only_as_it_registered(
    tenant: Tenant, program: Program, stranger: httpx2.AsyncClient
) -> None:
    own = await register(tenant, stranger, **OWN)
    test = await register(tenant, stranger, kind="test", **OWN)

    assert await refused(program.token("client_credentials")) == (400, "unauthorized_client")
    assert await refused(own.token("client_credentials", scope="openid")) == (400, "invalid_scope")
    assert await refused(own.token("client_credentials", scope="webhooks:write")) == (
        400,
        "invalid_scope",
    )
    assert await refused(own.token("password", username="a", password="b")) == (
        400,
        "unsupported_grant_type",
    )
    tokens = (await test.token("client_credentials")).json()
    assert tokens["access_token"].startswith("pv_test_")


@pytest.fixture
async def screen(tenant: Tenant, stranger: httpx2.AsyncClient) -> Program:
    """A public application on a device without a browser."""
    return await register(tenant, stranger, with_secret=False, **DEVICES)


async def begin(screen: Program) -> dict[str, Any]:
    answer = await screen.post("device_authorization", scope="openid posts:read")
    assert answer.status_code == 200, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


async def type_letters(tab: Tab, letters: str) -> None:
    await led(tab, "/device")
    answer = await tab.post("/device", **{**tab.hidden, "user_code": letters})
    tab.page = answer
    if answer.is_redirect:
        await led(tab, answer.headers["location"])


async def test_device_waits_for_its_person_and_then_acts_for_them(
    screen: Program, resident: Resident
) -> None:
    begun = await begin(screen)

    async def poll() -> httpx2.Response:
        return await screen.token(DEVICE, device_code=begun["device_code"])

    assert begun["verification_uri"] == f"{ISSUER}/device"
    assert begun["verification_uri_complete"].endswith(f"?user_code={begun['user_code']}")
    assert (begun["interval"], begun["expires_in"]) == (5, 900)
    assert await refused(poll()) == (400, "authorization_pending")
    assert await refused(poll()) == (400, "slow_down")
    await type_letters(resident.tab, begun["user_code"].lower().replace("-", " "))
    assert resident.tab.title == "Allow Village Desk?"
    assert "device of your own" in resident.tab.page.text
    await agree(resident.tab)
    assert resident.tab.title == "The device is connected"
    answers = await asyncio.gather(*(poll() for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [200, 400, 400]
    tokens = next(each.json() for each in answers if each.status_code == 200)
    assert tokens["scope"] == "openid posts:read"
    assert tokens["id_token"]
    headers = bearer(tokens["access_token"])
    assert (await screen.http.get("/v1/posts", headers=headers)).status_code == 200
    renewed = await screen.token("refresh_token", refresh_token=tokens["refresh_token"])
    assert renewed.status_code == 200


async def test_person_sees_every_device_that_is_let_in(
    tenant: Tenant, stranger: httpx2.AsyncClient, resident: Resident
) -> None:
    # A program with a secret and a grant is spared the question in a browser, here never.
    desk = await register(tenant, stranger, **DEVICES)
    for _ in range(2):
        begun = await begin(desk)
        await type_letters(resident.tab, begun["user_code"])
        assert resident.tab.title == "Allow Village Desk?"
        pending = desk.token(DEVICE, device_code=begun["device_code"])
        assert await refused(pending) == (400, "authorization_pending")
        await agree(resident.tab)
        assert resident.tab.title == "The device is connected"


async def test_refused_device_gets_nothing(screen: Program, resident: Resident) -> None:
    begun = await begin(screen)
    await type_letters(resident.tab, begun["user_code"])
    await agree(resident.tab, decision="deny")

    assert resident.tab.title == "The device is not connected"
    assert await refused(screen.token(DEVICE, device_code=begun["device_code"])) == (
        400,
        "access_denied",
    )


async def test_device_gets_nothing_of_what_was_taken_back_meanwhile(
    tenant: Tenant, screen: Program, resident: Resident
) -> None:
    begun = await begin(screen)
    await type_letters(resident.tab, begun["user_code"])
    await agree(resident.tab)
    [grant] = (await tenant.client.get("/v1/grants")).json()["data"]
    await tenant.client.delete(f"/v1/grants/{grant['id']}")

    assert await refused(screen.token(DEVICE, device_code=begun["device_code"])) == (
        400,
        "access_denied",
    )


async def test_letters_that_nobody_shows_are_told_so(
    database: Database, screen: Program, resident: Resident, program: Program
) -> None:
    begun = await begin(screen)
    await type_letters(resident.tab, "BCDF-GHJK")
    unknown = resident.tab.page
    async with database.transaction(None) as session:
        letters = begun["user_code"].replace("-", "")
        found = select(DeviceCode).where(col(DeviceCode.user_code) == letters)
        row = (await session.exec(found)).one()
        row.expires_at -= timedelta(hours=1)
    await type_letters(resident.tab, begun["user_code"])

    assert (unknown.status_code, resident.tab.page.status_code) == (422, 422)
    assert "No device waits" in resident.tab.page.text
    assert await refused(screen.token(DEVICE, device_code=begun["device_code"])) == (
        400,
        "expired_token",
    )
    assert await refused(screen.token(DEVICE, device_code="pvd_x")) == (400, "invalid_grant")
    assert await refused(program.post("device_authorization", scope="posts:read")) == (
        400,
        "unauthorized_client",
    )
    assert await refused(screen.post("device_authorization")) == (400, "invalid_scope")


async def test_device_code_of_another_client_is_worthless(
    tenant: Tenant, screen: Program, stranger: httpx2.AsyncClient
) -> None:
    thief = await register(tenant, stranger, with_secret=False, name="Thief", **DEVICES)
    begun = await begin(screen)

    stolen = await refused(thief.token(DEVICE, device_code=begun["device_code"]))

    assert stolen == (400, "invalid_grant")


async def test_device_page_asks_who_it_is_first(tab: Tab) -> None:
    await led(tab, "/device?user_code=BCDF-GHJK")

    assert tab.path.startswith("/sign-in?next=/device")


async def test_client_is_told_of_its_own_tokens_alone(
    tenant: Tenant, program: Program, public: Program, resident: Resident
) -> None:
    other = await register(tenant, program.http, name="Other")
    tokens = await tokens_for(resident.tab, program)

    async def told(client: Program, token: str) -> dict[str, Any]:
        answer = await client.post("introspect", token=token)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    access = await told(program, tokens["access_token"])
    refresh = await told(program, tokens["refresh_token"])
    assert access["active"] is True
    assert access["client_id"] == program.client_id
    assert access["sub"] == show("usr", resident.user_id)
    assert access["workspace"] == show("ws", tenant.workspace_id)
    assert (access["iss"], access["aud"]) == (ISSUER, ISSUER)
    assert access["exp"] - access["iat"] == 3600
    assert set(access["scope"].split()) == set(tokens["scope"].split())
    assert (refresh["active"], refresh["token_type"]) == (True, "refresh_token")
    assert await told(other, tokens["access_token"]) == {"active": False}
    assert await told(program, tenant.token) == {"active": False}
    assert await told(program, "junk") == {"active": False}
    assert await refused(public.post("introspect", token=tokens["access_token"])) == (
        401,
        "invalid_client",
    )


@pytest.mark.parametrize(("given_up", "others_live"), [("access", True), ("refresh", False)])
async def test_given_up_tokens_end_at_once(
    tenant: Tenant, program: Program, resident: Resident, given_up: str, *, others_live: bool
) -> None:
    other = await register(tenant, program.http, name="Other")
    tokens = await tokens_for(resident.tab, program)
    stolen = await other.post("revoke", token=tokens[f"{given_up}_token"])
    access = bearer(tokens["access_token"])
    before = (await program.http.get("/v1/posts", headers=access)).status_code

    answer = await program.post("revoke", token=tokens[f"{given_up}_token"])
    again = await program.post("revoke", token=tokens[f"{given_up}_token"])
    unknown = await program.post("revoke", token="junk")
    nothing = await program.post("revoke")

    assert (stolen.status_code, before) == (200, 200)
    assert {each.status_code for each in (answer, again, unknown)} == {200}
    assert (nothing.status_code, nothing.json()["error"]) == (400, "invalid_request")
    assert (await program.http.get("/v1/posts", headers=access)).status_code == 401
    renewed = await program.token("refresh_token", refresh_token=tokens["refresh_token"])
    assert (renewed.status_code == 200) is others_live


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "urn:of:another:kind"])
async def test_hint_of_whatever_kind_changes_nothing(
    program: Program, resident: Resident, hint: str
) -> None:
    tokens = await tokens_for(resident.tab, program)

    async def told() -> object:
        access = tokens["access_token"]
        return (await program.post("introspect", token=access, token_type_hint=hint)).json()[
            "active"
        ]

    assert await told() is True
    given_up = await program.post("revoke", token=tokens["access_token"], token_type_hint=hint)
    assert given_up.status_code == 200
    assert await told() is False


async def test_refresh_token_that_was_used_can_be_given_up(
    program: Program, resident: Resident
) -> None:
    tokens = await tokens_for(resident.tab, program)
    lost = (await program.token("refresh_token", refresh_token=tokens["refresh_token"])).json()

    known = (await program.post("introspect", token=tokens["refresh_token"])).json()
    await program.post("revoke", token=tokens["refresh_token"])

    assert known == {"active": False}
    for each in (tokens, lost):
        headers = bearer(each["access_token"])
        assert (await program.http.get("/v1/posts", headers=headers)).status_code == 401
    renewed = await program.token("refresh_token", refresh_token=lost["refresh_token"])
    assert renewed.status_code == 400


async def test_client_that_is_refused_is_told_why(
    program: Program, public: Program, stranger: httpx2.AsyncClient
) -> None:
    async def told(client: Program, path: str = "token", **fields: str) -> tuple[str, str]:
        answer = await client.post(path, **{"grant_type": "client_credentials", **fields})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        said: str = answer.json()["error_description"]
        return said, answer.headers["www-authenticate"]

    def named(client_id: str, secret: str | None) -> Program:
        return Program("", client_id, secret, stranger)

    basic = 'Basic realm="parvis", error="invalid_client"'
    assert await told(named(program.client_id, "pvs_x")) == (
        "This is no secret of the client, or one that has ended.",
        basic,
    )
    assert await told(named(program.client_id, None)) == (
        "The client has a secret: send it in the header or in the form.",
        basic,
    )
    assert await told(named(public.client_id, "pvs_x")) == (
        "The client keeps no secret: send its client_id alone.",
        basic,
    )
    assert await told(public, "introspect", token="x") == (
        "This is for clients that have a secret.",
        basic,
    )
    assert await told(named("app_x", "pvs_x")) == (
        "The client is not known here, or is suspended.",
        basic,
    )


async def test_scope_that_is_refused_is_named(program: Program) -> None:
    async def told(client: Program, path: str, **fields: str) -> str:
        answer = await client.post(path, **fields)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
        said: str = answer.json()["error_description"]
        return said

    asked = Walk().asked(program)
    assert await told(program, "par", **{**asked, "scope": "posts:read posts:approve x"}) == (
        "The client did not register for: posts:approve x."
    )
    # What an answer may not hold is left out of it.
    odd = {**asked, "scope": 'posts:read "x"'}
    assert await told(program, "par", **odd) == "The client did not register for: what it asks."
    assert await told(program, "par", **{**asked, "scope": " "}) == (
        "Name the scopes that are asked for."
    )


async def test_pushed_request_is_brought_once_by_its_own_client(
    database: Database, tenant: Tenant, program: Program, resident: Resident
) -> None:
    other = await register(tenant, program.http, name="Other")
    walk = Walk()
    asked = {k: v for k, v in walk.asked(program).items() if k != "client_id"}
    pushed = await program.post("par", **asked)
    uri = pushed.json()["request_uri"]

    def path(client: Program, uri: str) -> str:
        return f"/oauth/authorize?client_id={client.client_id}&request_uri={uri}"

    assert (pushed.status_code, pushed.json()["expires_in"]) == (201, 90)
    assert uri.startswith("urn:ietf:params:oauth:request_uri:pvu_")
    assert await led(resident.tab, path(other, uri)) == ""
    assert resident.tab.page.status_code == 422
    assert await led(resident.tab, path(program, uri)) == ""
    assert resident.tab.page.status_code == 200
    code = parts(await agree(resident.tab))["code"]
    assert (await walk.redeem(program, code)).status_code == 200
    assert await led(resident.tab, path(program, uri)) == ""
    assert "authorisation.over" in resident.tab.page.text
    # What a program pushed is no page: the browser's own reference is another one.
    reference = uri.rpartition(":")[2]
    await led(resident.tab, f"/oauth/consent?request={reference}")
    assert resident.tab.page.status_code == 422
    async with database.transaction(tenant.workspace_id) as session:
        assert (await session.exec(select(AuthorisationRequest))).all() == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ],
)
async def test_pushed_request_is_judged_at_once(
    database: Database,
    tenant: Tenant,
    program: Program,
    changes: dict[str, str | None],
    error: str,
) -> None:
    asked = Walk().asked(program, **changes)
    asked.pop("client_id")

    assert await refused(program.post("par", **asked)) == (400, error)
    nameless = Program(program.id, program.client_id, None, program.http)
    assert await refused(nameless.post("par", **asked)) == (
        (400, "invalid_request") if "request_uri" in asked else (401, "invalid_client")
    )
    async with database.transaction(tenant.workspace_id) as session:
        assert (await session.exec(select(AuthorisationRequest))).all() == []


async def test_rotated_secret_works_beside_the_new_one_until_it_ends(
    tenant: Tenant, stranger: httpx2.AsyncClient
) -> None:
    old = await register(tenant, stranger, **OWN)
    url = f"/v1/applications/{old.id}/secrets"
    second = (await tenant.client.post(url, json={"overlap_h": 1})).json()["secret"]
    new = Program(old.id, old.client_id, second, stranger)
    overlapping = [(await each.token("client_credentials")).status_code for each in (old, new)]

    await tenant.client.post(url, json={"overlap_h": 0})
    ended = [(await each.token("client_credentials")).status_code for each in (old, new)]

    assert overlapping == [200, 200]
    assert ended == [401, 401]


async def test_resource_is_this_installation(tenant: Tenant, stranger: httpx2.AsyncClient) -> None:
    program = await register(tenant, stranger, **OWN)

    here = await program.token("client_credentials", resource=ISSUER)
    elsewhere = await refused(program.token("client_credentials", resource="https://other.example"))

    assert here.status_code == 200
    assert elsewhere == (400, "invalid_target")


async def test_native_application_comes_back_to_its_own_machine_by_ipv6(
    tenant: Tenant, stranger: httpx2.AsyncClient, resident: Resident
) -> None:
    """Browsers read no such address in a policy: after a yes they went nowhere."""
    program = await register(tenant, stranger, with_secret=False, redirect_uris=["http://[::1]/cb"])
    walk, here = Walk(), "http://[::1]:51004/cb"
    await led(resident.tab, walk.path(program, redirect_uri=here))
    policy = resident.tab.page.headers["content-security-policy"]
    location = await agree(resident.tab)

    assert policy.endswith("form-action 'self' http:")
    assert location.startswith(f"{here}?code=")


async def test_native_application_comes_back_to_any_port_of_its_own_machine(
    tenant: Tenant, stranger: httpx2.AsyncClient, resident: Resident
) -> None:
    program = await register(
        tenant, stranger, with_secret=False, redirect_uris=["http://127.0.0.1/cb"]
    )
    walk, here = Walk(), "http://127.0.0.1:51004/cb"
    await led(resident.tab, walk.path(program, redirect_uri=here))
    assert (
        "form-action 'self' http://127.0.0.1:51004"
        in (resident.tab.page.headers["content-security-policy"])
    )
    location = await agree(resident.tab)

    assert location.startswith(f"{here}?code=")
    code = parts(location)["code"]
    other = await walk.redeem(program, code, redirect_uri="http://127.0.0.1:51005/cb")
    assert (other.status_code, other.json()["error"]) == (400, "invalid_grant")
    assert (await walk.redeem(program, code, redirect_uri=here)).status_code == 200
    # Another program could listen there: the person is asked every time (RFC 8252, 8.6).
    assert await led(resident.tab, walk.path(program, redirect_uri=here)) == ""
    assert CALLBACK not in resident.tab.page.text
