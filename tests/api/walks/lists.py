"""Lists of the contract, read whole: what they show, what they are asked by, and how they page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2

from api.contract.describe import operations
from api.contract.examples import Json
from tests.api.walks.rest import PATTERN
from tests.furnished import named, with_ids

OF_PAGES = frozenset({"cursor", "limit"})
WIDE = {
    "since": (datetime.now(UTC) - timedelta(days=60)).isoformat(timespec="seconds"),
    "until": (datetime.now(UTC) + timedelta(days=300)).isoformat(timespec="seconds"),
}
BASES: dict[str, Mapping[str, str]] = {
    "list_occasions": WIDE,
    "read_agenda": WIDE,
    "entries": WIDE,
    "calendar_entries": WIDE,
    "list_samples": {"account_id": named("acct")},
}
"""What a list cannot do without, or shows more with; ids as examples say them."""


@dataclass(frozen=True)
class Parameter:
    """One that narrows or orders a list."""

    name: str
    described: Json = field(repr=False, compare=False)

    @property
    def is_list(self) -> bool:
        return bool(self.described["schema"].get("type") == "array")

    @property
    def schema(self) -> Json:
        """Of one value."""
        found: Json = self.described["schema"]
        return found["items"] if self.is_list else found


@dataclass(frozen=True)
class List:
    """One list operation; `base` is what every question to it says."""

    operation: str
    path: str
    described: Json = field(repr=False)
    words: Mapping[str, list[str]] = field(repr=False)
    """Of every enum of the contract, by its name."""

    @property
    def parameters(self) -> list[Parameter]:
        return [
            Parameter(each["name"], each)
            for each in self.described["parameters"]
            if each["in"] == "query" and each["name"] not in OF_PAGES
        ]

    @property
    def filters(self) -> list[Parameter]:
        return [each for each in self.parameters if each.name != "sort"]

    @property
    def sorts(self) -> list[str]:
        found = [each.schema for each in self.parameters if each.name == "sort"]
        return [word for each in found for word in self.words[each["$ref"].rpartition("/")[2]]]

    def base(self, ids: Mapping[str, str]) -> dict[str, str]:
        return with_ids(dict(BASES.get(self.operation, {})), ids)

    def url(self, ids: Mapping[str, str]) -> str:
        """Its path, about the things of the furnished workspace."""
        path = self.path
        for each in self.described["parameters"]:
            if each["in"] == "path":
                prefix = PATTERN.fullmatch(each["schema"]["pattern"])
                assert prefix is not None
                path = path.replace(f"{{{each['name']}}}", ids[named(prefix[1])])
        return path


def lists_of(document: Json) -> Iterator[List]:
    schemas = document["components"]["schemas"].items()
    words = {name: each["enum"] for name, each in schemas if "enum" in each}
    for path, method, operation in operations(document):
        names = {each["name"] for each in operation.get("parameters", ())}
        if method == "get" and names >= OF_PAGES:
            yield List(operation["operationId"], path, operation, words)


async def read_all(
    client: httpx2.AsyncClient, url: str, asked: Mapping[str, Any], limit: int = 100
) -> list[Json]:
    """Everything a list shows, page by page."""
    found: list[Json] = []
    sent = {name: _text(value) for name, value in asked.items()}
    where = f"{url}?{urlencode({**sent, 'limit': limit}, doseq=True)}"
    while where:
        answer = await client.get(where)
        assert answer.status_code == 200, f"{where}: {answer.text}"
        found += answer.json()["data"]
        where = answer.links.get("next", {}).get("url", "")
    return found


def _text(value: Any) -> Any:
    """As a query says it."""
    if isinstance(value, list):
        return [_text(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else value
