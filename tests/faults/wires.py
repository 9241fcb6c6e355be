"""Wires to real servers: mitmproxy in front of them, a port for each cell of the matrix."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.real import installing
from tests.real.serving import answers, free_ports, serving

_ADDON = Path(__file__).with_name("befalling.py")
_NUMBERS = count(1)


@dataclass(frozen=True)
class Wire:
    """One way to a server, and what befalls the calls on it."""

    upstream: str
    port: int
    folder: Path

    @property
    def origin(self) -> str:
        return f"http://{urlsplit(self.upstream).hostname}:{self.port}"

    def order(self, *orders: dict[str, Any]) -> None:
        """Whatever was ordered before is forgotten.

        Of each: `kind`, `calls` (a pattern of `METHOD /path`), `times`, and what its kind needs;
        `says`, where the call must say that.
        """
        numbered = [{**each, "id": f"{self.port}-{next(_NUMBERS)}"} for each in orders]
        self._met().write_text("")
        new = self.folder / f"{self.port}.new"
        new.write_text(json.dumps(numbered))
        new.replace(self.folder / f"{self.port}.json")

    def is_met(self) -> bool:
        """Whether all that was ordered befell."""
        orders = self.folder / f"{self.port}.json"
        wanted: int = sum(each["times"] for each in json.loads(orders.read_text()))
        return len(self._met().read_text().splitlines()) == wanted

    def _met(self) -> Path:
        return self.folder / f"{self.port}.met"


@contextmanager
def laid(folder: Path, upstreams: Sequence[str]) -> Iterator[list[Wire]]:
    """A wire to each of these origins, all in one process; needs the package index."""
    programs = installing.python(installing.ROOT / "mitmproxy", "mitmproxy")
    ports = free_ports(len(upstreams))
    wires = [Wire(*ends, folder) for ends in zip(upstreams, ports, strict=True)]
    names = {str(wire.port): urlsplit(wire.upstream).netloc for wire in wires}
    (folder / "wires.json").write_text(json.dumps(names))
    modes = [
        f"--mode=reverse:http://127.0.0.1:{urlsplit(wire.upstream).port}@127.0.0.1:{wire.port}"
        for wire in wires
    ]
    for wire in wires:
        wire.order()
    command: list[str | Path] = [
        *(programs / "mitmdump", "--quiet", "--set", f"confdir={folder}"),
        *("--scripts", _ADDON),
        *modes,
    ]
    env = {**os.environ, "WIRES": str(folder)}
    log = folder / "wires.log"
    with serving(
        command, log=log, is_ready=lambda: all(answers(wire.port) for wire in wires), env=env
    ):
        yield wires
