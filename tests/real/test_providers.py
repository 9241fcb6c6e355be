"""Outside sign-in against a certified provider: its metadata, its page, its codes and keys."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin

import httpx2
import pytest

from domain.connector.errors import NetworkError
from domain.providers.shapes import Client, Intent
from tests.networks.consenting import query_of
from tests.real.oidc_rig import CLIENT, openid_provider
from tests.real.outward import now, outward
from workers.openid import find_page, find_subject

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
CALLBACK = "http://127.0.0.1:8000/sign-in/with/return"
INTENT = Intent(state="s" * 43, nonce="n" * 43, verifier="v" * 64)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with openid_provider(CALLBACK, auth="client_secret_basic") as found:
        yield found


def walk(page: str, who: str) -> dict[str, str]:
    """What a person who signs in over there brings back."""
    here = f"{page}&login_hint={who}"
    with httpx2.Client(timeout=20) as browser:
        for _ in range(8):
            here = urljoin(here, browser.get(here).headers["location"])
            if here.startswith(CALLBACK):
                return query_of(here)
    raise AssertionError(f"never sent back: {here}")


async def test_person_over_there_is_somebody_here(issuer: str) -> None:
    client = Client(issuer, **CLIENT)
    async with outward(issuer) as http:
        addresses, page = await find_page(http, client, INTENT, CALLBACK)
        brought = walk(page, "ana")
        found = await find_subject(
            http,
            client,
            replace(INTENT, code=brought["code"]),
            addresses,
            callback=CALLBACK,
            now=now(),
        )

    assert (brought["state"], brought["iss"]) == (INTENT.state, issuer)
    assert addresses.says_issuer
    assert found.subject == "ana"


@pytest.mark.parametrize(
    ("changed", "secret"),
    [
        ({"verifier": "w" * 64}, CLIENT["client_secret"]),
        ({"nonce": "m" * 43}, CLIENT["client_secret"]),
        ({}, "another"),
    ],
)
async def test_code_in_other_hands_names_nobody(
    issuer: str, changed: dict[str, str], secret: str
) -> None:
    client = Client(issuer, **CLIENT)
    async with outward(issuer) as http:
        addresses, page = await find_page(http, client, INTENT, CALLBACK)
        stolen = replace(INTENT, code=walk(page, "ana")["code"], **changed)
        with pytest.raises(NetworkError) as refused:
            await find_subject(
                http,
                replace(client, client_secret=secret),
                stolen,
                addresses,
                callback=CALLBACK,
                now=now(),
            )

    wanted = "provider.token_unfit" if "nonce" in changed else "provider.code_refused"
    assert refused.value.code == wanted
