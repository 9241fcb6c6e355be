"""docker-compose.yml and the Dockerfile, as far as they can be tried without Docker."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import yaml  # type: ignore[import-untyped]  # it has no stubs

from api.cli import processes
from api.cli.app import COMMANDS
from api.cli.engines import Engines
from api.cli.places import ROOT
from domain.kernel.settings import Settings
from tests.conftest import KEY
from tests.stack import free_port, until

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each.get("image") == "parvis"}
STAYING = {name for name in SERVICES if name not in {"migrate", "token"}}
PASSWORDS = (
    "POSTGRES_PASSWORD",
    "PARVIS_OWNER_PASSWORD",
    "PARVIS_APP_PASSWORD",
    "VALKEY_PASSWORD",
)
OPERATOR = {name: f"{name.lower()}-value" for name in PASSWORDS} | {"SEALING_KEYS": KEY}
DECIDED = {"database_url", "redis_url", "sandbox_url", "host", "port", "data_dir"}
"""Settings that the compose file decides, whatever `.env` says."""


def filled(text: str, values: dict[str, str]) -> str:
    """The text as Compose fills it in."""

    def value(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        given = values.get(found["name"], "")
        if found["sign"] == ":?":
            assert given, f"{found['name']} is missing"
        return given or (found["rest"] or "" if found["sign"] == ":-" else "")

    return re.sub(r"\$\$|\$\{(?P<name>\w+)(?P<sign>:[-?])?(?P<rest>[^}]*)\}", value, text)


def environment(service: str, dotenv: dict[str, str]) -> dict[str, str]:
    """What a service of ours finds in its environment, with `.env` as given."""
    assert OURS[service]["env_file"] == [{"path": ".env", "required": False}]
    own = {name: filled(str(v), dotenv) for name, v in OURS[service]["environment"].items()}
    return {**dotenv, **own}


def settings_of(
    service: str, dotenv: dict[str, str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> Settings:
    """The settings a service reads, in a folder without a file of its own."""
    monkeypatch.chdir(folder)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment(service, dotenv).items():
        monkeypatch.setenv(name, value)
    return Settings.read()


@pytest.mark.parametrize("service", ["api", "workers"])
def test_what_the_operator_writes_reaches_those_who_read_it(
    service: str, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    dotenv = {
        **OPERATOR,
        "PUBLIC_URL": "https://parvis.example",
        "PORT": "9999",
        "HOST": "127.0.0.1",
        "OUTBOUND_ALLOW": "http://10.0.0.7:80",
        "POLL_MIN_S": "45",
        "MIGRATION_DATABASE_URL": "postgresql://owner@elsewhere/db",
    }

    found = settings_of(service, dotenv, monkeypatch, folder)

    assert (found.public_url, found.poll_min_s) == ("https://parvis.example", 45)
    assert found.outbound_allow == ("http://10.0.0.7:80",)
    assert (found.host, found.port) == ("0.0.0.0", 8000)  # noqa: S104  inside its container
    assert found.data_dir == Path("/data")
    assert found.sandbox_root == "http://api:8000/sandbox"
    assert found.migration_database_url is None


@pytest.mark.parametrize("service", ["api", "workers"])
def test_no_password_of_others_reaches_api_and_workers(service: str) -> None:
    found = environment(service, OPERATOR)

    assert [found[name] for name in (*PASSWORDS, "MIGRATION_DATABASE_URL")] == [""] * 5
    assert urlsplit(found["DATABASE_URL"]).username == "parvis_app"
    assert urlsplit(found["DATABASE_URL"]).password == OPERATOR["PARVIS_APP_PASSWORD"]
    assert urlsplit(found["REDIS_URL"]).password == OPERATOR["VALKEY_PASSWORD"]


def test_migrate_and_token_know_the_owner() -> None:
    for service in ("migrate", "token"):
        url = urlsplit(environment(service, OPERATOR)["MIGRATION_DATABASE_URL"])
        assert (url.username, url.password) == ("parvis_owner", OPERATOR["PARVIS_OWNER_PASSWORD"])


def test_names_in_the_file_are_settings_or_passwords() -> None:
    given = set(COMPOSE["x-settings"])

    assert given - {name.upper() for name in Settings.model_fields} == set(PASSWORDS)
    assert {name for name in Settings.model_fields if name.upper() in given} == DECIDED | {
        "sealing_keys",
        "migration_database_url",
    }


def test_nothing_is_merged_that_readers_of_yaml_order_differently() -> None:
    """Of a list of merges the first wins, by the specification, or the last, as in PyYAML 6.0.4."""
    assert "<<: [" not in (ROOT / "docker-compose.yml").read_text()


@pytest.mark.parametrize("name", PASSWORDS)
def test_without_a_password_nothing_starts(name: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text()

    with pytest.raises(AssertionError, match=name):
        filled(text, {**OPERATOR, name: ""})


def test_no_secret_stands_in_a_file_and_none_goes_into_the_image() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|KEY|AUTH", name) and value:
                assert str(value).startswith("${"), name
    assert not re.search(r"^ARG|PASSWORD|SEALING|TOKEN", DOCKERFILE, re.MULTILINE)
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(let_in) == {source for source, _ in copies()}
    sources = {"api", "domain", "workers", "migrations", "openapi/openapi.json"}
    assert set(let_in) == sources | {"requirements.lock", "pyproject.toml"}
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_what_stays_is_watched_and_comes_back() -> None:
    for name in STAYING:
        assert SERVICES[name]["restart"] == "unless-stopped", name
        assert {"test", "interval", "timeout", "retries"} <= SERVICES[name]["healthcheck"].keys()
    waits = {name: set(SERVICES[name].get("depends_on", {})) for name in SERVICES}
    assert waits["api"] == waits["workers"] == {"migrate", "valkey"}
    assert waits["migrate"] == {"postgres"}


def test_the_api_is_watched_past_proxies(ready_port: int) -> None:
    """Docker hands its proxies to every container: the api was never well."""
    command = SERVICES["api"]["healthcheck"]["test"][3].replace("8000", str(ready_port))
    proxy = {"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"}
    asked = [sys.executable, "-c", command]

    subprocess.run(asked, env=os.environ | proxy, check=True)
    away = subprocess.run(
        [*asked[:-1], command.replace("readyz", "none")], stderr=subprocess.PIPE, check=False
    )

    assert away.returncode == 1


def test_nobody_is_root_and_only_the_api_is_reached_from_this_machine() -> None:
    for name, each in OURS.items():
        assert (each["read_only"], each["cap_drop"]) == (True, ["ALL"]), name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert "user" not in each, name
    last = DOCKERFILE.rpartition("\nFROM")[2]
    assert re.findall(r"^USER (\w+)$", last, re.MULTILINE) == ["parvis"]
    assert {name for name, each in SERVICES.items() if "ports" in each} == {"api"}
    assert SERVICES["api"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]


def test_a_clone_that_is_closed_to_others_makes_an_image_that_runs(folder: Path) -> None:
    """Cloned under a umask of 077, its files were root's alone, and nobody is root there."""
    opens = re.search(r"^RUN (chmod .+?) \\$", DOCKERFILE, re.MULTILINE)
    assert opens is not None
    (folder / "api").mkdir(mode=0o700)
    (folder / "api" / "main.py").touch(0o600)

    subprocess.run(opens[1].split(), cwd=folder, check=True)

    assert (folder / "api").stat().st_mode & 0o777 == 0o755
    assert (folder / "api" / "main.py").stat().st_mode & 0o777 == 0o644
    ways = [DOCKERFILE.index(each) for each in ("openapi/openapi.json openapi", opens[0], "USER ")]
    assert ways == sorted(ways)


