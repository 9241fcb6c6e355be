"""An account connected at a network's own page, from the first request to the last redirect."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from arq.connections import ArqRedis
from fastapi import FastAPI
from pydantic import JsonValue

from domain.accounts.consent_steps import claim_steps, find_consent, forget_client, take_code
from domain.accounts.tables import Consent
from domain.connector.dialects import oauth2
from domain.connector.errors import Barred
from domain.connector.http import Call, Reply
from domain.kernel.clock import utc_now
from domain.kernel.database import Database
from domain.kernel.ids import new_id, read
from domain.kernel.settings import Settings
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.workers.world import make_context
from tests.world import Tenant, client_for
from workers.consents import consent_due
from workers.context import Context

SERVER = "https://social.example"
TOKEN_PATH = "/oauth/token"
REGISTERED = Exchange(
    method="POST", path="/api/v1/apps", json_={"client_id": "c1", "client_secret": "s1"}
)
FACTS = Exchange(
    method="GET",
    path="/.well-known/oauth-authorization-server",
    json_={
        "issuer": f"{SERVER}/",
        "authorization_endpoint": f"{SERVER}/oauth/authorize",
        "token_endpoint": f"{SERVER}{TOKEN_PATH}",
        "authorization_response_iss_parameter_supported": True,
    },
)
TOKENS = Exchange(method="POST", path=TOKEN_PATH, json_={"access_token": "granted-1"})
INSTANCE = Exchange(method="GET", path="/api/v2/instance", json_={"domain": "social.example"})


def account_of(remote_id: str) -> Exchange:
    shown = {"id": remote_id, "username": "vaud", "acct": "vaud", "url": f"{SERVER}/@vaud"}
    return Exchange(method="GET", path="/api/v1/accounts/verify_credentials", json_={**shown})


@dataclass
class Network:
    """The fake at the port; what is not written down for it yet is added while it is used."""

    script: list[Exchange] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    is_barred: bool = False

    async def __call__(self, call: Call) -> Reply:
        if self.is_barred:
            raise Barred("It lies on a private address.", code="outbound.address_refused")
        once = ScriptedHttp([self.script.pop(0)])
        self.calls.append(call)
        return await once(call)


@pytest.fixture
def network() -> Network:
    return Network([REGISTERED, FACTS])


@pytest.fixture
def context(settings: Settings, database: Database, redis: ArqRedis, network: Network) -> Context:
    return make_context(settings, database, redis, network, clock=utc_now)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_for(app, None) as client:
        yield client


@pytest.fixture(autouse=True)
async def no_registration_yet(database: Database) -> None:
    async with database.transaction(None) as session:
        await forget_client(session, "mastodon", SERVER)


async def begin(tenant: Tenant, **changes: object) -> dict[str, str]:
    made = await tenant.client.post(
        "/v1/communities",
        json={"name": "Vaud", "slug": f"c-{new_id().hex[-12:]}", "time_zone": "Europe/Zurich"},
    )
    body = {"community_id": made.json()["id"], "network": "mastodon", "fields": {"server": SERVER}}
    answer = await tenant.client.post("/v1/consents", json={**body, **changes})
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


async def work(context: Context, tenant: Tenant) -> None:
    """What a worker does with what is due now."""
    await consent_due(context, tenant.workspace_id, now=context.clock())
    await context.slots.drain(5)


async def consent_of(tenant: Tenant, begun: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = (await tenant.client.get(f"/v1/consents/{begun['id']}")).json()
    return found


def path_of(url: str) -> str:
    return urlsplit(url).path


async def set_out(browser: httpx2.AsyncClient, begun: dict[str, str]) -> dict[str, str]:
    """What the network's page is asked, once the browser is sent there."""
    sent = await browser.get(path_of(begun["start_url"]))
    assert sent.status_code == 303, sent.text
    location = sent.headers["location"]
    assert location.startswith(f"{SERVER}/oauth/authorize?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def come_back(
    browser: httpx2.AsyncClient, asked: dict[str, str], **brought: str
) -> httpx2.Response:
    query = {"state": asked["state"], "iss": f"{SERVER}/", **brought}
    return await browser.get("/connect/callback", params=query)


