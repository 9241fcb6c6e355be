from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey, RSAKey

from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.providers.steps import claim_attempts
from domain.workspaces.shapes import Role
from tests.api.oauth.walking import Walk, led, register
from tests.api.providers.acme import House
from tests.browsing import Tab, browsing
from tests.domain.identity.build import build_member
from tests.openid import CLIENT_ID, SECRET
from tests.people import KEYS, PASSWORD, make_person, sign_in
from tests.world import Tenant

REFUSED = "provider.refused"
PAST = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


async def state_of(database: Database, house: House) -> tuple[str, str | None]:
    """The state of the newest attempt, and what was wrong with it."""
    async with database.transaction(house.workspace_id) as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql(
            "SELECT state, problem FROM provider_attempts ORDER BY created_at DESC LIMIT 1"
        )
        row = found.one()
    return row.state, row.problem


async def test_member_connects_once_and_comes_in_by_the_provider_from_then_on(
    app: FastAPI, tab: Tab, house: House, database: Database
) -> None:
    await house.connect(tab)
    assert tab.path == "/account"
    async with browsing(app) as other:
        await house.come_back(other, await house.set_out(other, to="/account"))

        assert other.path == "/confirm?next=/account"
    [row] = await database.reads.fetch(
        "SELECT methods, workspace_id FROM sign_ins WHERE user_id = $1 "
        "ORDER BY created_at DESC LIMIT 1",
        house.member.id,
    )
    assert (row["methods"], row["workspace_id"]) == (["outside"], house.workspace_id)
    assert await state_of(database, house) == ("used", None)


async def test_who_comes_in_by_a_provider_changes_nothing_of_the_account_before_their_own_proof(
    app: FastAPI, tab: Tab, house: House
) -> None:
    await house.connect(tab)
    async with browsing(app) as other:
        await house.come_back(other, await house.set_out(other))
        for path in ("/account", "/account/password", "/account/passkeys", "/account/sign-ins"):
            await other.open(path)
            assert other.path == f"/confirm?next={path}"
        before = other.client.cookies["parvis"]

        await other.send("/confirm", password=PASSWORD)

        assert other.path == "/account/sign-ins"
        assert other.client.cookies["parvis"] != before


async def test_stranger_to_us_signs_in_first_and_then_connects(tab: Tab, house: House) -> None:
    await house.come_back(tab, await house.set_out(tab, to="/account?tab=a"))
    assert tab.title == "Tell us who you are here"

    await sign_in(tab, house.member, to="/sign-in/with/done")
    assert tab.title == "Connect Acme to your account"
    await tab.send("/sign-in/with/connect")

    assert tab.path == "/account?tab=a"


async def test_who_is_no_member_connects_nothing(
    tab: Tab, house: House, database: Database
) -> None:
    await sign_in(tab, await make_person(database))
    await house.come_back(tab, await house.set_out(tab))

    answer = await tab.send("/sign-in/with/connect")

    assert (answer.status_code, REFUSED in answer.text) == (403, True)
    assert await state_of(database, house) == ("done", None)


async def test_connected_subject_is_not_connected_to_another_member(
    app: FastAPI, tab: Tab, house: House
) -> None:
    await house.connect(tab)
    house.acme.subject = "acme-8"
    async with browsing(app) as other:
        await house.come_back(other, await house.set_out(other))

        assert other.title == "Tell us who you are here"


async def test_removed_member_does_not_come_in(
    app: FastAPI, tab: Tab, house: House, database: Database
) -> None:
    await house.connect(tab)
    async with database.transaction(house.workspace_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql("DELETE FROM members")
    async with browsing(app) as other:
        await house.come_back(other, await house.set_out(other))

        assert other.title == "Tell us who you are here"
        assert "parvis" not in dict(other.client.cookies)


async def test_provider_is_offered_where_its_workspace_is_named(tab: Tab, house: House) -> None:
    await tab.open(f"/sign-in/with?workspace={house.slug.upper()}")
    assert "Sign in with Acme" in tab.page.text

    await tab.open("/sign-in/with?workspace=nobody")

    assert "Sign in with" not in tab.page.text.replace("<title>", "")
    assert "This workspace has no sign-in through an organisation." in tab.page.text


async def test_provider_of_another_workspace_is_not_begun(tab: Tab, house: House) -> None:
    await tab.open(f"/sign-in/with?workspace={house.slug}")

    answer = await tab.send("/sign-in/with", workspace="nobody")

    assert (answer.status_code, REFUSED in answer.text) == (403, True)
    assert "parvis-entry" not in dict(tab.client.cookies)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://login.evil.test"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://login.acme.test/auth\r\nSet-Cookie: a=b"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
    ],
)
async def test_metadata_that_are_not_the_issuers_lead_nowhere(
    tab: Tab, house: House, database: Database, metadata: dict[str, Any]
) -> None:
    house.acme.metadata = metadata
    await tab.open(f"/sign-in/with?workspace={house.slug}")
    await tab.post("/sign-in/with", **tab.hidden)
    await house.work()

    answer = await tab.open("/sign-in/with/go")

    assert (answer.status_code, "refresh" in answer.headers) == (403, False)
    assert await state_of(database, house) == ("failed", "provider.metadata_unfit")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.evil.test"},
        {"aud": "somebody-else"},
        {"aud": [CLIENT_ID, "somebody-else"]},
        {"aud": [CLIENT_ID, "somebody-else"], "azp": "somebody-else"},
        {"nonce": "another"},
        {"nonce": ""},
        {"exp": PAST},
        {"exp": ""},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
    ],
)
async def test_token_that_says_something_else_names_nobody(
    tab: Tab, house: House, database: Database, claims: dict[str, Any]
) -> None:
    house.acme.claims = claims

    await house.come_back(tab, await house.set_out(tab))

    assert (tab.page.status_code, REFUSED in tab.page.text) == (403, True)
    assert await state_of(database, house) == ("failed", "provider.token_unfit")


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSAKey.generate_key(2048, {"kid": "acme-1"}, private=True), "RS256"),
        (OctKey.import_key(SECRET), "HS256"),
        (OctKey.import_key(SECRET), "none"),
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_token_under_another_key_names_nobody(
    tab: Tab, house: House, database: Database, key: RSAKey | OctKey, algorithm: str
) -> None:
    house.acme.signs, house.acme.algorithm = key, algorithm

    await house.come_back(tab, await house.set_out(tab))

    assert (tab.page.status_code, REFUSED in tab.page.text) == (403, True)
    assert await state_of(database, house) == ("failed", "provider.token_unfit")