def test_every_command_exists() -> None:
    names = {name for _, name, _, _ in COMMANDS}
    entry = ["python", "-m", "api"]

    assert f"ENTRYPOINT {entry}".replace("'", '"') in DOCKERFILE
    asked = {str(each["command"]) for each in OURS.values() if "command" in each}
    assert asked == {"migrate", "serve", "work"} <= names
    assert OURS["token"]["entrypoint"] == [*entry, "token"]


def test_packages_are_those_of_the_lock_for_a_python_we_support() -> None:
    assert "--require-hashes -r /tmp/requirements.lock" in DOCKERFILE.replace("\\\n", "")
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"python:3.11-slim"}


def copies() -> list[tuple[str, str]]:
    """What the Dockerfile takes from here, and where it goes."""
    return re.findall(r"^COPY (?!--from)(\S+) (\S+)$", DOCKERFILE, re.MULTILINE)


@pytest.fixture
def image(folder: Path) -> Path:
    """What lies in the image under /app."""
    app = folder / "app"
    app.mkdir()
    for source, target in copies():
        if target.startswith("/"):
            continue
        found = ROOT / source
        if found.is_dir():
            shutil.copytree(found, app / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (app / target).parent.mkdir(exist_ok=True)
            shutil.copy(found, app / target)
    return app


def make_roles(engines: Engines) -> None:
    """What the script of the compose file makes of a server that has nothing yet."""
    postgres = engines.postgres
    postgres.script("DROP DATABASE parvis")
    postgres.script("DROP ROLE parvis_owner; DROP ROLE parvis_app")
    script = filled(COMPOSE["configs"]["roles"]["content"], {})
    where = {"PGHOST": str(postgres.sockets), "PATH": f"{postgres.install / 'bin'}:/usr/bin:/bin"}
    given = {
        name: filled(str(value), OPERATOR)
        for name, value in SERVICES["postgres"]["environment"].items()
    }
    subprocess.run(
        ["/bin/bash", "-eu", "-c", script], env={**where, **given}, check=True, capture_output=True
    )


def test_the_image_holds_all_that_migrates_serves_and_works(engines: Engines, image: Path) -> None:
    make_roles(engines)
    port = free_port()
    env = {
        **environment("migrate", OPERATOR),
        "DATABASE_URL": engines.app_url,
        "MIGRATION_DATABASE_URL": engines.owner_url,
        "REDIS_URL": engines.redis_url,
        "SANDBOX_URL": f"http://127.0.0.1:{port}/sandbox",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATA_DIR": str(image.parent / "data"),
        "PATH": os.environ["PATH"],
        "PYTHONTZPATH": "",
    }
    run(image, env, "-m", "api", "migrate")
    without_owner = {**env, "MIGRATION_DATABASE_URL": ""}
    with running(image, without_owner, "serve"), running(image, without_owner, "work"):
        until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), "the api is ready")
        check = SERVICES["api"]["healthcheck"]["test"]
        assert check[:3] == ["CMD", "python", "-c"]
        run(image, env, "-c", check[3].replace(":8000", f":{port}"))
        pulse = SERVICES["workers"]["healthcheck"]["test"]
        assert pulse[:2] == ["CMD", "python"]
        until(lambda: succeeds(image, env, *pulse[2:]), "the workers' pulse is felt")
        run(image, env, "-m", "api", "doctor")


def run(image: Path, env: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=image, env=env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def succeeds(image: Path, env: dict[str, str], *arguments: str) -> bool:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=image, env=env, capture_output=True, check=False)
    return done.returncode == 0


def answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=2).status_code == 200
    except httpx2.HTTPError:
        return False


@contextmanager
def running(image: Path, env: dict[str, str], command: str) -> Iterator[None]:
    """A service of ours as its container runs it."""
    with (image.parent / f"{command}.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "api", command],
            cwd=image,
            env=env,
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        processes.end(child, signal.SIGTERM, within_s=10)
