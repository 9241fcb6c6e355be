"""The fake at the port: answers from a script of recorded exchanges, and keeps what was called."""

import json
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter

from domain.connector.errors import OutcomeUnknown, Unavailable
from domain.connector.http import Call, Reply

NETWORKS = Path(__file__).parent
_ZONE = re.compile(r"(T\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|\+00:?00)(?=\")")


class Exchange(BaseModel):
    """One call and what came of it. The body is `json` or `text`; `error`: no answer came."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: str
    path: str
    status: int = 200
    headers: dict[str, str] = {}
    json_: JsonValue = None
    text: str | None = None
    error: Literal["unavailable", "outcome_unknown"] | None = None

    def reply(self, url: str) -> Reply:
        body = json.dumps(self.json_) if self.text is None else self.text
        return Reply(self.status, self.headers, body.encode(), url)


_SCRIPT = TypeAdapter(list[Exchange])


def recorded(key: str, scenario: str) -> list[Exchange]:
    """The exchanges of one scenario, as `tests/networks/<key>/recorded/<scenario>.json` has it."""
    return _SCRIPT.validate_json((NETWORKS / key / "recorded" / f"{scenario}.json").read_bytes())


def unzoned(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """The same, by a server that writes its moments without a zone."""
    return [
        each.model_copy(update={"json_": json.loads(_ZONE.sub(r"\1", json.dumps(each.json_)))})
        for each in exchanges
    ]


def written(exchanges: list[Exchange]) -> str:
    """Exchanges as such a file holds them."""
    kept = _SCRIPT.dump_python(exchanges, mode="json", exclude_defaults=True)
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


@dataclass
class ScriptedHttp:
    """Answers calls in the script's order; a call the script does not expect fails the test."""

    script: Iterable[Exchange]
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = deque(self.script)

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        path = urlsplit(call.url).path
        assert self._left, f"{call.method} {path} comes after the end of the script"
        expected = self._left.popleft()
        assert (call.method, path) == (expected.method, expected.path)
        if expected.error == "unavailable":
            raise Unavailable("The network could not be reached.")
        if expected.error == "outcome_unknown":
            raise OutcomeUnknown("The call was sent and no answer came.")
        return expected.reply(call.url)

    def waits_s(self) -> list[float]:
        """How long each call had to be waited with."""
        return [call.after.total_seconds() for call in self.calls]

    def assert_finished(self) -> None:
        assert [f"{each.method} {each.path}" for each in self._left] == []


def body_text(call: Call) -> str:
    """Everything a call says in its body, for tests that look for words in it."""
    pieces = [json.dumps(call.json, ensure_ascii=False)] if call.json is not None else []
    pieces += [value for _, value in call.form]
    pieces += [each.file_name for each in call.files]
    return "\n".join(pieces)
