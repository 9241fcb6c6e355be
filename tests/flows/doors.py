"""Every door that takes a secret or gives one away, on a running stack."""

import re
from dataclasses import dataclass
from typing import Any

import httpx2

from domain.identity.bearer import workspace_of
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.workspaces.shapes import Role
from tests.api.oauth.walking import SCOPES, Program, Walk, agree, led, parts
from tests.api.people.test_codes import KEY as TOTP_KEY
from tests.api.people.test_codes import RECOVERY
from tests.browsing import Tab
from tests.canaries import Canaries, Witness
from tests.domain.identity.build import build_member
from tests.house import House, open_house
from tests.people import Person, letters_to, link_to, make_person
from tests.stack import Stack

URL, SECRET = re.compile(r"https?://\S+"), re.compile(r"[/=]")
CALLBACK = "https://desk.example/callback"
WORDS = "correct horse battery staple canary"


class Window(Tab):
    """A browser on the running stack."""

    async def post(self, path: str, *, origin: str | None = None, **fields: Any) -> httpx2.Response:
        own = str(self.client.base_url).rstrip("/")
        return await super().post(path, origin=origin or own, **fields)


@dataclass
class Doors:
    """Everything that takes a secret, and those that were planted."""

    stack: Stack
    database: Database
    client: httpx2.AsyncClient
    window: Window
    canaries: Canaries
    witness: Witness

    @property
    def http(self) -> httpx2.AsyncClient:
        """Without a token."""
        return self.window.client

    async def post(self, path: str, body: object, **headers: str) -> dict[str, Any]:
        answer = await self.client.post(path, json=body, headers=headers)
        found: dict[str, Any] = answer.json()
        return found


async def enter_all(doors: Doors) -> None:
    """Through every door, most of them rightly and wrongly."""
    house = open_house(doors.stack, handle="canary")
    doors.canaries.plant("network token", house.sandbox_token)
    person = await through_sign_up(doors)
    await through_second_factor(doors)
    await through_accounts(doors, house)
    await through_feeds(doors, house)
    await through_providers(doors)
    await through_oauth(doors, person)
    await through_workspaces(doors)
    await with_made_up_tokens(doors)


async def through_sign_up(doors: Doors) -> Person:
    """A link by mail, a password of their own, wrong ones, and browsers' cookies."""
    tab, plant = doors.window, doors.canaries.plant
    email = f"canary-{new_id().hex[-12:]}@example.ch"
    await tab.open("/sign-up")
    await tab.send("/sign-up", email=email)
    link = await link_to(doors.database, email)
    plant("sign-up link", link.partition("token=")[2])
    await tab.open(link)
    await tab.send(link, name="Canary", password=plant("password", f"{WORDS} 1"))
    plant("browser session", tab.client.cookies["parvis"])
    found = await make_person(doors.database, password=plant("other password", f"{WORDS} 2"))
    for wrong in ("wrong password", "wrong password again"):
        tab.client.cookies.clear()
        await tab.open("/sign-in")
        await tab.send("/sign-in", email=found.email, password=plant(wrong, f"{WORDS} {wrong}"))
    await tab.open("/forgot")
    await tab.send("/forgot", email=found.email)
    reset = await link_to(doors.database, found.email)
    plant("reset link", reset.partition("token=")[2])
    await tab.open("/sign-in")
    await tab.send("/sign-in", email=found.email, password=f"{WORDS} 2")
    assert tab.title == "My account"
    plant("second session", tab.client.cookies["parvis"])
    plant("known device", tab.client.cookies["parvis-device"])
    return found


async def through_second_factor(doors: Doors) -> None:
    tab = doors.window
    await tab.open("/account/app")
    key = TOTP_KEY.search(tab.page.text)
    assert key is not None, tab.page.text
    doors.canaries.plant("second factor", key[1].replace(" ", ""))
    doors.canaries.plant("second factor in groups", key[1])
    await tab.send("/account/app", code="000000")
    # The page goes on showing the key to whoever sets the app up, until it is proved.
    doors.witness.refusals.pop()
    assert RECOVERY.findall(tab.page.text) == []


