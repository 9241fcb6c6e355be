"""Consent at a real Bluesky server: pushed request, its pages, tokens bound to a key."""

from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from domain.accounts.credentials import renewed as kept_after
from domain.connector.consent import Wish
from domain.connector.errors import GrantExpired
from domain.connector.words import Connected
from domain.networks.bluesky import CONNECTOR
from tests.networks.consenting import Shelf
from tests.real.bluesky_person import BlueskyPerson, query_of
from tests.real.journey import TEXT, planned, published
from tests.real.outward import access_of, now, outward
from tests.real.rigs import Bluesky
from tests.stack import running_stack, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]
OURS = "http://127.0.0.1:8000"


async def test_a_grant_of_consent_works_is_renewed_and_dies_with_its_reuse(
    bluesky: Bluesky,
) -> None:
    consent, connect = CONNECTOR.consent, CONNECTOR.connect
    assert consent is not None
    assert connect is not None
    ana, shelf = bluesky.accounts["ana"], Shelf()
    fields = {"handle": ana.handle, "server": bluesky.pds, "directory": bluesky.directory}
    wish = Wish(fields, "state-1", f"{OURS}/connect/callback", OURS)
    person = BlueskyPerson(bluesky.pds, ana)
    async with outward(bluesky.pds, bluesky.directory) as http:
        begun = await consent.begin(http, wish, shelf)
        brought = query_of(person.consent(begun.url))
        person.close()

        connected = await consent.finish(http, wish, begun, brought["code"], shelf, now=now())
        assert isinstance(connected, Connected)
        access = access_of(connected)
        profile = await connect.check(http, access)
        renewed = await connect.refresh(http, access, now=now())
        assert renewed is not None
        newer = replace(access, grant=kept_after(access.grant, renewed))
        again = await connect.check(http, newer)
        with pytest.raises(GrantExpired):
            await connect.refresh(http, access, now=now())

    assert (brought["state"], brought["iss"]) == ("state-1", begun.issuer)
    assert (profile.remote_id, again.remote_id) == (ana.did, ana.did)
    assert renewed.access != access.grant.access


def test_an_account_connected_by_consent_publishes(bluesky: Bluesky, tmp_path: Path) -> None:
    bob = bluesky.accounts["bob"]
    allowed = f"{bluesky.pds},{bluesky.directory}"
    with running_stack(tmp_path, OUTBOUND_ALLOW=allowed) as stack:
        client = stack.client()
        community = client.post(
            "/v1/communities", json={"name": "B", "slug": "b", "time_zone": "Europe/Zurich"}
        ).json()["id"]
        fields = {"handle": bob.handle, "server": bluesky.pds, "directory": bluesky.directory}
        begun = client.post(
            "/v1/consents", json={"community_id": community, "network": "bluesky", "fields": fields}
        ).json()
        consent = f"/v1/consents/{begun['id']}"
        client.get(consent, headers={"Prefer": "wait=10"})
        browser, person = httpx2.Client(timeout=20), BlueskyPerson(bluesky.pds, bob)
        page = browser.get(begun["start_url"]).headers["location"]
        returned = browser.get(person.consent(page))
        assert "being connected" in returned.text
        browser.close()
        person.close()
        done = until(lambda: _done(client, consent), "the account is connected")
        calendar = client.post(
            "/v1/calendars", json={"community_id": community, "name": "Main"}
        ).json()["id"]

        post = planned(client, calendar, done["account_id"], TEXT)
        delivery = published(client, post["id"])

    assert delivery["refs"][0]["remote_id"].startswith(f"at://{bob.did}/app.bsky.feed.post/")


def _done(client: httpx2.Client, consent: str) -> dict[str, str] | None:
    found: dict[str, str] = client.get(consent).json()
    assert found["state"] != "failed", found
    return found if found["state"] == "done" else None
