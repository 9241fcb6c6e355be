"""The whole of Parvis against other people's servers: plan, publish, hear, answer, count."""

import contextlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.house import settle_in
from tests.networks.drafts import ALT_TEXT, PNG
from tests.real import journey
from tests.real.rigs import Bluesky, MastodonMock, WordPress
from tests.stack import Stack, running_stack

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]
THREAD = ["Premier message.", "Deuxième message.", "Dernier message."]


@contextmanager
def parvis_beside(folder: Path, *origins: str) -> Iterator[Stack]:
    with running_stack(folder, OUTBOUND_ALLOW=",".join(origins)) as stack:
        yield stack


class BlueskyPeople:
    """Bob, and what everybody can see of Ana's account."""

    def __init__(self, rig: Bluesky) -> None:
        self.ana, bob = rig.accounts["ana"], rig.accounts["bob"]
        self._http = httpx2.Client(base_url=f"{rig.pds}/xrpc", timeout=20)
        opened = self._http.post(
            "/com.atproto.server.createSession",
            json={"identifier": bob.handle, "password": bob.app_password},
        ).json()
        self._did = opened["did"]
        self._http.headers["Authorization"] = f"Bearer {opened['accessJwt']}"

    def close(self) -> None:
        self._http.close()

    def reply(self, post_id: str, text: str) -> None:
        subject = self._strong(post_id)
        reply = {"root": subject, "parent": subject}
        self._create("app.bsky.feed.post", text=text, reply=reply)

    def mention(self, text: str) -> None:
        handle = f"@{self.ana.handle}"
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": self.ana.did}
        index = {"byteStart": 0, "byteEnd": len(handle)}
        facets = [{"index": index, "features": [feature]}]
        self._create("app.bsky.feed.post", text=f"{handle} {text}", facets=facets)

    def like(self, post_id: str) -> None:
        self._create("app.bsky.feed.like", subject=self._strong(post_id))

    def count(self, text: str) -> int:
        return sum(each["value"]["text"] == text for each in self.posts())

    def posts(self) -> list[dict[str, Any]]:
        """Ana's, the newest first."""
        answer = self._http.get(
            "/com.atproto.repo.listRecords",
            params={"repo": self.ana.did, "collection": "app.bsky.feed.post", "limit": 100},
        )
        found: list[dict[str, Any]] = answer.json()["records"]
        return found

    def post(self, uri: str) -> dict[str, Any]:
        [found] = [each for each in self.posts() if each["uri"] == uri]
        return found

    def _strong(self, uri: str) -> dict[str, str]:
        return {"uri": uri, "cid": self.post(uri)["cid"]}

    def _create(self, collection: str, **record: Any) -> None:
        created_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = {
            "repo": self._did,
            "collection": collection,
            "record": {**record, "createdAt": created_at},
        }
        answer = self._http.post("/com.atproto.repo.createRecord", json=body)
        assert answer.is_success, answer.text


class MastodonPeople:
    """Bob, and what everybody can see of Ana's account."""

    def __init__(self, rig: MastodonMock) -> None:
        token = {"Authorization": f"Bearer {rig.tokens['bob']}"}
        self._http = httpx2.Client(base_url=rig.url, headers=token, timeout=20)

    def close(self) -> None:
        self._http.close()

    def reply(self, post_id: str, text: str) -> None:
        self._post("/api/v1/statuses", status=f"@ana {text}", in_reply_to_id=post_id)

    def mention(self, text: str) -> None:
        self._post("/api/v1/statuses", status=f"@ana {text}")

    def like(self, post_id: str) -> None:
        self._post(f"/api/v1/statuses/{post_id}/favourite")

    def count(self, text: str) -> int:
        last_words = text.rpartition(" ")[2]
        return sum(last_words in each["content"] for each in self.posts())

    def posts(self) -> list[dict[str, Any]]:
        """Ana's, the newest first."""
        ana = self._http.get("/api/v1/accounts/lookup", params={"acct": "ana"}).json()["id"]
        answer = self._http.get(f"/api/v1/accounts/{ana}/statuses", params={"limit": 40})
        found: list[dict[str, Any]] = answer.json()
        return found

    def post(self, id_: str) -> dict[str, Any]:
        found: dict[str, Any] = self._http.get(f"/api/v1/statuses/{id_}").json()
        return found

    def _post(self, path: str, **body: str) -> None:
        answer = self._http.post(path, json=body)
        assert answer.is_success, answer.text


@contextmanager
def page(html: str) -> Iterator[str]:
    """A web page on loopback; gives its address."""

    class Shows(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shows)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/menu"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_bluesky_post_goes_out_at_its_minute_and_its_echo_comes_back(
    bluesky: Bluesky, tmp_path: Path
) -> None:
    with (
        parvis_beside(tmp_path, bluesky.pds) as stack,
        contextlib.closing(BlueskyPeople(bluesky)) as people,
    ):
        client = stack.client()
        _, calendar, account = settle_in(client, "bluesky", _login(bluesky), name="vaud")
        post = journey.travel(client, calendar, account, people)
        uri = journey.published(client, post["id"])["refs"][0]["remote_id"]
        facets = {facet["features"][0]["$type"] for facet in people.post(uri)["value"]["facets"]}
        assert facets == {"app.bsky.richtext.facet#tag", "app.bsky.richtext.facet#link"}
        refused = client.post(f"/v1/posts/{post['id']}/edit", json={"parts": ["Non"]})
        assert (refused.status_code, refused.json()["code"]) == (409, "network.ability_missing")
        journey.withdrawn(client, post["id"])
        assert uri not in [each["uri"] for each in people.posts()]