async def through_accounts(doors: Doors, house: House) -> None:
    """Logins that work, that fail, that do not fit; consents; each sent twice under one key."""
    plant = doors.canaries.plant
    login = {"server": house.stack.sandbox, "handle": "canary", "token": house.sandbox_token}
    body = {"community_id": house.community, "network": "sandbox", "login": login}
    for _ in range(2):
        await doors.post("/v1/accounts", body, **{"Idempotency-Key": "canary-account"})
    app_password = plant("app password", "cana-ryca-nary-cana")
    failing = {"handle": "canary.example", "app_password": app_password}
    await doors.post("/v1/accounts", {**body, "network": "bluesky", "login": failing})
    odd = {**login, "password": plant("misfit login", "canary-of-a-field-nobody-knows")}
    await doors.post("/v1/accounts", {**body, "login": odd})
    await doors.post("/v1/accounts", {**body, "login": plant("login as text", "canary-as-a-text")})
    await doors.client.post("/v1/accounts", content=f'{{"login": "{app_password}')
    again = {"login": {**login, "token": plant("stale token", "sbx_canary-that-is-not-known")}}
    await doors.post(f"/v1/accounts/{house.account}/reconnect", again)
    mutation = """mutation($input: ConnectAccountInput!) { connectAccount(input: $input) {
        __typename ... on Error { code message } } }"""
    camel = {"communityId": house.community, "network": "sandbox", "login": odd}
    await doors.post("/graphql", {"query": mutation, "variables": {"input": camel}})
    literal = (
        f'{{ node(id: "{plant("secret in a query", "canary-in-a-graphql-literal")}") {{ id }} }}'
    )
    await doors.post("/graphql", {"query": literal})
    consent = {
        "community_id": house.community,
        "network": "mastodon",
        "fields": {"server": "http://127.0.0.1:9"},
    }
    begun = await doors.post("/v1/consents", consent)
    plant("consent link", begun["start_url"].rpartition("/")[2])
    await doors.http.get(begun["start_url"].removeprefix(doors.stack.url))


async def through_feeds(doors: Doors, house: House) -> None:
    """A link to a calendar that works, one that is made up, and one that is revoked."""
    made = await doors.post(f"/v1/calendars/{house.calendar}/feeds", {"name": "Canary"})
    secret = made["url"].rpartition("/")[2].removesuffix(".ics")
    doors.canaries.plant("calendar link", secret)
    made_up = doors.canaries.plant("made-up calendar link", f"{secret[:-6]}CANARY")
    assert (await doors.http.get(f"/feeds/{secret}.ics")).status_code == 200
    await doors.http.get(f"/feeds/{made_up}.ics")
    await doors.client.delete(f"/v1/calendar-feeds/{made['id']}")
    assert (await doors.http.get(f"/feeds/{secret}.ics")).status_code == 404


async def through_keys(doors: Doors, access_token: str) -> None:
    """A member's own key, asked for twice under one Idempotency-Key."""
    body = {"name": "canary", "scopes": ["posts:read"]}
    headers = {"Authorization": f"Bearer {access_token}", "Idempotency-Key": "canary-key"}
    made = [(await doors.post("/v1/api-keys", body, **headers))["key"] for _ in range(2)]
    assert made[0] == made[1]
    doors.canaries.plant("API key", made[0])


async def through_providers(doors: Doors) -> None:
    plant = doors.canaries.plant
    provider = {
        "name": "Acme",
        "issuer": "https://127.0.0.1:9",
        "client_id": "parvis",
        "client_secret": plant("provider's secret", "canary-client-secret-of-acme"),
    }
    await doors.post("/v1/sign-in-providers", provider)
    await doors.post("/v1/sign-in-providers", {**provider, "issuer": "not an address"})


