"""Attacks on the authorisation server, each refused with nothing given."""

import asyncio
import re
from urllib.parse import urlencode

import httpx2
import pytest
from fastapi import FastAPI
from sqlmodel import select

from domain.identity.tables import Authorisation, AuthorisationRequest, Token
from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.workspaces.shapes import Role
from tests.api.oauth.walking import (
    CALLBACK,
    ISSUER,
    Program,
    Resident,
    Walk,
    agree,
    bearer,
    code_for,
    led,
    parts,
    register,
    tokens_for,
)
from tests.browsing import Tab, browsing
from tests.domain.identity.build import build_member
from tests.people import make_person, sign_in
from tests.world import Tenant

REDIRECTS = [
    "https://evil.example/callback",
    "https://evil.desk.example/callback",
    "https://desk.example.evil.example/callback",
    "https://desk.example@evil.example/callback",
    "https://desk.example:secret@evil.example/callback",
    "https://desk.example/callback#x",
    "https://desk.example/callback?x=1",
    "https://desk.example/callback/",
    "https://desk.example/callback/../../evil",
    "https://desk.example/%63allback",
    "https://desk.example/callback%2f..%2fevil",
    "https://DESK.example/callback",
    "https://desk.example/Callback",
    "https://desk.example:443/callback",
    "http://desk.example/callback",
    "//desk.example/callback",
    "/callback",
    "javascript:alert(1)",
    "https://desk.example\\@evil.example/callback",
    "",
]
UNREADABLE = ["https://desk.example/callback\r\nX-Evil: 1", "https://desk.exämple/callback"]


async def given(database: Database, tenant: Tenant) -> int:
    """How many tokens applications hold in the workspace."""
    async with database.transaction(tenant.workspace_id) as session:
        rows = (await session.exec(select(Token))).all()
    return sum(row.kind == "access" for row in rows)


async def works(program: Program, token: str) -> bool:
    answer = await program.http.get("/v1/posts", headers=bearer(token))
    return answer.status_code == 200


async def test_replayed_code_ends_what_it_gave(
    database: Database, tenant: Tenant, program: Program, resident: Resident
) -> None:
    walk = Walk()
    code = await code_for(resident.tab, program, walk)
    tokens = (await walk.redeem(program, code)).json()
    before = await works(program, tokens["access_token"])

    again = await walk.redeem(program, code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert before
    assert not await works(program, tokens["access_token"])
    renewed = await program.token("refresh_token", refresh_token=tokens["refresh_token"])
    assert (renewed.status_code, renewed.json()["error"]) == (400, "invalid_grant")
    last = (await tenant.client.get("/v1/events")).json()["data"][-1]
    assert (last["kind"], last["data"]["reason"]) == ("grant.tokens_revoked", "code_used_again")
    assert await given(database, tenant) == 1


async def test_code_is_young_or_worthless(
    database: Database, tenant: Tenant, program: Program, resident: Resident
) -> None:
    walk = Walk()
    code = await code_for(resident.tab, program, walk)
    async with database.transaction(tenant.workspace_id) as session:
        row = (await session.exec(select(Authorisation))).one()
        row.code_expires_at = row.created_at

    answer = await walk.redeem(program, code)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert await given(database, tenant) == 0


async def test_code_of_another_client_is_worthless_and_stays_good_for_its_own(
    database: Database, tenant: Tenant, program: Program, resident: Resident
) -> None:
    thief = await register(tenant, program.http, name="Thief")
    walk = Walk()
    code = await code_for(resident.tab, program, walk)

    stolen = await walk.redeem(thief, code)
    count = await given(database, tenant)
    own = await walk.redeem(program, code)

    assert (stolen.status_code, stolen.json()["error"], count) == (400, "invalid_grant", 0)
    assert own.status_code == 200


async def test_refresh_token_of_another_client_is_worthless(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    thief = await register(tenant, program.http, name="Thief")
    tokens = await tokens_for(resident.tab, program)

    stolen = await thief.token("refresh_token", refresh_token=tokens["refresh_token"])
    own = await program.token("refresh_token", refresh_token=tokens["refresh_token"])

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert own.status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge": "short"},
        {"code_challenge": "=" * 43},
        {"code_challenge": "a" * 128},
    ],
)
async def test_request_without_s256_is_refused_at_once(
    tab: Tab, program: Program, public: Program, changes: dict[str, str | None]
) -> None:
    walk = Walk()
    for client in (program, public):
        location = await led(tab, walk.path(client, **changes))

        assert location.startswith(f"{CALLBACK}?")
        found = parts(location)
        assert (found["error"], found["state"]) == ("invalid_request", walk.state)
        assert (found["iss"], "code" in found) == (ISSUER, False)