def test_bluesky_thread_pictures_and_card_stand_as_they_were_planned(
    bluesky: Bluesky, tmp_path: Path
) -> None:
    told = '<title>La carte</title><meta name="description" content="Pain et fromage">'
    with (
        page(told) as menu,
        parvis_beside(tmp_path, bluesky.pds, menu.removesuffix("/menu")) as stack,
        contextlib.closing(BlueskyPeople(bluesky)) as people,
    ):
        client = stack.client()
        _, calendar, account = settle_in(client, "bluesky", _login(bluesky), name="vaud")
        picture = journey.pictured(client, PNG, ALT_TEXT)
        variant = {"parts": THREAD, "media_ids": [picture]}
        thread = journey.planned(client, calendar, account, "", variant=variant)
        linked = journey.planned(client, calendar, account, "Ce soir", link_url=menu)
        refs = journey.published(client, thread["id"])["refs"]
        values = [people.post(ref["remote_id"])["value"] for ref in refs]
        [card_ref] = journey.published(client, linked["id"])["refs"]
        card = people.post(card_ref["remote_id"])["value"]

    assert [value["text"] for value in values] == THREAD
    assert [value["langs"] for value in values] == [["fr"]] * 3
    assert [image["alt"] for image in values[0]["embed"]["images"]] == [ALT_TEXT]
    assert [value["reply"]["parent"]["uri"] for value in values[1:]] == [
        ref["remote_id"] for ref in refs[:2]
    ]
    assert card["embed"]["external"] == {
        "uri": menu,
        "title": "La carte",
        "description": "Pain et fromage",
    }


def test_mastodon_post_goes_out_at_its_minute_and_its_echo_comes_back(
    mastodon_mock: MastodonMock, tmp_path: Path
) -> None:
    with (
        parvis_beside(tmp_path, mastodon_mock.url) as stack,
        contextlib.closing(MastodonPeople(mastodon_mock)) as people,
    ):
        client = stack.client()
        login = {"server": mastodon_mock.url, "access_token": mastodon_mock.tokens["ana"]}
        _, calendar, account = settle_in(client, "mastodon", login, name="vaud")
        post = journey.travel(client, calendar, account, people)
        status = journey.published(client, post["id"])["refs"][0]["remote_id"]
        journey.edited(client, post["id"], "On a taillé la vigne.")
        assert "On a taillé la vigne." in people.post(status)["content"]
        assert people.post(status)["edited_at"]
        journey.withdrawn(client, post["id"])
        assert status not in [each["id"] for each in people.posts()]


def test_mastodon_thread_with_picture_warning_and_visibility_stands_as_it_was_planned(
    mastodon_mock: MastodonMock, tmp_path: Path
) -> None:
    with (
        parvis_beside(tmp_path, mastodon_mock.url) as stack,
        contextlib.closing(MastodonPeople(mastodon_mock)) as people,
    ):
        client = stack.client()
        login = {"server": mastodon_mock.url, "access_token": mastodon_mock.tokens["ana"]}
        _, calendar, account = settle_in(client, "mastodon", login, name="vaud")
        variant = {
            "parts": THREAD,
            "media_ids": [journey.pictured(client, PNG, ALT_TEXT)],
            "visibility": "unlisted",
            "content_warning": "Politique",
        }
        post = journey.planned(client, calendar, account, "", variant=variant)
        refs = journey.published(client, post["id"])["refs"]
        statuses = [people.post(ref["remote_id"]) for ref in refs]

    for status, text in zip(statuses, THREAD, strict=True):
        assert text in status["content"]
        told = (status["visibility"], status["language"], status["spoiler_text"])
        assert told == ("unlisted", "fr", "Politique")
    pictures = [each["description"] for each in statuses[0]["media_attachments"]]
    assert pictures == [ALT_TEXT]
    above = [status["in_reply_to_id"] for status in statuses]
    assert above == [None, statuses[0]["id"], statuses[1]["id"]]


def test_wordpress_articles_arrive_as_entries_of_its_feed(
    wordpress: WordPress, tmp_path: Path
) -> None:
    wordpress.publish("Avant", "Paru avant la connexion.")
    with parvis_beside(tmp_path, wordpress.origin) as stack:
        client = stack.client()
        _, _, account = settle_in(client, "feed", {"url": wordpress.origin}, name="vaud")
        old = journey.heard(client, "Paru avant")
        wordpress.publish("La vigne", "On taille la vigne à Lavaux.")
        assert client.post(f"/v1/accounts/{account}/pull").status_code == 202
        new = journey.heard(client, "On taille la vigne")
        unread = client.get("/v1/mentions?is_read=false&limit=100").json()["data"]
        posts = client.get("/v1/posts").json()["data"]

    assert (old["kind"], new["kind"]) == ("entry", "entry")
    assert (new["title"], new["author_handle"]) == ("La vigne", "ana")
    assert (old["read_at"] is None, new["read_at"]) == (False, None)
    assert ([each["id"] for each in unread], posts) == ([new["id"]], [])


def _login(rig: Bluesky) -> dict[str, str]:
    ana = rig.accounts["ana"]
    return {"server": rig.pds, "handle": ana.handle, "app_password": ana.app_password}
