"""A Matrix homeserver from the package index: people with passwords and tokens, and one room."""

import contextlib
import json
import os
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.real import installing
from tests.real.serving import free_port, serving

NAME = "village.example"
_SETTINGS = """\
listeners:
  - {{port: {port}, tls: false, type: http, bind_addresses: ['127.0.0.1'],
     resources: [{{names: [client], compress: false}}]}}
enable_registration: false
registration_shared_secret: rig
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
rc_message: {{per_second: {pace}, burst_count: {pace}}}
rc_room_creation: {{per_second: 1000, burst_count: 1000}}
caches:
  sync_response_cache_duration: 0s  # or a first reading is up to two minutes old
rc_login:
  address: {{per_second: 1000, burst_count: 1000}}
  account: {{per_second: 1000, burst_count: 1000}}
"""


@dataclass(frozen=True)
class Matrix:
    """Ana, Bob, Carol and Dora; `tokens` by name, `room` is where all of them are."""

    url: str
    room: str
    tokens: dict[str, str]
    """By name; a device's by the device's."""
    database: Path
    """The server's own rows, in SQLite."""

    def enter(self, name: str, *, device: str) -> None:
        """Gives one more device of somebody a token of its own."""
        self.tokens[device] = _entered(self.url, name)

    def call(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """What the server answers somebody, as any client would ask it."""
        return _ask(self.url, method, path, body, self.tokens[name])


@contextlib.contextmanager
def matrix(*, pace: int = 1000) -> Iterator[Matrix]:
    """Needs the package index; `pace`: messages a second of one person."""
    programs = installing.python(installing.ROOT / "synapse", "matrix-synapse")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder:
        data = Path(folder)
        config, more = data / "homeserver.yaml", data / "more.yaml"
        more.write_text(_SETTINGS.format(port=port, pace=pace))
        made: list[str | Path] = [
            *(programs / "python", "-m", "synapse.app.homeserver", "--server-name", NAME),
            *("--config-path", config, "--generate-config", "--report-stats=no"),
            *("--data-directory", data),
        ]
        installing.run(made, cwd=data)
        command: list[str | Path] = [
            *(programs / "python", "-m", "synapse.app.homeserver", "-c", config, "-c", more)
        ]
        log = data / "synapse.out"
        with serving(
            command, log=log, is_ready=lambda: _is_up(url), env=dict(os.environ), cwd=data
        ):
            yield _settled(programs, url, data / "homeserver.db")


def _settled(programs: Path, url: str, database: Path) -> Matrix:
    tokens = {name: _registered(programs, url, name) for name in ("ana", "bob", "carol", "dora")}
    wanted = {"preset": "public_chat", "name": "The square", "room_alias_name": "square"}
    room = _ask(url, "POST", "createRoom", wanted, tokens["ana"])["room_id"]
    for name in ("bob", "carol", "dora"):
        _ask(url, "POST", f"join/{quote(room)}", {}, tokens[name])
    return Matrix(url, room, tokens, database)


def _registered(programs: Path, url: str, name: str) -> str:
    """A person's token."""
    subprocess.run(
        [
            *(programs / "register_new_matrix_user", "-u", name, "-p", f"{name}-password"),
            *("--no-admin", "-k", "rig", url),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return _entered(url, name)


def _entered(url: str, name: str) -> str:
    identifier = {"type": "m.id.user", "user": name}
    login = {
        "type": "m.login.password",
        "identifier": identifier,
        "password": f"{name}-password",
    }
    token: str = _ask(url, "POST", "login", login)["access_token"]
    return token


def _ask(url: str, method: str, path: str, body: Any = None, token: str = "") -> Any:
    request = urllib.request.Request(  # noqa: S310 loopback
        f"{url}/_matrix/client/v3/{path}",
        None if body is None else json.dumps(body).encode(),
        {"content-type": "application/json"}
        | ({"authorization": f"Bearer {token}"} if token else {}),
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
        return json.load(answer)


def _is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_matrix/client/versions", timeout=2):  # noqa: S310 loopback
            return True
    except OSError:
        return False