async def test_a_person_connects_an_account_at_the_networks_own_page(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    begun = await begin(tenant)
    assert begun["state"] == "preparing"
    waiting = await browser.get(path_of(begun["start_url"]))
    assert (waiting.status_code, waiting.headers["refresh"]) == (200, "1")
    await work(context, tenant)
    asked = await set_out(browser, begun)
    assert (await consent_of(tenant, begun))["state"] == "open"

    returned = await come_back(browser, asked, code="code-1")
    assert (returned.status_code, "being connected" in returned.text) == (200, True)
    network.script += [TOKENS, account_of("17"), INSTANCE]
    await work(context, tenant)

    done = await consent_of(tenant, begun)
    assert (done["state"], done["problem"], done["start_url"]) == ("done", None, None)
    account = (await tenant.client.get(f"/v1/accounts/{done['account_id']}")).json()
    assert (account["state"], account["remote_id"], account["server"]) == (
        "connected",
        "17",
        SERVER,
    )
    exchanged = dict(network.calls[2].form)
    assert (exchanged["code"], exchanged["redirect_uri"]) == ("code-1", asked["redirect_uri"])
    assert oauth2.challenge_of(exchanged["code_verifier"]) == asked["code_challenge"]
    events = (await tenant.client.get("/v1/events?subject_kind=consent")).json()["data"]
    assert [each["kind"] for each in events] == [
        "consent.begun",
        "consent.opened",
        "consent.returned",
        "consent.done",
    ]
    assert events[-1]["data"] == {"account_id": done["account_id"]}


async def test_connecting_again_keeps_the_account_and_its_history(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    first = await connected(tenant, browser, network, context, "17")
    network.script += [FACTS]

    again = await begin(tenant, account_id=first["account_id"], community_id=first["community_id"])
    await work(context, tenant)
    await come_back(browser, await set_out(browser, again), code="code-2")
    network.script += [TOKENS, account_of("17"), INSTANCE]
    await work(context, tenant)

    done = await consent_of(tenant, again)
    assert (done["state"], done["account_id"]) == ("done", first["account_id"])
    accounts = (await tenant.client.get("/v1/accounts")).json()["data"]
    assert [each["id"] for each in accounts] == [first["account_id"]]


async def test_somebody_elses_consent_changes_nothing_of_the_account(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    first = await connected(tenant, browser, network, context, "17")
    network.script += [FACTS]
    before = (await tenant.client.get(f"/v1/accounts/{first['account_id']}")).json()

    again = await begin(tenant, account_id=first["account_id"], community_id=first["community_id"])
    await work(context, tenant)
    await come_back(browser, await set_out(browser, again), code="code-2")
    network.script += [TOKENS, account_of("99"), INSTANCE]
    await work(context, tenant)

    failed = await consent_of(tenant, again)
    problem = failed["problem"]
    assert isinstance(problem, dict)
    assert (failed["state"], problem["code"]) == ("failed", "account.identity_differs")
    assert (await tenant.client.get(f"/v1/accounts/{first['account_id']}")).json() == before


async def test_an_identity_that_has_an_account_already_fails_the_consent_for_another(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    first = await connected(tenant, browser, network, context, "17")
    network.script += [FACTS]
    body = {"community_id": first["community_id"], "network": "mastodon"}
    login = {"server": SERVER, "access_token": "old"}
    never = (await tenant.client.post("/v1/accounts", json={**body, "login": login})).json()

    again = await begin(tenant, account_id=never["id"], community_id=first["community_id"])
    await work(context, tenant)
    await come_back(browser, await set_out(browser, again), code="code-2")
    network.script += [TOKENS, account_of("17"), INSTANCE]
    await work(context, tenant)

    failed = await consent_of(tenant, again)
    assert (failed["state"], problem_code(failed)) == ("failed", "account.already_connected")
    kept = (await tenant.client.get(f"/v1/accounts/{first['account_id']}")).json()
    assert kept["state"] == "connected"


async def test_only_the_browser_that_set_out_may_come_back(
    tenant: Tenant, browser: httpx2.AsyncClient, app: FastAPI, context: Context
) -> None:
    begun = await begin(tenant)
    await work(context, tenant)
    asked = await set_out(browser, begun)

    async with client_for(app, None) as other:
        refused = await come_back(other, asked, code="stolen")

    assert refused.status_code == 404
    assert (await consent_of(tenant, begun))["state"] == "open"
    assert (await come_back(browser, asked, code="code-1")).status_code == 200
    assert (await come_back(browser, asked, code="code-1")).status_code == 404


async def test_an_answer_of_another_server_is_not_believed(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    begun = await begin(tenant)
    await work(context, tenant)

    await come_back(browser, await set_out(browser, begun), code="c", iss="https://evil.example/")
    await work(context, tenant)

    failed = await consent_of(tenant, begun)
    assert (failed["state"], problem_code(failed)) == ("failed", "consent.issuer_differs")
    assert len(network.calls) == 2


async def test_a_person_who_says_no_ends_it(
    tenant: Tenant, browser: httpx2.AsyncClient, context: Context
) -> None:
    begun = await begin(tenant)
    await work(context, tenant)

    brought = {"error": "access_denied", "error_description": "Permissions error"}
    page = await come_back(browser, await set_out(browser, begun), **brought)

    assert "did not give its consent" in page.text
    problem = (await consent_of(tenant, begun))["problem"]
    assert isinstance(problem, dict)
    assert (problem["code"], problem["acting_party"]) == ("consent.denied", "user")
    assert problem["said"] == "access_denied: Permissions error"


async def test_an_address_that_is_barred_ends_it_for_the_operator(
    tenant: Tenant, network: Network, context: Context
) -> None:
    begun = await begin(tenant)
    network.is_barred = True

    await work(context, tenant)

    problem = (await consent_of(tenant, begun))["problem"]
    assert isinstance(problem, dict)
    assert (problem["code"], problem["acting_party"]) == ("outbound.address_refused", "operator")
    assert problem["type"] == "/problems#outbound.address_refused"


async def test_a_code_that_may_have_been_used_is_never_sent_again(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    begun = await begin(tenant)
    await work(context, tenant)
    await come_back(browser, await set_out(browser, begun), code="code-1")
    network.script += [TOKENS.model_copy(update={"error": "outcome_unknown"})]

    await work(context, tenant)
    await work(context, tenant)

    assert problem_code(await consent_of(tenant, begun)) == "network.outcome_unknown"
    assert [call.url for call in network.calls].count(f"{SERVER}{TOKEN_PATH}") == 1


async def test_a_code_is_not_sent_again_where_the_network_is_away_after_it(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    begun = await begin(tenant)
    await work(context, tenant)
    await come_back(browser, await set_out(browser, begun), code="code-1")
    network.script += [TOKENS, account_of("17").model_copy(update={"error": "unavailable"})]

    await work(context, tenant)

    failed = await consent_of(tenant, begun)
    assert (failed["state"], problem_code(failed)) == ("failed", "consent.interrupted")


async def test_a_worker_lost_while_it_exchanged_ends_it_too(
    tenant: Tenant,
    browser: httpx2.AsyncClient,
    database: Database,
    network: Network,
    context: Context,
) -> None:
    begun = await begin(tenant)
    await work(context, tenant)
    await come_back(browser, await set_out(browser, begun), code="code-1")
    async with database.transaction(tenant.workspace_id) as session:
        [step] = await claim_steps(
            session, tenant.workspace_id, now=utc_now(), lease=timedelta(0), batch=5
        )
        row = await find_consent(session, tenant.workspace_id, step.id)
        assert row is not None
        take_code(context.keys, row)

    await work(context, tenant)

    assert problem_code(await consent_of(tenant, begun)) == "consent.interrupted"
    assert len(network.calls) == 2


async def test_a_network_that_is_away_is_asked_again(
    tenant: Tenant, network: Network, context: Context
) -> None:
    begun = await begin(tenant)
    network.script.insert(0, REGISTERED.model_copy(update={"error": "unavailable"}))

    await work(context, tenant)

    assert (await consent_of(tenant, begun))["state"] == "preparing"


async def test_a_cancelled_or_late_consent_leads_nowhere(
    tenant: Tenant, browser: httpx2.AsyncClient, context: Context
) -> None:
    begun = await begin(tenant)
    await work(context, tenant)
    asked = await set_out(browser, begun)

    cancelled = await tenant.client.delete(f"/v1/consents/{begun['id']}")

    assert cancelled.status_code == 204
    assert (await browser.get(path_of(begun["start_url"]))).status_code == 404
    assert (await come_back(browser, asked, code="code-1")).status_code == 404
    again = await tenant.client.delete(f"/v1/consents/{begun['id']}")
    assert (again.status_code, again.json()["code"]) == (409, "state.not_allowed")


async def test_the_person_is_sent_on_to_known_origins_alone(
    tenant: Tenant, browser: httpx2.AsyncClient, settings: Settings, context: Context
) -> None:
    for url in ("https://evil.example/x", f"{settings.public_url}@evil.example/x"):
        refused = await tenant.client.post(
            "/v1/consents",
            json={
                "community_id": f"com_{new_id().hex}",
                "network": "mastodon",
                "fields": {"server": SERVER},
                "return_url": url,
            },
        )
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/return_url"
    begun = await begin(tenant, return_url=f"{settings.public_url}/done?x=1")
    await work(context, tenant)

    sent = await come_back(browser, await set_out(browser, begun), error="access_denied")

    expected = f"{settings.public_url}/done?x=1&consent={begun['id']}&state=failed"
    assert sent.headers["location"] == expected


@pytest.mark.parametrize("link", ["pvl_x", "pv_live_x", "x"])
async def test_an_unknown_link_is_a_page_that_says_so(
    browser: httpx2.AsyncClient, link: str
) -> None:
    answer = await browser.get(f"/connect/{link}")

    assert answer.status_code == 404
    assert "not known, was used or has run out" in answer.text


async def test_networks_read_what_we_are_once_there_is_something_to_read(
    browser: httpx2.AsyncClient,
) -> None:
    assert (await browser.get("/connect/clients/mastodon.json")).status_code == 404
    assert (await browser.get("/connect/clients/feed.json")).status_code == 404


async def test_networks_without_a_page_of_their_own_are_refused(tenant: Tenant) -> None:
    answer = await tenant.client.post(
        "/v1/consents",
        json={"community_id": f"com_{new_id().hex}", "network": "sandbox", "fields": {}},
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "network.ability_missing")


async def test_the_same_id_sent_twice_is_one_consent_with_the_same_way(tenant: Tenant) -> None:
    id_ = f"cns_{new_id().hex}"
    first = await begin(tenant, id=id_)
    body = {
        "id": id_,
        "community_id": first["community_id"],
        "network": "mastodon",
        "fields": {"server": SERVER},
    }

    second = await tenant.client.post("/v1/consents", json=body)
    other = await tenant.client.post(
        "/v1/consents", json={**body, "fields": {"server": "x.example"}}
    )

    assert second.json() == first
    assert (other.status_code, other.json()["code"]) == (409, "id.taken")


GRAPH = "/v26.0"
APP = {"app_id": "9906", "app_secret": "s-1"}
PAGES: tuple[JsonValue, ...] = (
    {"id": "104", "name": "Village News", "access_token": "EAA-104"},
    {"id": "105", "name": "Le Pressoir", "access_token": "EAA-105"},
)
LISTED = Exchange(method="GET", path=f"{GRAPH}/me/accounts", json_={"data": [*PAGES]})
LET_IN = [
    Exchange(method="POST", path=f"{GRAPH}/oauth/access_token", json_={"access_token": "short"}),
    Exchange(method="GET", path=f"{GRAPH}/oauth/access_token", json_={"access_token": "person-1"}),
    Exchange(
        method="GET",
        path=f"{GRAPH}/me/permissions",
        json_={
            "data": [
                {"permission": each, "status": "granted"}
                for each in ("pages_show_list", "pages_manage_posts", "pages_read_engagement")
            ]
        },
    ),
    LISTED,
]
PAGE = Exchange(method="GET", path=f"{GRAPH}/me", json_={"id": "105", "name": "Le Pressoir"})


async def sent_back(
    tenant: Tenant, browser: httpx2.AsyncClient, context: Context, **asked: object
) -> dict[str, str]:
    """A consent whose person came back from the network's page."""
    begun = await begin(tenant, **asked)
    await work(context, tenant)
    sent = (await browser.get(path_of(begun["start_url"]))).headers["location"]
    state = parse_qs(urlsplit(sent).query)["state"][0]
    await browser.get("/connect/callback", params={"state": state, "code": "code-1"})
    return begun


async def choosing(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> dict[str, str]:
    """A consent of somebody who manages two Pages."""
    begun = await sent_back(tenant, browser, context, network="facebook", fields=APP)
    network.script = [*LET_IN]
    await work(context, tenant)
    return begun


async def test_one_of_several_pages_is_chosen_and_connected(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    begun = await choosing(tenant, browser, network, context)
    open_ = await consent_of(tenant, begun)
    path = f"/v1/consents/{begun['id']}/choose"
    unknown = await tenant.client.post(path, json={"place_id": "106"})
    chosen = await tenant.client.post(path, json={"place_id": "105"})
    again = await tenant.client.post(path, json={"place_id": "104"})
    network.script = [LISTED, PAGE]
    await work(context, tenant)

    assert (open_["state"], open_["account_id"]) == ("choosing", None)
    assert open_["places"] == [
        {"id": "104", "name": "Village News"},
        {"id": "105", "name": "Le Pressoir"},
    ]
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "place.unknown")
    assert (chosen.status_code, chosen.json()["state"], chosen.json()["places"]) == (
        200,
        "returned",
        [],
    )
    assert (again.status_code, again.json()["code"]) == (409, "state.not_allowed")
    done = await consent_of(tenant, begun)
    account = (await tenant.client.get(f"/v1/accounts/{done['account_id']}")).json()
    assert (done["state"], account["state"], account["remote_id"]) == ("done", "connected", "105")
    events = (await tenant.client.get("/v1/events?subject_kind=consent")).json()["data"]
    assert [each["kind"] for each in events][2:] == [
        "consent.returned",
        "consent.choosing",
        "consent.chosen",
        "consent.done",
    ]


async def test_page_that_is_connected_again_is_found_without_a_choice(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    first = await choosing(tenant, browser, network, context)
    path = f"/v1/consents/{first['id']}/choose"
    await tenant.client.post(path, json={"place_id": "105"})
    network.script = [LISTED, PAGE]
    await work(context, tenant)
    known = await consent_of(tenant, first)

    about = {name: known[name] for name in ("account_id", "community_id")}
    again = await sent_back(tenant, browser, context, network="facebook", fields=APP, **about)
    network.script = [*LET_IN, PAGE]
    await work(context, tenant)

    done = await consent_of(tenant, again)
    assert (done["state"], done["account_id"]) == ("done", known["account_id"])
    assert network.calls[-1].headers["authorization"] == "Bearer EAA-105"


async def test_no_secret_of_an_app_is_told_of_a_refusal(
    tenant: Tenant, browser: httpx2.AsyncClient, network: Network, context: Context
) -> None:
    short = Exchange(method="POST", path="/oauth/access_token", json_={"access_token": "short"})
    error: JsonValue = {"message": "No app has the-apps-secret", "code": 100}
    refused = Exchange(method="GET", path="/access_token", status=400, json_={"error": error})
    app = {"app_id": "9906", "app_secret": " the-apps-secret "}

    begun = await sent_back(tenant, browser, context, network="threads", fields=app)
    network.script = [short, refused]
    await work(context, tenant)

    problem = (await consent_of(tenant, begun))["problem"]
    assert isinstance(problem, dict)
    assert (problem["code"], problem["said"]) == (
        "network.refused",
        "400 100 No app has [secret]",
    )


@pytest.mark.parametrize("is_late", [False, True])
async def test_choice_that_is_called_off_or_too_late_keeps_nothing_of_whoever_consented(
    tenant: Tenant,
    browser: httpx2.AsyncClient,
    database: Database,
    network: Network,
    context: Context,
    *,
    is_late: bool,
) -> None:
    begun = await choosing(tenant, browser, network, context)
    if is_late:
        later = context.clock() + timedelta(minutes=16)
        await consent_due(context, tenant.workspace_id, now=later)
    else:
        await tenant.client.delete(f"/v1/consents/{begun['id']}")

    path = f"/v1/consents/{begun['id']}/choose"
    refused = await tenant.client.post(path, json={"place_id": "105"})

    assert (refused.status_code, refused.json()["code"]) == (409, "state.not_allowed")
    ended = await consent_of(tenant, begun)
    assert (ended["state"], ended["places"]) == ("expired" if is_late else "cancelled", [])
    async with database.transaction(tenant.workspace_id) as session:
        row = await session.get(Consent, (tenant.workspace_id, read("cns", begun["id"])))
        assert row is not None
        assert row.sealed_begun is None


async def connected(
    tenant: Tenant,
    browser: httpx2.AsyncClient,
    network: Network,
    context: Context,
    remote_id: str,
) -> dict[str, object]:
    begun = await begin(tenant)
    await work(context, tenant)
    await come_back(browser, await set_out(browser, begun), code="code-1")
    network.script += [TOKENS, account_of(remote_id), INSTANCE]
    await work(context, tenant)
    return await consent_of(tenant, begun)


def problem_code(consent: dict[str, object]) -> object:
    problem = consent["problem"]
    assert isinstance(problem, dict)
    return problem["code"]