async def test_other_browser_cannot_bring_the_code(app: FastAPI, tab: Tab, house: House) -> None:
    back = house.acme.lead_back(await house.set_out(tab))
    async with browsing(app) as other:
        lost = await other.client.get(back)
        assert lost.headers["location"] == "/sign-in/with"
        await house.set_out(other)

        foreign = await other.client.get(back)

    assert foreign.status_code == 403
    assert (await tab.client.get(back)).status_code == 303


async def test_code_is_taken_once(tab: Tab, house: House, database: Database) -> None:
    back = house.acme.lead_back(await house.set_out(tab))

    answers = [await tab.client.get(back) for _ in range(2)]
    await house.work()
    sent = [call for call in house.acme.calls if call.url.endswith("/token")]

    assert [answer.status_code for answer in answers] == [303, 403]
    assert len(sent) == 1
    assert await state_of(database, house) == ("done", None)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("&iss=https://login.acme.test", "", "provider.answer_unfit"),
        ("login.acme.test", "login.evil.test", "provider.answer_unfit"),
        ("code=c-1", "error=access_denied", "provider.denied"),
        ("code=c-1", "code=c-2", "provider.code_refused"),
    ],
)
async def test_answer_that_is_not_as_asked_ends_the_attempt(
    tab: Tab, house: House, database: Database, old: str, new: str, problem: str
) -> None:
    back = house.acme.lead_back(await house.set_out(tab)).replace(old, new)

    await tab.client.get(back)
    await house.work()
    answer = await tab.open("/sign-in/with/done")

    assert answer.status_code == 403
    assert await state_of(database, house) == ("failed", problem)


async def test_provider_that_is_away_ends_the_attempt(
    tab: Tab, house: House, database: Database
) -> None:
    await tab.client.get(house.acme.lead_back(await house.set_out(tab)))
    house.acme.is_away = True

    await house.work()

    assert await state_of(database, house) == ("failed", "network.unavailable")


async def test_code_of_a_lost_worker_is_not_sent_again(
    tab: Tab, house: House, database: Database
) -> None:
    await tab.client.get(house.acme.lead_back(await house.set_out(tab)))
    now = datetime.now(UTC)
    async with database.transaction(house.workspace_id) as session:
        claimed = await claim_attempts(
            session, KEYS, house.workspace_id, now=now, lease=timedelta(0), batch=5
        )

    await house.work()

    assert [planned.intent.code for planned in claimed] == ["c-1"]
    assert await state_of(database, house) == ("failed", "provider.interrupted")
    assert not any(call.url.endswith("/token") for call in house.acme.calls)


async def test_secrets_of_an_attempt_rest_sealed(
    tab: Tab, house: House, database: Database
) -> None:
    page = await house.set_out(tab)
    state = page.partition("state=")[2].partition("&")[0]
    async with database.transaction(house.workspace_id) as session:
        connection = await session.connection()
        rows = (
            await connection.exec_driver_sql(
                "SELECT a.*::text, p.*::text FROM provider_attempts a, sign_in_providers p"
            )
        ).all()

    assert len(rows) == 1
    kept = str(rows)
    assert state.encode().hex() not in kept
    assert state not in kept
    assert SECRET.encode().hex() not in kept


async def test_who_comes_in_by_a_provider_lets_programs_into_its_workspace_alone(
    app: FastAPI,
    tab: Tab,
    house: House,
    database: Database,
    tenant: Tenant,
    stranger: httpx2.AsyncClient,
) -> None:
    program = await register(tenant, stranger)
    await build_member(
        database, tenant.workspace_id, Role.COMMUNITY_MANAGER, user_id=house.member.id
    )
    await house.connect(tab)
    async with browsing(app) as other:
        await house.come_back(other, await house.set_out(other))
        path = Walk().path(program)
        assert await led(other, path) == ""
        own = other.hidden["workspace"]
        elsewhere = await other.post(
            "/oauth/consent",
            **{**other.hidden, "workspace": show("ws", tenant.workspace_id)},
            decision="allow",
            scope="posts:read",
            reach="all",
        )
    await led(tab, path)

    assert own == show("ws", house.workspace_id)
    assert (elsewhere.status_code, elsewhere.is_redirect) == (422, False)
    assert show("ws", tenant.workspace_id) in tab.page.text
