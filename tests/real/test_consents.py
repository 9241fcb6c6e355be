"""OAuth's code flow against servers of others: a certified provider, and Mastodon's mock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

import httpx2
import pytest

from domain.connector.consent import Wish
from domain.connector.dialects import oauth2
from domain.connector.errors import GrantExpired, Refused
from domain.connector.words import Connected
from domain.networks.mastodon import CONNECTOR as MASTODON
from tests.networks.consenting import Shelf, query_of
from tests.real.oidc_rig import CLIENT, openid_provider
from tests.real.outward import access_of, now, outward
from tests.real.rigs import MastodonMock

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
OURS = "http://127.0.0.1:8000"
CALLBACK = f"{OURS}/connect/callback"


@dataclass(frozen=True)
class Provider:
    issuer: str

    def code(self, verifier: str) -> str:
        """What a person who agrees brings back."""
        page = oauth2.page_url(
            f"{self.issuer}/auth",
            client_id="parvis",
            response_type="code",
            redirect_uri=CALLBACK,
            scope="openid offline_access",
            prompt="consent",
            login_hint="ana",
            state="s",
            code_challenge=oauth2.challenge_of(verifier),
            code_challenge_method="S256",
        )
        with httpx2.Client(timeout=20) as browser:
            for _ in range(8):
                answer = browser.get(page)
                page = urljoin(page, answer.headers["location"])
                if page.startswith(CALLBACK):
                    return query_of(page)["code"]
        raise AssertionError(f"never sent back: {page}")

    def form(self, code: str, verifier: str, **changes: str) -> dict[str, str]:
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return {**asked, **CLIENT, "code_verifier": verifier, **changes}

    @property
    def tokens(self) -> str:
        return f"{self.issuer}/token"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with openid_provider(CALLBACK, auth="client_secret_post") as issuer:
        yield Provider(issuer)


async def test_a_code_is_good_once_and_its_grant_is_renewed_in_turn(provider: Provider) -> None:
    verifier = oauth2.new_verifier()
    code = provider.code(verifier)
    async with outward(provider.issuer) as http:
        first = await oauth2.ask_tokens(http, provider.tokens, provider.form(code, verifier))
        renewal = {"grant_type": "refresh_token", **CLIENT}
        second = await oauth2.ask_tokens(
            http, provider.tokens, {**renewal, "refresh_token": first.refresh_token or ""}
        )
        with pytest.raises(GrantExpired):
            await oauth2.ask_tokens(
                http, provider.tokens, {**renewal, "refresh_token": first.refresh_token or ""}
            )
        with pytest.raises(GrantExpired):
            await oauth2.ask_tokens(http, provider.tokens, provider.form(code, verifier))

    assert second.access_token != first.access_token
    assert second.refresh_token not in {None, first.refresh_token}
    assert first.grant(now=now()).expires_at is not None
    assert first.expires_in == timedelta(hours=1).total_seconds()


async def test_a_code_is_bound_to_who_asked_for_it(provider: Provider) -> None:
    verifier = oauth2.new_verifier()
    code = provider.code(verifier)
    async with outward(provider.issuer) as http:
        stolen = provider.form(code, oauth2.new_verifier())
        with pytest.raises(GrantExpired):
            await oauth2.ask_tokens(http, provider.tokens, stolen)
        other = provider.form(provider.code(verifier), verifier, client_secret="another")
        with pytest.raises(Refused) as refused:
            await oauth2.ask_tokens(http, provider.tokens, other)

    assert refused.value.code == oauth2.CLIENT_FORGOTTEN


async def test_mastodon_registers_us_shows_its_page_and_lets_us_in(
    mastodon_mock: MastodonMock,
) -> None:
    consent, connect = MASTODON.consent, MASTODON.connect
    assert consent is not None
    assert connect is not None
    wish, shelf = Wish({"server": mastodon_mock.url}, "s-1", CALLBACK, OURS), Shelf()
    async with outward(mastodon_mock.url) as http:
        begun = await consent.begin(http, wish, shelf)
        asked = query_of(begun.url)
        with httpx2.Client(timeout=20) as browser:
            assert browser.get(begun.url).status_code == 200
            agreed = browser.post(
                f"{mastodon_mock.url}/oauth/authorize",
                data={**asked, "username": "ana"},
            )
        brought = query_of(agreed.headers["location"])
        connected = await consent.finish(http, wish, begun, brought["code"], shelf, now=now())
        assert isinstance(connected, Connected)
        profile = await connect.check(http, access_of(connected))

    assert brought["state"] == "s-1"
    assert profile.handle == f"ana@{mastodon_mock.host}"
    assert set(shelf.kept) == {mastodon_mock.url}
