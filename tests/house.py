"""A community manager's day on a running stack, through REST alone, on the sandbox network."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2

from tests.stack import Stack, until

ZURICH = ZoneInfo("Europe/Zurich")


@dataclass(frozen=True)
class House:
    """A community with a calendar and one account on the sandbox."""

    stack: Stack
    client: httpx2.Client
    community: str
    calendar: str
    account: str
    handle: str
    sandbox_token: str

    def state(self) -> dict[str, Any]:
        """The sandbox's own account of what it holds."""
        return self.play("get", "state")

    def play(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = httpx2.request(
            method,
            f"{self.stack.sandbox}/v1/accounts/{self.handle}/{path}",
            headers={"Authorization": f"Bearer {self.sandbox_token}"},
            timeout=20,
            **({"json": body.get("items", body)} if body else {}),
        )
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def fault(self, kind: str, *, on: str = "publish", times: int = 1, seconds: float = 30) -> None:
        self.play(
            "post", "faults", items=[{"on": on, "kind": kind, "times": times, "seconds": seconds}]
        )

    def published(self, text: str) -> int:
        """How often a text stands on the network."""
        return sum(post["text"] == text for post in self.state()["posts"])

    def publish(self, text: str, **changes: Any) -> str:
        """A post that goes out at once; gives its id."""
        made = self.client.post(
            "/v1/posts",
            json={
                "calendar_id": self.calendar,
                "title": text[:60],
                "text": text,
                "variants": [{"account_id": self.account}],
                **changes,
            },
        )
        assert made.status_code == 201, made.text
        id_: str = made.json()["id"]
        planned = self.client.post(f"/v1/posts/{id_}/schedule", json={"now": True})
        assert planned.status_code == 200, planned.text
        return id_

    def recur(self, text: str, rule: str) -> str:
        """A recurrence that begins tomorrow at noon; gives its id."""
        tomorrow = datetime.now(ZURICH).date() + timedelta(days=1)
        made = self.client.post(
            "/v1/recurrences",
            json={
                "calendar_id": self.calendar,
                "title": text,
                "text": text,
                "variants": [{"account_id": self.account}],
                "rule": rule,
                "starts_at": f"{tomorrow}T12:00:00",
            },
        )
        assert made.status_code == 201, made.text
        id_: str = made.json()["id"]
        return id_

    def occurrences(self, recurrence: str) -> list[str]:
        """The wall times of the posts that were made of it."""
        answer = self.client.get(f"/v1/posts?limit=100&recurrence_id={recurrence}")
        assert answer.status_code == 200, answer.text
        return [each["occurs_at"] for each in answer.json()["data"]]

    def post(self, id_: str) -> dict[str, Any]:
        answer = self.client.get(f"/v1/posts/{id_}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def settled(
        self, id_: str, *, state: str = "published", within_s: float = 40
    ) -> dict[str, Any]:
        def has_settled() -> dict[str, Any] | None:
            found = self.post(id_)
            return found if found["state"] == state else None

        found: dict[str, Any] = until(has_settled, f"{id_} is {state}", within_s=within_s)
        return found


def open_house(
    stack: Stack, *, handle: str, idempotency: str = "D", token: str | None = None, **account: Any
) -> House:
    """Makes the community, the calendar and a connected sandbox account."""
    client = stack.client(token)
    made = httpx2.post(
        f"{stack.sandbox}/v1/accounts",
        json={"handle": handle, "idempotency": idempotency, **account},
        timeout=20,
    )
    assert made.status_code == 201, made.text
    own_token = made.json()["token"]
    login = {"server": stack.sandbox, "handle": handle, "token": own_token}
    community, calendar, account_id = settle_in(client, "sandbox", login, name=handle)
    return House(stack, client, community, calendar, account_id, handle, own_token)


def settle_in(
    client: httpx2.Client, network: str, login: dict[str, str], *, name: str
) -> tuple[str, str, str]:
    """A community, its calendar and a connected account, on any network."""
    community = _create(
        client, "communities", name=name, slug=name.replace("_", "-"), time_zone="Europe/Zurich"
    )
    calendar = _create(client, "calendars", community_id=community, name="Main")
    answer = client.post(
        "/v1/accounts",
        json={"community_id": community, "network": network, "login": login},
        headers={"Prefer": "wait=10"},
    )
    assert answer.status_code in {201, 202}, answer.text
    account: str = answer.json()["id"]
    until(
        lambda: client.get(f"/v1/accounts/{account}").json()["state"] == "connected",
        "the account is connected",
    )
    return community, calendar, account


def _create(client: httpx2.Client, path: str, **body: Any) -> str:
    answer = client.post(f"/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_