async def through_oauth(doors: Doors, person: Person) -> None:
    """Every grant, right and wrong: code, refresh, client credentials, device, pushed request."""
    plant, tab = doors.canaries.plant, doors.window
    workspace_id = workspace_of(doors.stack.token)
    assert workspace_id is not None
    await build_member(doors.database, workspace_id, Role.OWNER, user_id=person.id)
    made = await doors.post(
        "/v1/applications",
        {
            "name": "Desk",
            "kind": "live",
            "is_confidential": True,
            "redirect_uris": [CALLBACK],
            "grant_types": [
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "scopes": [*SCOPES.split(), "administration"],
        },
    )
    answer = await doors.post(f"/v1/applications/{made['id']}/secrets", {})
    secret = plant("client secret", answer["secret"])
    desk = Program(made["id"], made["client_id"], secret, doors.http)
    wrong = Program(
        desk.id, desk.client_id, plant("wrong client secret", f"{secret[:-8]}canarycc"), doors.http
    )
    walk = Walk(verifier=plant("verifier", "canary-verifier-" + "v" * 40))
    location = await led(tab, walk.path(desk, scope=f"{SCOPES} administration")) or await agree(tab)
    code = plant("code", parts(location)["code"])
    await walk.redeem(wrong, code)
    tokens = (await walk.redeem(desk, code)).json()
    for name in ("access_token", "refresh_token", "id_token"):
        plant(name, tokens[name])
    await through_keys(doors, tokens["access_token"])
    await walk.redeem(desk, code)
    renewed = (await desk.token("refresh_token", refresh_token=tokens["refresh_token"])).json()
    plant("refused refresh", str(renewed.get("refresh_token", tokens["refresh_token"])))
    own = (await desk.token("client_credentials", scope="posts:read")).json()
    plant("client's own token", own["access_token"])
    for path in ("introspect", "revoke"):
        await desk.post(path, token=own["access_token"])
        await wrong.post(path, token=tokens["access_token"])
    pushed = await desk.post("par", **walk.asked(desk))
    plant("pushed request", pushed.json()["request_uri"])
    begun = (await desk.post("device_authorization", scope="posts:read")).json()
    plant("device code", begun["device_code"])
    device = "urn:ietf:params:oauth:grant-type:device_code"
    await desk.token(device, device_code=begun["device_code"])
    await tab.open("/device")
    await tab.send("/device", user_code=begun["user_code"])
    await doors.http.post(
        f"/oauth/token?client_secret={secret}", data={"client_id": desk.client_id}
    )


async def through_workspaces(doors: Doors) -> None:
    email = f"guest-{new_id().hex[-12:]}@example.ch"
    await doors.post("/v1/invitations", {"email": email, "role": "reader", "language": "en"})
    [letter, *_] = await letters_to(doors.database, email)
    link = URL.search(letter.text or "")
    assert link is not None
    doors.canaries.plant("invitation link", SECRET.split(link[0])[-1])
    await doors.http.get(link[0])


async def with_made_up_tokens(doors: Doors) -> None:
    """Tokens that are nobody's, in every place a client may put one."""
    plant = doors.canaries.plant
    made_up = plant("made-up token", f"{doors.stack.token[:-6]}CANARY")
    strange = plant("strange token", "canary.token.of.another.house")
    for token in (made_up, strange, doors.stack.token):
        bearer = {"Authorization": f"Bearer {token}"}
        for path in (
            "/v1/mentions",
            "/v1/workspace",
            "/graphql?query={__typename}",
            "/oauth/userinfo",
        ):
            await doors.http.get(path, headers=bearer)
        await doors.http.get("/v1/workspace", params={"access_token": token})
        await doors.http.get("/v1/workspace", headers={"Authorization": f"Basic {token}"})
        await doors.http.get("/v1/workspace", headers={"Cookie": f"parvis={token}"})
        await doors.http.post("/graphql", json={"query": "{ x }", "token": token})
