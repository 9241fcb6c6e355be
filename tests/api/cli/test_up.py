"""The whole stack as its user sees it: started, hurt, stopped."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil
import pytest

from api.cli import greeting, lock, machine_checks, processes
from api.cli.places import ROOT

SERVERS = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "SEALING_KEYS", "PUBLIC_URL")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in SERVERS}
UP_S, MENDED_S, STOPPED_S, SECOND_START_S, ENGINES_S = 60, 30, 5.0, 5.0, 1.0
AWAKE_MIB = 172
"""The api with its graph woken, on a clone whose packages nobody else shares: 165 measured."""
PARTS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
"""Of the suite, side by side: cores that they share do less for each."""
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal")


def parvis(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT | {"PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=UP_S,
    )


@dataclass
class Stack:
    """`up` on one folder, which may be started more than once."""

    folder: Path
    process: subprocess.Popen[str] | None = None
    said: greeting.Facts = field(default_factory=dict)

    def start(self) -> float:
        """Seconds until the first answered request."""
        begun = time.monotonic()
        command = ["-m", "api", "up", "--port", "0", "--json", "--data", str(self.folder)]
        with (self.folder / "up.err").open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=ENVIRONMENT | {"PYTHONTZPATH": ""},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.folder / "up.err").read_text()
        self.said = json.loads(line)
        assert self.status("/readyz") == 200
        return time.monotonic() - begun

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"{self.said['url']}{path}", timeout=20) as answer:  # noqa: S310 - our own address
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def pids(self) -> dict[str, int]:
        found = lock.running(self.folder)
        return found.pids if found else {}

    def is_mended(self, part: str, former: int) -> bool:
        return self.pids().get(part, former) != former and self.status("/readyz") == 200


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="parvis-")).resolve()
    found = Stack(folder)
    try:
        found.start()
        yield found
    finally:
        if found.process is not None and found.process.returncode is None:
            found.end(signal.SIGTERM)
        shutil.rmtree(folder)


# First, before anything was asked of it: the graph is made when asked for.
def test_doctor_finds_the_stack_well(stack: Stack) -> None:
    said = parvis("doctor", "--data", str(stack.folder)).stdout

    wrong = [line for line in said.splitlines() if line.startswith("✗")]
    # a developer's environment may be older than its stamp; that check has a test of its own
    assert [line for line in wrong if "requirements.lock" not in line] == []
    assert re.search(r"Memory: stack \d+ MiB, api \d+ MiB", said)


def test_the_idle_stack_stays_small(stack: Stack) -> None:
    assert stack.process is not None

    found = machine_checks.memory_fits(stack.process.pid, stack.pids()["api"])

    assert not found.is_wrong, found.what


def test_one_line_of_json_says_what_a_program_needs(stack: Stack) -> None:
    said = stack.said

    assert said["graphql"] == f"{said['url']}/graphql"
    assert said["docs"] == f"{said['url']}/docs"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", str(said["url"]))
    assert re.fullmatch(r"pv_live_\w+", str(said["token"]))
    assert re.fullmatch(rf"{said['url']}/link\?token=pv_link_[0-9a-f]{{48}}", str(said["sign_in"]))
    assert said["data"] == str(stack.folder)
    assert said["pids"] == stack.pids()
    assert set(stack.pids()) == {"postgres", "valkey", "api", "workers"}


def test_the_calls_it_prints_work_as_they_stand_and_again(stack: Stack) -> None:
    printed = greeting.in_words(stack.said)
    calls = [line.strip() for line in printed.splitlines() if line.startswith("  curl")] * 2

    answers = [
        subprocess.run(
            [*shlex.split(call), "-w", "\n%{http_code}"], capture_output=True, text=True, check=True
        ).stdout.rsplit("\n", 1)
        for call in calls
    ]

    assert [status for _, status in answers] == ["200", "201", "200"] * 2
    communities = json.loads(answers[2][0])["data"]["communities"]["edges"]
    assert [edge["node"]["name"] for edge in communities] == ["Choir"]


def test_the_first_owner_comes_in_by_the_link_once(stack: Stack) -> None:
    link = str(stack.said["sign_in"])
    assert link in greeting.in_words(stack.said)
    with httpx2.Client(base_url=str(stack.said["url"]), timeout=20) as browser:
        page = browser.get(link)
        token = re.search(r'name="form_token" value="(\w+)"', page.text)
        sent = {"form_token": token[1] if token else ""}
        origin = {"Origin": str(stack.said["url"])}
        came_in = browser.post(link, data=sent, headers=origin)
        account, again = browser.get("/account"), browser.get(link)

    assert (came_in.status_code, again.status_code) == (303, 404)
    assert "owner@parvis.localhost" in account.text
    mails = parvis("mail", "--data", str(stack.folder))
    assert (mails.returncode, mails.stderr) == (0, "No mail.\n")


@pytest.mark.parametrize("page", ["/docs", "/graphql"])
def test_the_pages_it_names_open(stack: Stack, page: str) -> None:
    asked = urllib.request.Request(f"{stack.said['url']}{page}", headers={"Accept": "text/html"})  # noqa: S310 - our own address
    with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - our own address
        assert (answer.status, answer.headers.get_content_type()) == (200, "text/html")


def test_asked_for_all_that_it_names_it_stays_small(stack: Stack) -> None:
    assert stack.process is not None
    assert stack.status("/openapi.json") == 200

    api = stack.pids()["api"]
    found = machine_checks.memory_fits(stack.process.pid, api, api_mib=AWAKE_MIB)

    assert not found.is_wrong, found.what


def test_it_listens_on_loopback_alone(stack: Stack) -> None:
    port = int(str(stack.said["url"]).rsplit(":", 1)[1])
    elsewhere = {
        address[4][0]
        for address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        if not str(address[4][0]).startswith("127.")
    }

    opened = [host for host in elsewhere if _opens(str(host), port)]

    assert opened == []


def _opens(host: str, port: int) -> bool:
    with socket.socket() as wire:
        wire.settimeout(2)
        return wire.connect_ex((host, port)) == 0


def test_a_second_up_on_the_same_data_names_the_first(stack: Stack) -> None:
    assert stack.process is not None

    second = parvis("up", "--port", "0", "--data", str(stack.folder))

    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr == (
        f"parvis: Parvis already runs on {stack.folder} (process {stack.process.pid}, "
        f"{stack.said['url']}). Stop it first (Ctrl-C there), or choose another folder with "
        "--data.\n"
    )


def test_a_port_in_use_is_one_line_with_its_remedy(stack: Stack, folder: Path) -> None:
    port = str(stack.said["url"]).rsplit(":", 1)[1]

    second = parvis("up", "--port", port, "--data", str(folder))

    assert second.returncode == 1
    wanted = rf"parvis: Port {port} is in use\. Choose another: --port \d+, or PORT=\d+\.\n"
    assert re.fullmatch(wanted, second.stderr)


def test_other_commands_find_what_runs(stack: Stack) -> None:
    data = ("--data", str(stack.folder))

    made = parvis("token", "--scopes", "events:read", *data)
    moved = parvis("migrate", *data)
    unknown = parvis("token", "--workspace", "nobody", "--all", *data)

    assert re.fullmatch(r"pv_live_\w+\n", made.stdout)
    assert moved.stdout.startswith("The schema is at ")
    assert unknown.returncode == 1
    assert "There is no workspace nobody (there are: my-workspace)." in unknown.stderr


@pytest.mark.parametrize("part", ["api", "workers", "valkey", "postgres"])
def test_a_killed_part_comes_back_and_the_api_answers(stack: Stack, part: str) -> None:
    former = stack.pids()[part]

    os.kill(former, signal.SIGKILL)

    assert processes.wait_until(
        lambda: stack.is_mended(part, former), within_s=MENDED_S, every_s=0.1
    )


def test_a_caller_waits_while_the_api_is_restarted(stack: Stack) -> None:
    os.kill(stack.pids()["api"], signal.SIGKILL)

    assert stack.status("/livez") in {0, 200}
    assert stack.status("/livez") == 200


def test_a_stop_is_quick_clean_and_complete(stack: Stack) -> None:
    before = stack.pids()
    begun = time.monotonic()

    code = stack.end(signal.SIGINT)

    assert code == 0
    assert time.monotonic() - begun < STOPPED_S
    assert [name for name, pid in before.items() if processes.command_of(pid)] == []
    log = (stack.folder / "logs" / "postgres.log").read_text()
    assert "database system is shut down" in log.splitlines()[-1]


def test_a_second_start_is_quick_and_keeps_everything(stack: Stack) -> None:
    token = stack.said["token"]

    took_s = stack.start()

    # on a busy machine the clock measures the others too: the api's own work is what must be short
    worked = psutil.Process(stack.pids()["api"]).cpu_times()
    assert min(took_s, worked.user + worked.system + ENGINES_S) < SECOND_START_S * PARTS
    assert took_s < UP_S
    assert stack.said["token"] == token
    assert str(stack.said["sign_in"]).startswith(f"{stack.said['url']}/link?token=")
    assert "Preparing the database" not in (stack.folder / "up.err").read_text()


@ON_LINUX
def test_a_killed_supervisor_leaves_no_orphan(stack: Stack) -> None:
    before = stack.pids()

    stack.end(signal.SIGKILL)

    assert len(before) == 4
    assert processes.wait_until(
        lambda: not any(processes.command_of(pid) for pid in before.values()), within_s=10
    )
    assert not lock.is_held(stack.folder)
