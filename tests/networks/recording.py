"""Keeps what a network answers, as scripts for the conformance suite, without what is secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import JsonValue

from domain.connector.http import Call, Http, Reply
from tests.networks.scripted import NETWORKS, Exchange, written

_HEADERS_KEPT = (
    "date",
    "content-type",
    "etag",
    "last-modified",
    "link",
    "ratelimit",
    "x-ratelimit",
    "x-wp-total",
)


@dataclass
class RecordingHttp:
    """Passes calls on and keeps the answers. `made_up` gives what stands for each real string."""

    inner: Http
    made_up: dict[str, str] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)

    async def __call__(self, call: Call) -> Reply:
        reply = await self.inner(call)
        self.exchanges.append(self._exchange(call, reply))
        return reply

    def keep(self, key: str, scenario: str) -> list[Exchange]:
        """Writes what was answered since the last time to the network's folder."""
        taken, self.exchanges = self.exchanges, []
        keep(key, scenario, [self._clean(each) for each in taken])
        return taken

    def forget(self) -> None:
        self.exchanges = []

    def clean(self, text: str) -> str:
        for real, made_up in sorted(self.made_up.items(), key=lambda pair: -len(pair[0])):
            text = text.replace(real, made_up)
        return text

    def _exchange(self, call: Call, reply: Reply) -> Exchange:
        headers = {
            name: value for name, value in reply.headers.items() if name.startswith(_HEADERS_KEPT)
        }
        path = urlsplit(call.url).path
        try:
            body: JsonValue = reply.json()
        except ValueError:
            return Exchange(
                method=call.method,
                path=path,
                status=reply.status,
                headers=headers,
                text=reply.text,
            )
        return Exchange(
            method=call.method, path=path, status=reply.status, headers=headers, json_=body
        )

    def _clean(self, exchange: Exchange) -> Exchange:
        return Exchange.model_validate_json(self.clean(exchange.model_dump_json()))


def keep(key: str, scenario: str, exchanges: list[Exchange]) -> None:
    folder = NETWORKS / key / "recorded"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{scenario}.json").write_text(written(exchanges))


def keep_account(key: str, facts: Mapping[str, JsonValue]) -> None:
    """Whom the recording was made with."""
    folder = NETWORKS / key / "recorded"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "account.json").write_text(json.dumps(dict(facts), indent=1) + "\n")