async def test_verifier_must_be_the_one(
    database: Database, tenant: Tenant, program: Program, resident: Resident
) -> None:
    walk = Walk()
    code = await code_for(resident.tab, program, walk)

    wrong = await walk.redeem(program, code, code_verifier="a" * 43)
    none = await program.token("authorization_code", code=code, redirect_uri=CALLBACK)
    hashed = await walk.redeem(program, code, code_verifier=walk.asked(program)["code_challenge"])

    assert [each.status_code for each in (wrong, none, hashed)] == [400, 400, 400]
    assert await given(database, tenant) == 0


@pytest.mark.parametrize("redirect_uri", REDIRECTS)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    database: Database, tenant: Tenant, program: Program, tab: Tab, redirect_uri: str
) -> None:
    for more in ({}, {"response_type": "token"}, {"scope": "everything"}):
        walk = Walk()
        location = await led(tab, walk.path(program, redirect_uri=redirect_uri, **more))
        assert location == ""
        assert tab.page.status_code == 422
        assert "redirect_uri.unknown" in tab.page.text
    async with database.transaction(tenant.workspace_id) as session:
        assert (await session.exec(select(AuthorisationRequest))).all() == []


@pytest.mark.parametrize("redirect_uri", UNREADABLE)
async def test_unseen_and_foreign_letters_are_refused(
    program: Program, tab: Tab, redirect_uri: str
) -> None:
    location = await led(tab, Walk().path(program, redirect_uri=redirect_uri))

    assert location == ""
    assert tab.page.status_code == 422
    assert "authorisation.malformed" in tab.page.text
    assert "x-evil" not in tab.page.headers


@pytest.mark.parametrize(
    "state",
    ["a\r\nSet-Cookie: evil=1", 'x" onload="alert(1)', "a&iss=https://evil.example", "%0d%0a"],
)
async def test_state_comes_back_as_it_was_and_adds_no_header(
    program: Program, tab: Tab, state: str
) -> None:
    location = await led(tab, Walk().path(program, state=state, scope="nothing"))

    if "\r" in state:
        assert (location, tab.page.status_code) == ("", 422)
    else:
        assert (parts(location)["state"], parts(location)["iss"]) == (state, ISSUER)
    assert "evil" not in tab.page.headers.get("set-cookie", "")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "scope", "code_challenge"])
async def test_parameter_sent_twice_leads_nowhere(program: Program, tab: Tab, name: str) -> None:
    asked = Walk().asked(program)
    twice = [*asked.items(), (name, asked[name])]

    location = await led(tab, f"/oauth/authorize?{urlencode(twice)}")

    assert (location, tab.page.status_code) == ("", 422)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": '"><script>'}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "openid webhooks:write"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/request"}, "request_uri_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"resource": "https://other.example"}, "invalid_target"),
    ],
)
async def test_every_error_that_is_sent_back_names_its_issuer(
    program: Program, tab: Tab, changes: dict[str, str | None], error: str
) -> None:
    walk = Walk()

    location = await led(tab, walk.path(program, **changes))

    found = parts(location)
    assert location.startswith(f"{CALLBACK}?")
    assert (found["error"], found["state"], found["iss"]) == (error, walk.state, ISSUER)
    assert "code" not in found


