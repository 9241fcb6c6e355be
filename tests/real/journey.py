"""The journey that every network's real server is asked to take, seen through our REST api."""

from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import httpx2

from tests.stack import until

ZURICH = ZoneInfo("Europe/Zurich")
TEXT = "On taille la vigne 🍇 avec #Lavaux, voir https://example.ch/vigne"
POST_EVENTS = ["post.created", "post.scheduled", "post.going_out", "post.published"]


class Neighbours(Protocol):
    """Other people over there, acting through the server's own api."""

    def reply(self, post_id: str, text: str) -> None: ...
    def mention(self, text: str) -> None: ...
    def like(self, post_id: str) -> None: ...
    def count(self, text: str) -> int:
        """How many public posts of ours say exactly this."""


def travel(
    client: httpx2.Client, calendar: str, account: str, neighbours: Neighbours
) -> dict[str, Any]:
    """Planned, published at its moment, heard, answered and counted; gives the post."""
    post = planned(client, calendar, account, TEXT)
    assert neighbours.count(TEXT) == 0
    remote_id = on_time(client, post)
    assert neighbours.count(TEXT) == 1

    neighbours.like(remote_id)
    neighbours.reply(remote_id, "Santé !")
    neighbours.mention("Bonjour à vous")
    reply, mention = heard(client, "Santé !"), heard(client, "Bonjour à vous")
    assert (reply["kind"], reply["post_id"]) == ("reply", post["id"])
    assert (mention["kind"], mention["post_id"]) == ("mention", None)
    answered(client, reply, "À la vôtre !")
    assert neighbours.count("À la vôtre !") == 1

    assert counted(client, post["id"], "likes") == 1
    url = f"/v1/metrics/series?metric=likes&post_id={post['id']}"
    values = client.get(url).json()["series"][0]["values"]
    assert [value for value in values if value is not None] == [1]
    told = events(client)
    assert [e["kind"] for e in told if e["subject_id"] == post["id"]] == POST_EVENTS
    assert {"delivery.done", "mentions.received", "metrics.sampled"} <= {e["kind"] for e in told}
    return post


def planned(
    client: httpx2.Client, calendar: str, account: str, text: str, **changes: Any
) -> dict[str, Any]:
    """A post that goes out in a few seconds."""
    variant = {"account_id": account, **changes.pop("variant", {})}
    at = (datetime.now(ZURICH) + timedelta(seconds=4)).replace(tzinfo=None)
    body = {
        "calendar_id": calendar,
        "title": "La vigne",
        "text": text,
        "language": "fr",
        "variants": [variant],
        "wall_time": at.isoformat(timespec="seconds"),
        **changes,
    }
    made = client.post("/v1/posts", json=body)
    assert made.status_code == 201, made.text
    going = client.post(f"/v1/posts/{made.json()['id']}/schedule", json={})
    assert going.status_code == 200, going.text
    found: dict[str, Any] = going.json()
    return found


def on_time(client: httpx2.Client, post: dict[str, Any]) -> str:
    """The id over there of a post that goes out at its moment and not before."""
    delivery = published(client, post["id"])
    late = moment(delivery["published_at"]) - moment(post["publish_at"])
    assert timedelta(0) <= late < timedelta(seconds=5)
    remote_id: str = delivery["refs"][0]["remote_id"]
    return remote_id


def published(client: httpx2.Client, id_: str) -> dict[str, Any]:
    """Its delivery, once it is out."""

    def is_out() -> dict[str, Any] | None:
        found: dict[str, Any] = client.get(f"/v1/posts/{id_}").json()
        return found if found["state"] == "published" else None

    post = until(is_out, "the post is out")
    delivery: dict[str, Any] = post["deliveries"][0]
    return delivery


def edited(client: httpx2.Client, id_: str, *parts: str) -> None:
    asked = client.post(f"/v1/posts/{id_}/edit", json={"parts": parts})
    assert asked.status_code == 202, asked.text
    until(
        lambda: "post.edited" in [e["kind"] for e in events(client) if e["subject_id"] == id_],
        "the post is edited",
    )


def withdrawn(client: httpx2.Client, id_: str) -> None:
    assert client.post(f"/v1/posts/{id_}/withdraw").status_code == 202
    until(
        lambda: client.get(f"/v1/posts/{id_}").json()["state"] == "withdrawn",
        "the post is withdrawn",
    )


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
    """The metric's total, once it is more than nothing."""

    def find() -> int | None:
        copies = client.get(f"/v1/posts/{post_id}/metrics").json()["copies"]
        totals = [each for copy in copies for each in copy["totals"]]
        return next((each["total"] for each in totals if each["metric"] == metric), None)

    found: int = until(find, f"{metric} are counted", within_s=60)
    return found


def pictured(client: httpx2.Client, content: bytes, alt_text: str) -> str:
    """The id of an uploaded picture."""
    files = {"file": ("square.png", content, "image/png")}
    made = client.post("/v1/media", files=files, data={"alt_text": alt_text})
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    return id_


def events(client: httpx2.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    url = "/v1/events?limit=100"
    while url:
        answer = client.get(url)
        found += answer.json()["data"]
        url = answer.links.get("next", {}).get("url", "")
    return found


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
