"""OpenID Connect: id_tokens that verify, userinfo by scope, prompts, and signing out."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlmodel import col, select

from domain.identity.shapes import SigningAlgorithm
from domain.identity.signing import PUBLISHED_FIRST, forget_signing_keys, public_keys, signer
from domain.identity.tables import SigningKey
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from domain.people.tables import SignIn
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
from tests.people import KEYS, make_person, sign_in
from tests.world import Tenant, make_workspace

OUT = "https://desk.example/bye"


async def claims_in(http: httpx2.AsyncClient, id_token: str, algorithm: str) -> dict[str, Any]:
    keys = (await http.get("/oauth/jwks")).json()
    found = jwt.decode(id_token, KeySet.import_key_set(keys), [algorithm])
    claims: dict[str, Any] = found.claims
    return claims


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_id_token_verifies_and_says_who_when_and_how(
    tenant: Tenant, stranger: httpx2.AsyncClient, resident: Resident, algorithm: str
) -> None:
    program = await register(tenant, stranger, id_token_algorithm=algorithm)
    tokens = await tokens_for(resident.tab, program, nonce="n-0S6_WzA2Mj")

    claims = await claims_in(stranger, tokens["id_token"], algorithm)

    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    now = int(datetime.now(UTC).timestamp())
    assert claims["iss"] == ISSUER
    assert claims["aud"] == program.client_id
    assert claims["sub"] == show("usr", resident.user_id)
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert claims["at_hash"] == urlsafe_b64encode(half).rstrip(b"=").decode()
    assert claims["amr"] == ["pwd"]
    assert claims["exp"] - claims["iat"] == 3600
    assert now - 60 < claims["auth_time"] <= claims["iat"] <= now
    assert claims["workspace"] == show("ws", tenant.workspace_id)
    assert "email" not in claims


async def test_without_openid_there_is_no_id_token_and_no_userinfo(
    program: Program, resident: Resident
) -> None:
    tokens = await tokens_for(resident.tab, program, scope="posts:read")

    answer = await program.http.get("/oauth/userinfo", headers=bearer(tokens["access_token"]))

    assert "id_token" not in tokens
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    told = 'Bearer realm="parvis", error="insufficient_scope", scope="openid"'
    assert answer.headers["www-authenticate"] == told


async def test_refresh_gives_an_id_token_of_the_same_sign_in(
    program: Program, resident: Resident
) -> None:
    tokens = await tokens_for(resident.tab, program, nonce="once")
    renewed = (await program.token("refresh_token", refresh_token=tokens["refresh_token"])).json()

    first = await claims_in(program.http, tokens["id_token"], "RS256")
    second = await claims_in(program.http, renewed["id_token"], "RS256")

    assert "nonce" not in second
    assert (first["sub"], first["auth_time"]) == (second["sub"], second["auth_time"])


async def test_userinfo_tells_what_the_scopes_let_it(program: Program, resident: Resident) -> None:
    every = await tokens_for(resident.tab, program)
    little = await tokens_for(resident.tab, program, scope="openid email", prompt="consent")

    async def told(tokens: dict[str, Any]) -> dict[str, Any]:
        headers = bearer(tokens["access_token"])
        by_get = await program.http.get("/oauth/userinfo", headers=headers)
        by_post = await program.http.post("/oauth/userinfo", headers=headers)
        assert by_get.json() == by_post.json()
        found: dict[str, Any] = by_get.json()
        return found

    sub = show("usr", resident.user_id)
    mail = {"email": resident.email, "email_verified": True}
    assert await told(every) == {"sub": sub, "name": "Aline Favre", "locale": "fr", **mail}
    assert await told(little) == {"sub": sub, **mail}
    nobody = await program.http.get("/oauth/userinfo")
    unknown = await program.http.get("/oauth/userinfo", headers=bearer("x"))
    own = (await program.token("client_credentials")).json()["error"]
    assert (nobody.status_code, unknown.status_code, own) == (401, 401, "unauthorized_client")
    # What is wrong is told of a token that was sent (RFC 6750, 3.1).
    assert nobody.headers["www-authenticate"] == 'Bearer realm="parvis"'
    assert unknown.headers["www-authenticate"] == 'Bearer realm="parvis", error="invalid_token"'


async def test_stranger_signs_in_and_comes_back_to_the_question(program: Program, tab: Tab) -> None:
    await led(tab, Walk().path(program))

    assert tab.path.startswith("/sign-in?next=/oauth/consent%3Frequest%3Dpvu_")


async def test_nothing_is_asked_twice_unless_the_client_wants_it(
    program: Program, resident: Resident
) -> None:
    tab = resident.tab
    await tokens_for(tab, program)

    again = await led(tab, Walk().path(program))
    silent = await led(tab, Walk().path(program, prompt="none"))
    more = await led(tab, Walk().path(program, scope="posts:write openid"))
    quiet = await led(tab, Walk().path(program, scope="posts:write", prompt="none"))
    never = await led(tab, Walk().path(program, scope="administration", prompt="none"))
    asked = await led(tab, Walk().path(program, prompt="consent"))
    chosen = await led(tab, Walk().path(program, prompt="select_account"))

    assert ("code" in parts(again), "code" in parts(silent)) == (True, True)
    assert (more, asked, chosen) == ("", "", "")
    assert parts(quiet)["error"] == "consent_required"
    assert parts(never)["error"] == "access_denied"


async def test_silent_client_is_told_what_is_missing(
    program: Program, resident: Resident, tab: Tab
) -> None:
    stranger = await led(tab, Walk().path(program, prompt="none"))
    first = await led(resident.tab, Walk().path(program, prompt="none"))

    assert (parts(stranger)["error"], parts(stranger)["iss"]) == ("login_required", ISSUER)
    assert (parts(first)["error"], parts(first)["iss"]) == ("consent_required", ISSUER)


async def test_old_proof_is_renewed_where_the_client_asks_for_a_new_one(
    database: Database, program: Program, resident: Resident
) -> None:
    tab = resident.tab
    await tokens_for(tab, program)
    async with database.transaction(None) as session:
        statement = select(SignIn).where(col(SignIn.user_id) == resident.user_id)
        (await session.exec(statement)).one().authenticated_at -= timedelta(minutes=10)

    old_enough = await led(tab, Walk().path(program, max_age="3600"))
    silent = await led(tab, Walk().path(program, max_age="60", prompt="none"))
    too_old = await led(tab, Walk().path(program, max_age="60"))
    assert tab.path.startswith("/confirm?next=/oauth/consent")
    login = await led(tab, Walk().path(program, prompt="login"))
    assert tab.path.startswith("/confirm?next=/oauth/consent")
    # `open` follows to the client's own address, which our app does not know.
    await tab.send("/confirm", password="violet anchovy parade 48")

    assert "code" in parts(old_enough)
    assert parts(silent)["error"] == "login_required"
    assert (too_old, login) == ("", "")
    assert str(tab.page.request.url).startswith(f"{CALLBACK}?code=")


async def test_person_of_several_houses_chooses_and_switches(
    database: Database, tenant: Tenant, program: Program, resident: Resident
) -> None:
    second = await make_workspace(database)
    await build_member(database, second, user_id=resident.user_id)
    tab, walk = resident.tab, Walk()
    hint = show("ws", second)

    assert await led(tab, walk.path(program, prompt="none")) != ""
    assert await led(tab, walk.path(program)) == ""
    assert tab.title == "Choose a workspace"
    choice = f"{tab.path}&workspace={hint}"
    await led(tab, choice)
    code = parts(await agree(tab))["code"]
    there = (await walk.redeem(program, code)).json()
    hinted = await tokens_for(tab, program, workspace=show("ws", tenant.workspace_id))
    silent = parts(await led(tab, Walk().path(program, workspace=hint, prompt="none")))
    unknown = parts(await led(tab, Walk().path(program, prompt="none")))

    assert there["workspace"] == hint
    assert hinted["workspace"] == show("ws", tenant.workspace_id)
    assert "code" in silent
    assert unknown["error"] == "interaction_required"


async def test_client_that_names_a_workspace_is_given_no_other(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    tab, own = resident.tab, show("ws", tenant.workspace_id)
    await tokens_for(tab, program)
    for hint in (show("ws", new_id()), "ws_x", "village"):
        silent = await led(tab, Walk().path(program, workspace=hint, prompt="none"))
        asked = await led(tab, Walk().path(program, workspace=hint))

        assert parts(silent)["error"] == "interaction_required"
        assert (asked, tab.title) == ("", "Choose a workspace")
    chosen = await led(tab, f"{tab.path}&workspace={own}")
    assert "code" in parts(chosen)


async def test_client_that_means_somebody_is_told_of_nobody_else(
    app: FastAPI, database: Database, tenant: Tenant, program: Program, resident: Resident
) -> None:
    other = await make_person(database)
    await build_member(database, tenant.workspace_id, user_id=other.id)
    hint = (await tokens_for(resident.tab, program))["id_token"]
    async with browsing(app) as tab:
        await sign_in(tab, other)
        await tokens_for(tab, program)

        async def led_by(hint: str, **changes: str) -> dict[str, str]:
            return parts(await led(tab, Walk().path(program, id_token_hint=hint, **changes)))

        assert (await led_by(hint, prompt="none"))["error"] == "login_required"
        assert (await led_by(hint))["error"] == "login_required"
        assert (await led_by("x.y.z", prompt="none"))["error"] == "login_required"
        assert "code" in await led_by("x.y.z")
    same = await led(resident.tab, Walk().path(program, id_token_hint=hint, prompt="none"))
    assert "code" in parts(same)


async def test_grant_for_some_communities_shows_those_alone(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    made = []
    for name in ("Vaud", "Valais"):
        body = {"name": name, "slug": name.lower(), "time_zone": "Europe/Zurich"}
        made.append((await tenant.client.post("/v1/communities", json=body)).json()["id"])
    walk = Walk()
    await led(resident.tab, walk.path(program, scope="communities:read events:read"))
    none = await led(resident.tab, walk.path(program, scope="events:read posts:read"))
    code = parts(await agree(resident.tab, reach="some", community=[made[0], "com_x"]))["code"]
    tokens = (await walk.redeem(program, code)).json()

    [grant] = (await tenant.client.get("/v1/grants")).json()["data"]
    token = (await tenant.client.get("/v1/tokens")).json()["data"][-1]
    assert none == ""
    # The log shows every community: it is not given for some.
    assert tokens["scope"] == "posts:read"
    assert grant["communities"] == token["communities"] == [made[0]]
    await led(resident.tab, walk.path(program, scope="posts:read", prompt="consent"))
    assert await agree(resident.tab, reach="some") == ""
    assert (resident.tab.page.status_code, "Tick at least one" in resident.tab.page.text) == (
        422,
        True,
    )


async def test_newest_word_of_a_person_holds_all_that_the_client_has(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    body = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
    vaud = (await tenant.client.post("/v1/communities", json=body)).json()["id"]
    scope, tab, http = "openid email posts:read posts:write", resident.tab, program.http
    first = await tokens_for(tab, program, scope=scope)
    headers = bearer(first["access_token"])

    await led(tab, Walk().path(program, scope=scope, prompt="consent"))
    await agree(tab, reach="some", community=[vaud], scope=["posts:read"])
    me = (await http.get("/v1/me", headers=headers)).json()
    told = (await http.get("/oauth/userinfo", headers=headers)).json()
    known = (await program.post("introspect", token=first["access_token"])).json()
    renewed = await program.token("refresh_token", refresh_token=first["refresh_token"])
    asked_again = await led(tab, Walk().path(program, scope=scope))
    as_it_was = tab.page.text
    [grant] = (await tenant.client.get("/v1/grants")).json()["data"]
    await led(tab, Walk().path(program, scope="openid", prompt="consent"))
    await agree(tab, reach="some", community=[vaud])
    [kept] = (await tenant.client.get("/v1/grants")).json()["data"]

    assert (me["scopes"], me["communities"]) == (["posts:read"], [vaud])
    assert told == {"sub": show("usr", resident.user_id)}
    assert known["scope"] == renewed.json()["scope"] == "openid posts:read"
    assert asked_again == ""
    assert f'value="{vaud}" checked' in as_it_was
    assert grant["scopes"] == ["openid", "posts:read"]
    # What was not asked about stays.
    assert (kept["scopes"], kept["communities"]) == (["openid", "posts:read"], [vaud])


async def test_what_an_application_gave_up_it_is_told_no_more(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    tokens = await tokens_for(resident.tab, program)
    headers, url = bearer(tokens["access_token"]), f"/v1/applications/{program.id}"

    async def register_for(*scopes: str) -> None:
        body, latest = {"scopes": list(scopes)}, {"If-Match": "*"}
        answer = await tenant.client.patch(url, json=body, headers=latest)
        assert answer.status_code == 200

    await register_for("openid", "posts:read")
    told = (await program.http.get("/oauth/userinfo", headers=headers)).json()
    known = (await program.post("introspect", token=tokens["access_token"])).json()
    renewed = (await program.token("refresh_token", refresh_token=tokens["refresh_token"])).json()
    await register_for("webhooks:read")
    nothing = await program.token("refresh_token", refresh_token=renewed["refresh_token"])

    assert told == {"sub": show("usr", resident.user_id)}
    assert known["scope"] == renewed["scope"] == "openid posts:read"
    assert (nothing.status_code, nothing.json()["error"]) == (400, "invalid_grant")


async def test_other_account_signs_out_and_asks_again(program: Program, resident: Resident) -> None:
    await led(resident.tab, Walk().path(program))
    assert resident.email in resident.tab.page.text

    answer = await resident.tab.post("/oauth/other-account", **resident.tab.hidden)

    assert answer.headers["location"].startswith("/sign-in?next=/oauth/consent")
    await led(resident.tab, answer.headers["location"])
    assert resident.tab.title == "Sign in"


async def test_refusal_is_told_to_the_client(program: Program, resident: Resident) -> None:
    walk = Walk()
    await led(resident.tab, walk.path(program))

    found = parts(await agree(resident.tab, decision="deny"))

    assert (found["error"], found["state"], found["iss"]) == ("access_denied", walk.state, ISSUER)


async def test_person_is_spoken_to_in_the_language_the_client_likes(
    program: Program, resident: Resident
) -> None:
    for locales, title in (
        ("fr-CH en", "Autoriser Village Desk ?"),
        ("de", "Village Desk zulassen?"),
        ("it", "Autorizzare Village Desk?"),
    ):
        await led(resident.tab, Walk().path(program, ui_locales=locales))
        assert resident.tab.title == title


@pytest.fixture
async def leaving(tenant: Tenant, stranger: httpx2.AsyncClient) -> Program:
    return await register(tenant, stranger, post_logout_uris=[OUT])


async def signed_in(tab: Tab) -> bool:
    return (await tab.client.get("/account")).status_code == 200


async def test_client_that_proves_whom_it_means_signs_them_out(
    leaving: Program, resident: Resident
) -> None:
    tokens = await tokens_for(resident.tab, leaving)
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": OUT,
        "state": "done",
    }

    location = await led(resident.tab, f"/oauth/logout?{urlencode(asked)}")

    assert location == f"{OUT}?state=done"
    assert not await signed_in(resident.tab)


async def test_proof_of_another_client_is_none(
    leaving: Program, program: Program, resident: Resident
) -> None:
    tokens = await tokens_for(resident.tab, program)
    asked = {
        "id_token_hint": tokens["id_token"],
        "client_id": leaving.client_id,
        "post_logout_redirect_uri": OUT,
    }

    assert await led(resident.tab, f"/oauth/logout?{urlencode(asked)}") == ""
    assert resident.tab.title == "Sign out?"
    assert await signed_in(resident.tab)


@pytest.mark.parametrize("hint", ["", "junk", "a.b.c"])
async def test_without_proof_the_person_is_asked(
    leaving: Program, resident: Resident, hint: str
) -> None:
    tab = resident.tab
    asked = {
        "id_token_hint": hint,
        "client_id": leaving.client_id,
        "post_logout_redirect_uri": OUT,
        "state": "s",
    }

    assert await led(tab, f"/oauth/logout?{urlencode(asked)}") == ""
    assert tab.title == "Sign out?"
    assert await signed_in(tab)
    foreign = await tab.post("/oauth/logout/confirm", origin="https://evil.example", **tab.hidden)
    assert (foreign.status_code, await signed_in(tab)) == (403, True)
    answer = await tab.post("/oauth/logout/confirm", **tab.hidden)
    assert answer.headers["location"] == f"{OUT}?state=s"
    assert not await signed_in(tab)


async def test_nobody_is_led_to_an_address_that_is_not_registered_for_leaving(
    leaving: Program, resident: Resident
) -> None:
    tokens = await tokens_for(resident.tab, leaving)
    for target in (CALLBACK, "https://evil.example/", f"{OUT}#x", f"{OUT}/"):
        asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": target}
        location = await led(resident.tab, f"/oauth/logout?{urlencode(asked)}")

        assert location == ""
        assert resident.tab.title == "You are signed out"


async def test_keys_follow_one_another_and_are_shown_before_they_sign(
    database: Database, now: datetime
) -> None:
    lasts, algorithm = timedelta(days=90), SigningAlgorithm.ES256
    async with database.transaction(None) as session:
        for row in (await session.exec(select(SigningKey))).all():
            await session.delete(row)
        first = await signer(session, KEYS, algorithm, lasts=lasts, now=now)

        async def kids(moment: datetime) -> tuple[str, set[str]]:
            signs = await signer(session, KEYS, algorithm, lasts=lasts, now=moment)
            shown = await public_keys(session, KEYS, lasts=lasts, now=moment)
            return signs.kid, {key["kid"] for key in shown if key["alg"] == algorithm}

        young = await kids(now + timedelta(days=88))
        signs, shown = await kids(now + timedelta(days=89))
        after = now + timedelta(days=89) + PUBLISHED_FIRST
        [successor] = shown - {first.kid}
        turned = await kids(after)
        gone = await kids(after + timedelta(days=1))
        await forget_signing_keys(session, now=after + timedelta(days=1))
        statement = select(SigningKey.id).where(col(SigningKey.algorithm) == algorithm)
        left = (await session.exec(statement)).all()
        await session.rollback()

    assert young == (first.kid, {first.kid})
    assert (signs, len(shown)) == (first.kid, 2)
    assert turned == (successor, {first.kid, successor})
    assert gone == (successor, {successor})
    assert [each.hex for each in left] == [successor]


async def test_metadata_says_where_everything_is(stranger: httpx2.AsyncClient) -> None:
    server = (await stranger.get("/.well-known/oauth-authorization-server")).json()
    openid = (await stranger.get("/.well-known/openid-configuration")).json()
    resource = (await stranger.get("/.well-known/oauth-protected-resource")).json()
    refused = await stranger.get("/v1/posts")

    assert server == openid
    assert server["issuer"] == ISSUER
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert server["authorization_response_iss_parameter_supported"] is True
    assert resource["authorization_servers"] == [ISSUER]
    assert "administration" in resource["scopes_supported"]
    address = f"{ISSUER}/.well-known/oauth-protected-resource"
    assert f'resource_metadata="{address}"' in refused.headers["www-authenticate"]
    for name, url in server.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            found = await stranger.get(url.removeprefix(ISSUER))
            assert found.status_code != 404, name


async def test_private_keys_are_shown_nowhere(
    database: Database, program: Program, resident: Resident
) -> None:
    await tokens_for(resident.tab, program)
    shown = (await program.http.get("/oauth/jwks")).text
    async with database.transaction(None) as session:
        kept = (await session.exec(select(SigningKey))).all()

    assert all(f'"{secret}"' not in shown for secret in ("d", "p", "q"))
    assert len(kept) >= 2
    assert all(b'"d"' not in bytes(row.sealed_key) for row in kept)
    assert all("d" not in row.public_key for row in kept)


async def test_code_is_kept_as_a_fingerprint(
    database: Database, tenant: Tenant, program: Program, resident: Resident
) -> None:
    walk = Walk()
    code = await code_for(resident.tab, program, walk)
    tokens = (await walk.redeem(program, code)).json()
    secrets = [code, tokens["access_token"], tokens["refresh_token"], program.secret or ""]
    tables = (
        "tokens",
        "refresh_tokens",
        "authorisations",
        "authorisation_requests",
        "application_secrets",
        "events",
        "grants",
    )

    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        for table in tables:
            rows = (await connection.exec_driver_sql(f"SELECT t::text FROM {table} t")).all()
            told = " ".join(row[0] for row in rows)
            for secret in secrets:
                assert secret[-30:] not in told
                assert secret[-30:].encode().hex() not in told