async def test_unknown_and_suspended_clients_lead_nowhere(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    tokens = await tokens_for(resident.tab, program)
    walk = Walk()
    code = await code_for(resident.tab, program, walk)
    waiting = await resident.tab.client.get(walk.path(program, prompt="consent"))
    await tenant.client.patch(
        f"/v1/applications/{program.id}", json={"is_suspended": True}, headers={"If-Match": "*"}
    )

    location = await led(resident.tab, walk.path(program))
    page = await led(resident.tab, waiting.headers["location"])
    forged = await led(resident.tab, walk.path(program, client_id="app_x"))
    redeemed = await walk.redeem(program, code)
    renewed = await program.token("refresh_token", refresh_token=tokens["refresh_token"])

    assert (location, page, forged) == ("", "", "")
    assert resident.tab.page.status_code == 422
    assert "client.unknown" in resident.tab.page.text
    assert not await works(program, tokens["access_token"])
    assert {each.json()["error"] for each in (redeemed, renewed)} == {"invalid_client"}


async def test_reused_refresh_token_ends_the_family(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    first = await tokens_for(resident.tab, program)
    second = (await program.token("refresh_token", refresh_token=first["refresh_token"])).json()
    before = [await works(program, each["access_token"]) for each in (first, second)]

    again = await program.token("refresh_token", refresh_token=first["refresh_token"])
    newest = await program.token("refresh_token", refresh_token=second["refresh_token"])

    assert before == [True, True]
    assert second["refresh_token"] != first["refresh_token"]
    assert [each.json()["error"] for each in (again, newest)] == ["invalid_grant"] * 2
    after = [await works(program, each["access_token"]) for each in (first, second)]
    assert after == [False, False]
    last = (await tenant.client.get("/v1/events")).json()["data"][-1]
    assert last["data"]["reason"] == "refresh_token_used_again"


async def test_of_many_refreshes_at_once_one_succeeds(program: Program, resident: Resident) -> None:
    tokens = await tokens_for(resident.tab, program)

    answers = await asyncio.gather(
        *(program.token("refresh_token", refresh_token=tokens["refresh_token"]) for _ in range(5))
    )

    assert sorted(each.status_code for each in answers) == [200, 400, 400, 400, 400]


async def test_refresh_widens_nothing(program: Program, resident: Resident) -> None:
    tokens = await tokens_for(resident.tab, program, scope="openid posts:read")

    async def renew(scope: str) -> httpx2.Response:
        return await program.token(
            "refresh_token", refresh_token=tokens["refresh_token"], scope=scope
        )

    wider = await renew("openid posts:read mentions:read")
    narrow = await renew("posts:read")
    back = await program.token("refresh_token", refresh_token=narrow.json()["refresh_token"])

    assert (wider.status_code, wider.json()["error"]) == (400, "invalid_scope")
    assert narrow.json()["scope"] == "posts:read"
    assert back.json()["scope"] == "openid posts:read"


async def test_consent_widens_nothing(program: Program, resident: Resident) -> None:
    walk = Walk()
    await led(resident.tab, walk.path(program, scope="openid posts:read"))
    ticked = ["posts:read", "posts:write", "administration", "everything"]
    code = parts(await agree(resident.tab, scope=ticked))["code"]

    tokens = (await walk.redeem(program, code)).json()

    assert tokens["scope"] == "openid posts:read"


async def test_role_allows_no_more_than_the_role(program: Program, resident: Resident) -> None:
    walk = Walk()
    await led(resident.tab, walk.path(program, scope="posts:read administration"))

    assert "does not allow" in resident.tab.page.text
    code = parts(await agree(resident.tab, scope=["posts:read", "administration"]))["code"]
    assert (await walk.redeem(program, code)).json()["scope"] == "posts:read"


async def test_consent_from_elsewhere_is_refused(
    database: Database, tenant: Tenant, app: FastAPI, program: Program, resident: Resident
) -> None:
    await led(resident.tab, Walk().path(program))
    fields = {**resident.tab.hidden, "decision": "allow", "scope": "posts:read"}
    other = await make_person(database)
    await build_member(database, tenant.workspace_id, Role.OWNER, user_id=other.id)
    async with browsing(app) as attacker:
        await sign_in(attacker, other)
        await led(attacker, Walk().path(program))
        theirs = {**fields, "form_token": attacker.hidden["form_token"]}

    answers = [
        await resident.tab.post("/oauth/consent", origin="https://evil.example", **fields),
        await resident.tab.post("/oauth/consent", origin=None, **fields),
        await resident.tab.post("/oauth/consent", **{**fields, "form_token": ""}),
        await resident.tab.post("/oauth/consent", **theirs),
        await resident.tab.client.get(f"/oauth/consent?{urlencode(fields, doseq=True)}"),
    ]

    assert [each.status_code for each in answers[:4]] == [403] * 4
    assert all("location" not in each.headers for each in answers)
    async with database.transaction(tenant.workspace_id) as session:
        assert (await session.exec(select(Authorisation))).all() == []


async def test_request_is_decided_once(program: Program, resident: Resident) -> None:
    await led(resident.tab, Walk().path(program))
    page = resident.tab.page
    first = await agree(resident.tab)
    resident.tab.page = page

    second = await agree(resident.tab)

    assert "code" in parts(first)
    assert (second, resident.tab.page.status_code) == ("", 422)
    assert "authorisation.over" in resident.tab.page.text


async def test_consent_page_cannot_be_framed_and_its_form_leads_to_the_client_alone(
    program: Program, resident: Resident
) -> None:
    await led(resident.tab, Walk().path(program))

    headers = resident.tab.page.headers
    policy = headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in policy
    assert policy.endswith("form-action 'self' https://desk.example")
    scripts = re.findall("<script[^>]*>", resident.tab.page.text)
    assert scripts == ['<script src="/assets/once.js" defer>']


async def test_names_of_applications_are_text(tenant: Tenant, resident: Resident) -> None:
    name = "<script>alert(1)</script>"
    program = await register(tenant, resident.tab.client, name=name)

    await led(resident.tab, Walk().path(program))

    assert name not in resident.tab.page.text
    assert "&lt;script&gt;" in resident.tab.page.text


async def test_token_endpoint_takes_forms_by_post_alone(program: Program) -> None:
    fields = {"grant_type": "client_credentials"}
    by_get = await program.http.get("/oauth/token", params=fields, headers=program.basic)
    in_query = await program.http.post(
        f"/oauth/token?client_id={program.client_id}&client_secret={program.secret}", data=fields
    )
    as_json = await program.http.post("/oauth/token", json=fields, headers=program.basic)
    twice = await program.http.post(
        "/oauth/token",
        content="grant_type=client_credentials&grant_type=refresh_token",
        headers={**program.basic, "Content-Type": "application/x-www-form-urlencoded"},
    )

    assert by_get.status_code == 405
    for each in (in_query, as_json, twice):
        assert (each.status_code, each.json()["error"]) == (400, "invalid_request")


async def test_bearer_value_in_the_query_is_no_token(program: Program, resident: Resident) -> None:
    tokens = await tokens_for(resident.tab, program)

    answer = await program.http.get(f"/v1/posts?access_token={tokens['access_token']}")
    person = await program.http.get(f"/oauth/userinfo?access_token={tokens['access_token']}")

    assert (answer.status_code, answer.json()["code"]) == (401, "token.missing")
    assert person.status_code == 401


@pytest.mark.parametrize(
    "authorization",
    ["Basic !!!", "Basic " + "YXBwX3g=", "Basic w6k6w6k=", "Bearer x", "Basic"],
)
async def test_broken_credentials_are_refused_by_name(program: Program, authorization: str) -> None:
    answer = await program.http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": authorization},
    )

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_client_that_names_itself_twice_is_refused(tenant: Tenant, program: Program) -> None:
    other = await register(tenant, program.http, name="Other")
    both = await program.post(
        "token",
        grant_type="client_credentials",
        client_id=program.client_id,
        client_secret=program.secret or "",
    )
    confused = await program.post(
        "token", grant_type="client_credentials", client_id=other.client_id
    )

    for each in (both, confused):
        assert (each.status_code, each.json()["error"]) == (400, "invalid_request")


async def test_confidential_client_without_its_secret_gets_nothing(
    database: Database, tenant: Tenant, program: Program, resident: Resident
) -> None:
    walk = Walk()
    code = await code_for(resident.tab, program, walk)
    nameless = Program(program.id, program.client_id, None, program.http)
    wrong = Program(program.id, program.client_id, "pvs_wrong", program.http)

    answers = [await walk.redeem(each, code) for each in (nameless, wrong)]

    assert {(each.status_code, each.json()["error"]) for each in answers} == {
        (401, "invalid_client")
    }
    assert await given(database, tenant) == 0
    assert (await walk.redeem(program, code)).status_code == 200


async def test_redirect_uri_must_be_the_same_at_the_token_endpoint(
    tenant: Tenant, stranger: httpx2.AsyncClient, resident: Resident
) -> None:
    other = "https://desk.example/other"
    program = await register(tenant, stranger, redirect_uris=[CALLBACK, other])
    walk = Walk()
    code = await code_for(resident.tab, program, walk)

    wrong = await walk.redeem(program, code, redirect_uri=other)

    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert (await walk.redeem(program, code)).status_code == 200


async def test_value_of_one_kind_is_not_taken_for_another(
    program: Program, resident: Resident
) -> None:
    walk = Walk()
    code = await code_for(resident.tab, program, walk)
    tokens = await tokens_for(resident.tab, program)

    as_refresh = await program.token("refresh_token", refresh_token=tokens["access_token"])
    as_code = await walk.redeem(program, tokens["refresh_token"])
    as_bearer = [await works(program, each) for each in (code, tokens["refresh_token"])]

    assert {each.json()["error"] for each in (as_refresh, as_code)} == {"invalid_grant"}
    assert as_bearer == [False, False]


async def test_test_application_is_let_in_by_its_own_house_alone(
    foreigner: Tenant, stranger: httpx2.AsyncClient, resident: Resident
) -> None:
    program = await register(foreigner, stranger, kind="test")

    location = await led(resident.tab, Walk().path(program))

    assert (location, resident.tab.page.status_code) == ("", 403)
    assert resident.tab.title == "No workspace"


async def test_member_who_is_removed_takes_everything_with_them(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    tokens = await tokens_for(resident.tab, program)
    gone = await tenant.client.delete(f"/v1/members/{show('mem', resident.member_id)}")

    renewed = await program.token("refresh_token", refresh_token=tokens["refresh_token"])

    assert gone.status_code == 204
    assert not await works(program, tokens["access_token"])
    assert (renewed.status_code, renewed.json()["error"]) == (400, "invalid_grant")
