"""The whole of Parvis against other people's servers: plan, publish, hear, answer, count."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from tests.house import settle_in
from tests.real.rigs import Bluesky, BlueskyAccount, MastodonMock, WordPress
from tests.stack import Stack, running_stack, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]
ZURICH = ZoneInfo("Europe/Zurich")
TEXT = "On taille la vigne 🍇 avec #Lavaux, voir https://example.ch/vigne"


@contextmanager
def parvis_beside(origin: str, folder: Path) -> Iterator[Stack]:
    with running_stack(folder, OUTBOUND_ALLOW=origin) as stack:
        yield stack


def planned_post(client: httpx2.Client, calendar: str, account: str, text: str) -> dict[str, Any]:
    """A post that goes out in three seconds."""
    at = (datetime.now(ZURICH) + timedelta(seconds=4)).replace(tzinfo=None)
    made = client.post(
        "/v1/posts",
        json={
            "calendar_id": calendar,
            "title": "La vigne",
            "text": text,
            "language": "fr",
            "variants": [{"account_id": account}],
            "wall_time": at.isoformat(timespec="seconds"),
        },
    )
    assert made.status_code == 201, made.text
    planned = client.post(f"/v1/posts/{made.json()['id']}/schedule", json={})
    assert planned.status_code == 200, planned.text
    found: dict[str, Any] = planned.json()
    return found


def published(client: httpx2.Client, id_: str) -> dict[str, Any]:
    def is_out() -> dict[str, Any] | None:
        found: dict[str, Any] = client.get(f"/v1/posts/{id_}").json()
        return found if found["state"] == "published" else None

    post = until(is_out, "the post is out")
    delivery: dict[str, Any] = post["deliveries"][0]
    return delivery


def heard(client: httpx2.Client, text: str) -> dict[str, Any]:
    """The mention that says `text`, as soon as it is in the inbox."""

    def find() -> dict[str, Any] | None:
        answer = client.get("/v1/mentions?limit=100").json()
        return next((each for each in answer["data"] if text in each["text"]), None)

    found: dict[str, Any] = until(find, f"{text!r} is in the inbox", within_s=60)
    return found


def answered(client: httpx2.Client, mention: dict[str, Any], text: str) -> None:
    sent = client.post(f"/v1/mentions/{mention['id']}/answers", json={"text": text})
    assert sent.status_code == 201, sent.text
    until(
        lambda: client.get(f"/v1/mentions/{mention['id']}").json()["status"] == "answered",
        "the answer is out",
    )


def counted(client: httpx2.Client, post_id: str, metric: str) -> int:
    def find() -> int | None:
        copies = client.get(f"/v1/posts/{post_id}/metrics").json()["copies"]
        totals = [each for copy in copies for each in copy["totals"]]
        return next((each["total"] for each in totals if each["metric"] == metric), None)

    found: int = until(find, f"{metric} are counted", within_s=120)
    return found


class Pds:
    """Somebody on the Bluesky server, through its own api."""

    def __init__(self, rig: Bluesky, account: BlueskyAccount) -> None:
        self._http = httpx2.Client(base_url=f"{rig.pds}/xrpc", timeout=20)
        opened = self._http.post(
            "/com.atproto.server.createSession",
            json={"identifier": account.handle, "password": account.app_password},
        ).json()
        self.did = opened["did"]
        self._http.headers["Authorization"] = f"Bearer {opened['accessJwt']}"

    def close(self) -> None:
        self._http.close()

    def create(self, collection: str, **record: Any) -> None:
        created_at = datetime.now(ZURICH).isoformat(timespec="milliseconds")
        body = {
            "repo": self.did,
            "collection": collection,
            "record": {**record, "createdAt": created_at},
        }
        answer = self._http.post("/com.atproto.repo.createRecord", json=body)
        assert answer.is_success, answer.text

    def posts_of(self, did: str) -> list[dict[str, Any]]:
        answer = self._http.get(
            "/com.atproto.repo.listRecords",
            params={"repo": did, "collection": "app.bsky.feed.post", "limit": 100},
        )
        found: list[dict[str, Any]] = answer.json()["records"]
        return found


def test_bluesky_post_goes_out_at_its_minute_and_its_echo_comes_back(
    bluesky: Bluesky, tmp_path: Path
) -> None:
    ana, bob = bluesky.accounts["ana"], Pds(bluesky, bluesky.accounts["bob"])
    with parvis_beside(bluesky.pds, tmp_path) as stack:
        client = stack.client()
        login = {
            "server": bluesky.pds,
            "handle": ana.handle,
            "app_password": ana.app_password,
        }
        _, calendar, account = settle_in(client, "bluesky", login, name="vaud")
        post = planned_post(client, calendar, account, TEXT)
        delivery = published(client, post["id"])
        uri = delivery["refs"][0]["remote_id"]
        [record] = [each for each in bob.posts_of(ana.did) if each["uri"] == uri]
        assert record["value"]["text"] == TEXT
        assert {f["features"][0]["$type"] for f in record["value"]["facets"]} == {
            "app.bsky.richtext.facet#tag",
            "app.bsky.richtext.facet#link",
        }
        late = datetime.fromisoformat(delivery["published_at"]) - datetime.fromisoformat(
            post["publish_at"]
        )
        assert timedelta(0) <= late < timedelta(seconds=5)

        subject = {"uri": uri, "cid": record["cid"]}
        bob.create("app.bsky.feed.post", text="Santé !", reply={"root": subject, "parent": subject})
        bob.create("app.bsky.feed.like", subject=subject)
        mention = heard(client, "Santé !")
        assert (mention["kind"], mention["post_id"]) == ("reply", post["id"])
        answered(client, mention, "À la vôtre !")
        assert sum(each["value"]["text"] == "À la vôtre !" for each in bob.posts_of(ana.did)) == 1
        assert counted(client, post["id"], "likes") == 1
        assert client.post(f"/v1/posts/{post['id']}/withdraw").status_code == 202
        until(
            lambda: client.get(f"/v1/posts/{post['id']}").json()["state"] == "withdrawn",
            "the post is withdrawn",
        )
        assert uri not in [each["uri"] for each in bob.posts_of(ana.did)]
    bob.close()


def test_mastodon_post_goes_out_and_its_echo_comes_back(
    mastodon_mock: MastodonMock, tmp_path: Path
) -> None:
    bob = httpx2.Client(
        base_url=mastodon_mock.url,
        headers={"Authorization": f"Bearer {mastodon_mock.tokens['bob']}"},
    )
    with parvis_beside(mastodon_mock.url, tmp_path) as stack:
        client = stack.client()
        login = {"server": mastodon_mock.url, "access_token": mastodon_mock.tokens["ana"]}
        _, calendar, account = settle_in(client, "mastodon", login, name="vaud")
        post = planned_post(client, calendar, account, TEXT)
        status_id = published(client, post["id"])["refs"][0]["remote_id"]
        bob.post("/api/v1/statuses", data={"status": "@ana Santé !", "in_reply_to_id": status_id})
        bob.post(f"/api/v1/statuses/{status_id}/favourite")

        mention = heard(client, "Santé !")
        assert (mention["kind"], mention["post_id"]) == ("reply", post["id"])
        answered(client, mention, "À la vôtre !")
        assert counted(client, post["id"], "likes") == 1
    bob.close()


def test_wordpress_articles_arrive_as_entries_of_its_feed(
    wordpress: WordPress, tmp_path: Path
) -> None:
    wordpress.publish("Avant", "Paru avant la connexion.")
    with parvis_beside(wordpress.origin, tmp_path) as stack:
        client = stack.client()
        settle_in(client, "feed", {"url": wordpress.feed}, name="vaud")
        old = heard(client, "Paru avant")
        assert old["kind"] == "entry"
        wordpress.publish("La vigne", "On taille la vigne à Lavaux.")
        new = heard(client, "On taille la vigne")

    assert (old["read_at"] is None, new["read_at"]) == (False, None)
