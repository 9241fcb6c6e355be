"""WordPress on MariaDB and PHP, from Debian: a real RSS feed, and a way to publish into it."""

import base64
import contextlib
import json
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.real import installing
from tests.real.serving import answers, free_ports, serving

_HERE = Path(__file__).parent / "wordpress"
_SOURCE = Path("/usr/share/wordpress")


@dataclass(frozen=True)
class WordPress:
    """`feed` is RSS 2.0 with ETag and Last-Modified; `origin` is its scheme, host and port.

    Ana runs the site; Bob, Carol and Dora only read and comment, Dora at WordPress's own pace.
    `app_passwords` by name.
    """

    origin: str
    feed: str
    app_passwords: dict[str, str]

    def publish(self, title: str, content: str) -> str:
        """A post that everybody sees at once; gives its address."""
        body = {"title": title, "content": content, "status": "publish"}
        link: str = self.call("ana", "POST", "posts", body)["link"]
        return link

    def call(self, name: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What the site answers somebody, as any client would ask it."""
        credentials = base64.b64encode(f"{name}:{self.app_passwords[name]}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 loopback
            f"{self.origin}/wp-json/wp/v2/{path}",
            None if body is None else json.dumps(body).encode(),
            {"content-type": "application/json", "authorization": f"Basic {credentials}"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
            return json.load(answer)


@contextlib.contextmanager
def wordpress_feed() -> Iterator[WordPress]:
    """Needs Debian and root, as MariaDB runs under its own user."""
    if not (_SOURCE.exists() and shutil.which("mariadbd") and shutil.which("php")):
        installing.debian("wordpress", "mariadb-server", "php-cli", "php-mysql")
    port, database_port = free_ports(2)
    with contextlib.ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wordpress-")))
        data.chmod(0o755)
        stack.enter_context(_database(data, database_port))
        shutil.copytree(_SOURCE, data / "site")
        (data / "site" / "wp-config.php").unlink(missing_ok=True)
        for name in ("wp-config.php", "router.php", "seed.php"):
            target = data / "site" / name if name == "wp-config.php" else data / name
            shutil.copy(_HERE / name, target)
        plugins = data / "site" / "wp-content" / "mu-plugins"
        plugins.mkdir(parents=True, exist_ok=True)
        shutil.copy(_HERE / "flood.php", plugins)
        origin = f"http://127.0.0.1:{port}"
        env = {
            **os.environ,
            "RIG_ORIGIN": origin,
            "RIG_DATABASE": f"127.0.0.1:{database_port}",
            "RIG_SITE": str(data / "site"),
            "RIG_STATE": str(data / "state.json"),
        }
        installing.run(["php", data / "seed.php"], cwd=data, env=env)
        serve: list[str | Path] = [
            "php",
            "-S",
            f"127.0.0.1:{port}",
            "-t",
            data / "site",
            data / "router.php",
        ]
        log = data / "php.log"
        stack.enter_context(
            serving(serve, log=log, is_ready=lambda: answers(port), env=env, cwd=data)
        )
        passwords = json.loads((data / "state.json").read_text())
        yield WordPress(origin, f"{origin}/feed/", passwords)


@contextlib.contextmanager
def _database(data: Path, port: int) -> Iterator[None]:
    rows = data / "rows"
    rows.mkdir()
    shutil.chown(rows, "mysql")
    plain = ["--user=mysql", f"--datadir={rows}"]
    installing.run(
        [
            *("mariadb-install-db", *plain, "--skip-test-db"),
            "--auth-root-authentication-method=normal",
        ]
    )
    begin = data / "begin.sql"
    begin.write_text(
        "CREATE DATABASE IF NOT EXISTS wp;\n"
        "CREATE USER IF NOT EXISTS wp@'127.0.0.1' IDENTIFIED BY 'wp';\n"
        "GRANT ALL ON wp.* TO wp@'127.0.0.1';\n"
    )
    command: list[str | Path] = [
        *("/usr/sbin/mariadbd", "--no-defaults", *plain, f"--port={port}"),
        *("--bind-address=127.0.0.1", f"--socket={rows / 'm.sock'}", f"--init-file={begin}"),
        "--skip-log-bin",
    ]
    log = data / "mariadb.log"
    with serving(command, log=log, is_ready=lambda: answers(port)):
        yield
