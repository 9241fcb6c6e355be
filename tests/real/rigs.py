"""Real servers for `tests/real`: each a context manager that installs, starts, yields and stops.

bluesky          directory, PDS and AppView (npm @atproto/dev-env), accounts ana, bob and carol
mastodon_mock    somebody else's Mastodon api (PyPI mastodon_mock), accounts ana, bob and carol
matrix           a Matrix homeserver (PyPI matrix-synapse, on SQLite)
wordpress_feed   WordPress with its RSS feed (Debian wordpress, mariadb-server, php-cli)
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.cli import installed
from api.cli.postgres import SUPERUSER, Postgres
from tests.real import installing
from tests.real.matrix_rig import Matrix, matrix
from tests.real.serving import answers, free_port, free_ports, serving
from tests.real.wordpress_rig import WordPress, wordpress_feed

__all__ = [
    "Bluesky",
    "BlueskyAccount",
    "MastodonMock",
    "Matrix",
    "WordPress",
    "bluesky",
    "mastodon_mock",
    "matrix",
    "wordpress_feed",
]

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class BlueskyAccount:
    handle: str
    did: str
    password: str
    app_password: str


@dataclass(frozen=True)
class Bluesky:
    """`pds` is where clients go; it passes on to `appview` what it does not answer itself."""

    directory: str
    pds: str
    appview: str
    accounts: dict[str, BlueskyAccount]


@dataclass(frozen=True)
class MastodonMock:
    """`tokens` by the account's name; the account is `name@host`."""

    url: str
    host: str
    tokens: dict[str, str]


@contextlib.contextmanager
def bluesky() -> Iterator[Bluesky]:
    """Needs npm; takes four minutes to install, once, and ten seconds to start."""
    node, folder = installing.node(), _installed_bluesky()
    with contextlib.ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bluesky-")))
        database = _database(data)
        stack.callback(database.stop)
        redis_port = stack.enter_context(_redis(data))
        state = data / "state.json"
        socket_folder = database.sockets
        env = {
            "PATH": f"{node / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "DB_POSTGRES_URL": f"postgresql://{SUPERUSER}@localhost/bsky?host={socket_folder}",
            "REDIS_HOST": f"127.0.0.1:{redis_port}",
            "LOG_ENABLED": "false",
            "PORTS": ",".join(map(str, free_ports(6))),
            "STATE": str(state),
        }
        command: list[str | Path] = [
            node / "bin" / "node",
            "-r",
            _HERE / "bluesky" / "loopback.cjs",
            "rig.mjs",
        ]
        log = data / "bluesky.log"
        stack.enter_context(serving(command, log=log, is_ready=state.exists, env=env, cwd=folder))
        told = json.loads(state.read_text())
        accounts = {name: BlueskyAccount(**each) for name, each in told["accounts"].items()}
        yield Bluesky(told["directory"], told["pds"], told["appview"], accounts)


@contextlib.contextmanager
def mastodon_mock() -> Iterator[MastodonMock]:
    """Needs the package index; honours Idempotency-Key, formats statuses as Markdown."""
    programs = installing.python(installing.ROOT / "mastodon_mock", "mastodon_mock")
    port = free_port()
    names = ("ana", "bob", "carol")
    host = f"127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="mastodon-") as data:
        config = Path(data) / "mock.toml"
        config.write_text(
            "".join(
                f'[[seed.accounts]]\nusername = "{name}"\naccess_token = "{name}-token-0123"\n'
                f'display_name = "{name.title()}"\n'
                for name in names
            )
        )
        command: list[str | Path] = [
            *(programs / "mastodon_mock", "serve", "--config", config, "--in-memory"),
            *("--host", "127.0.0.1", "--port", str(port), "--domain", host),
        ]
        log = Path(data) / "mock.log"
        with serving(
            command, log=log, is_ready=lambda: answers(port), env=dict(os.environ), cwd=Path(data)
        ):
            tokens = {name: f"{name}-token-0123" for name in names}
            yield MastodonMock(f"http://{host}", host, tokens)


def _installed_bluesky() -> Path:
    folder = installing.ROOT / "bluesky"
    sqlite = folder / "node_modules" / "better-sqlite3"
    if not (sqlite / "build" / "Release" / "better_sqlite3.node").exists():
        node = installing.node()
        installing.npm(folder, "@atproto/dev-env", "@atproto/api", node=node)
        # Built, not fetched: the headers that Node's npm package carries are all it needs.
        build: list[str | Path] = [
            installing.node_gyp(),
            "rebuild",
            "--release",
            f"--nodedir={node}",
        ]
        command = [node / "bin" / "node", *build]
        installing.run(command, cwd=sqlite, env=installing.with_node(node))
    (folder / "rig.mjs").write_text((_HERE / "bluesky" / "rig.mjs").read_text())
    return folder


def _database(data: Path) -> Postgres:
    database = Postgres(data / "postgres", durable=False)
    database.start()
    database.script("CREATE DATABASE bsky")
    return database


@contextlib.contextmanager
def _redis(data: Path) -> Iterator[int]:
    port = free_port()
    command: list[str | Path] = [
        *(installed.valkey(), "--port", str(port), "--bind", "127.0.0.1"),
        *("--save", "", "--appendonly", "no", "--dir", str(data)),
    ]
    log = data / "redis.log"
    with serving(command, log=log, is_ready=lambda: answers(port)):
        yield port
