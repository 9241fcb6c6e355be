"""A person in front of the pages of a Bluesky server, signing in and saying yes to a client."""

from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.real.rigs import BlueskyAccount

API = "/@atproto/oauth-provider/~api"
CSRF = "csrf-token"


class BlueskyPerson:
    """Sends what the pages' own scripts send; keeps every cookie, secure ones on loopback too."""

    def __init__(self, pds: str, account: BlueskyAccount) -> None:
        self._pds = pds
        self._account = account
        self._cookies: dict[str, str] = {}
        self._http = httpx2.Client(timeout=20)

    def close(self) -> None:
        self._http.close()

    def consent(self, page: str) -> str:
        """The address the server sends the person back to, once they said yes."""
        shown = self._get(page, fetched_from="none")
        assert shown.status_code == 200, shown.text
        account = self._account
        name = {"username": account.handle, "password": account.password}
        self._post("sign-in", page, {**name, "locale": "en", "remember": True})
        agreed = self._post("consent", page, {"did": account.did})
        sent = self._get(agreed["url"], fetched_from="same-origin", referer=page)
        assert sent.is_redirect, sent.text
        location: str = sent.headers["location"]
        return location

    def _get(self, url: str, *, fetched_from: str, referer: str | None = None) -> httpx2.Response:
        headers = {
            "sec-fetch-site": fetched_from,
            "sec-fetch-mode": "navigate",
            "sec-fetch-dest": "document",
            **({"referer": referer} if referer else {}),
        }
        return self._kept(self._http.get(url, headers={**headers, **self._cookie()}))

    def _post(self, what: str, page: str, body: dict[str, object]) -> dict[str, str]:
        headers = {
            "sec-fetch-site": "same-origin",
            "sec-fetch-mode": "same-origin",
            "sec-fetch-dest": "empty",
            "origin": self._pds,
            "referer": page,
            "x-csrf-token": self._cookies[CSRF],
        }
        url = f"{self._pds}{API}/{what}"
        answer = self._http.post(url, headers={**headers, **self._cookie()}, json=body)
        assert self._kept(answer).is_success, answer.text
        found: dict[str, str] = answer.json()
        return found

    def _cookie(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def _kept(self, answer: httpx2.Response) -> httpx2.Response:
        for each in answer.headers.get_list("set-cookie"):
            name, _, rest = each.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        return answer


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
