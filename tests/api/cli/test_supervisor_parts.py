import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import doors, folders, identity, lock, revisions, secret_files
from api.cli.places import ROOT
from api.cli.trouble import Trouble
from api.cli.up import up
from api.cli.watch import Watch, patience_s

FOREIGN = """
import sys
before = set(sys.modules)
import api.cli.supervisor
files = {name: getattr(sys.modules[name], "__file__", "") for name in set(sys.modules) - before}
print(*{name.split(".")[0] for name, file in files.items() if "site-packages" in (file or "")})
"""


NOHUP = """
import signal
signal.signal(signal.SIGHUP, signal.SIG_IGN)
from api.cli.supervisor import heed_signals
heed_signals()
numbers = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
print(*(signal.getsignal(number) is signal.SIG_IGN for number in numbers))
"""


@dataclass
class FakePart:
    name: str = "part"
    log: Path = Path("part.log")
    is_running: bool = True
    starts: int = 0
    refuses: bool = False

    def start(self) -> None:
        self.starts += 1
        if self.refuses:
            raise Trouble("It does not start.", "Mend it.")
        self.is_running = True


def test_the_supervisor_imports_the_standard_library_alone() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", FOREIGN],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert listed.stdout.strip() == ""


def test_under_nohup_the_end_of_the_terminal_stops_nothing() -> None:
    """Whoever ran `nohup ./parvis up &` and went home found it stopped."""
    heard = subprocess.run(
        [sys.executable, "-c", NOHUP], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert heard.stdout == "True False False\n"


def test_a_remark_that_nobody_reads_stops_nothing() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "from api.cli.steps import say; input(); say('x'); print('on')"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stderr is not None
        child.stderr.close()

        assert child.communicate("\n")[0] == "on\n"


def test_what_the_system_refuses_at_the_start_is_one_line(folder: Path) -> None:
    (folder / "lock").mkdir()
    wishes = {"host": "127.0.0.1", "port": 0, "data": str(folder), "json": False}
    ended = subprocess.run(
        [sys.executable, "-m", "api.cli.supervisor", json.dumps(wishes)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    wanted = f"parvis: {folder}/lock cannot be used (Is a directory). Mend that and run again.\n"
    assert (ended.returncode, ended.stderr) == (1, wanted)


def test_a_part_that_stopped_is_started_at_once() -> None:
    part = FakePart(is_running=False)

    assert Watch([part]).mend()

    assert part.is_running
    assert part.starts == 1


def test_a_part_that_runs_is_left_alone() -> None:
    part = FakePart()

    assert not Watch([part]).mend()

    assert part.starts == 0


def test_a_part_that_falls_again_waits_its_turn(capsys: pytest.CaptureFixture[str]) -> None:
    part = FakePart(is_running=False, refuses=True)
    watch = Watch([part])

    started = [watch.mend() for _ in range(3)]

    assert started == [False, False, False]
    assert part.starts == 1
    assert "starting it again in 1 s" in capsys.readouterr().err


def test_patience_grows_and_stays_bounded() -> None:
    assert [patience_s(falls) for falls in (1, 2, 3, 4, 9)] == [0, 1, 2, 4, 30]


def test_a_port_in_use_names_a_free_one() -> None:
    with doors.open_door("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(Trouble) as found:
            doors.open_door("127.0.0.1", port)

    assert found.value.what == f"Port {port} is in use."
    offered = int(found.value.remedy.rstrip(".").rsplit("=", 1)[1])
    with doors.open_door("127.0.0.1", offered) as door:
        assert door.getsockname()[1] == offered


def test_an_address_that_is_not_here_is_refused_in_one_line() -> None:
    with pytest.raises(Trouble, match=r"Cannot listen on 192\.0\.2\.1:0 .*--host"):
        doors.open_door("192.0.2.1", 0)


@pytest.mark.parametrize("host", ["no host", "vigne" * 20, "a..b"])
def test_a_host_that_is_none_is_refused_in_one_line(host: str) -> None:
    """A label that is too long ended `up` by a traceback."""
    with pytest.raises(Trouble, match=rf"^{host} is no address of this machine\. .*HOST\.$"):
        doors.open_door(host, 0)


@pytest.mark.parametrize("port", [-1, 65536, 99999])
def test_a_number_that_is_no_port_is_refused_in_one_line(port: int) -> None:
    with pytest.raises(Trouble, match=rf"^{port} is no port\. .*--port or PORT\.$"):
        doors.open_door("127.0.0.1", port)


def test_a_port_in_the_environment_that_is_no_number_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "many")

    with pytest.raises(Trouble, match=r"^PORT is 'many', which is no number\. Set it to one\.$"):
        up()


@pytest.mark.parametrize("folder", ["/dev/null/data", "/proc/parvis"])
def test_a_folder_that_cannot_be_made_is_refused_in_one_line(folder: str) -> None:
    with pytest.raises(Trouble, match=rf"^Cannot write to {folder} \(.*\)\. .*--data\.$"):
        folders.private_folder(Path(folder))


def test_an_own_folder_that_is_read_only_is_not_said_to_belong_to_another(folder: Path) -> None:
    own = str(folders.unwritable(folder, os.getuid()))
    foreign = str(folders.unwritable(folder, os.getuid() + 1))

    assert own == (
        f"Cannot write to {folder} (its permissions forbid it). "
        "Choose another folder with --data, or run chmod u+rwx on it."
    )
    assert foreign == (
        f"Cannot write to {folder} (it belongs to another user). "
        "Choose another folder with --data, or run as its owner."
    )


def test_root_takes_no_database_from_its_owner(folder: Path) -> None:
    """`sudo ./parvis backup` failed, and left a database that its owner could start no more."""
    kept = folder / "postgres"
    kept.mkdir()
    os.chown(kept, 12345, 12346) if os.getuid() == 0 else None
    owner = kept.stat().st_uid

    with pytest.raises(Trouble, match="belongs to another user"):
        identity.refuse_to_take_over(folder, 0)

    identity.refuse_to_take_over(folder, owner)
    identity.refuse_to_take_over(folder / "new", 0)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]"), ("10.0.0.7", "10.0.0.7")],
)
def test_a_url_names_a_host_that_can_be_opened(host: str, shown: str) -> None:
    assert doors.shown_host(host) == shown


def test_a_folder_has_one_supervisor_and_says_which(folder: Path) -> None:
    facts = {"pid": os.getpid(), "url": "http://127.0.0.1:1", "pids": {"api": 2}, "token": "x"}
    with lock.DataLock(folder) as held:
        held.say(facts)

        with pytest.raises(Trouble, match=rf"process {os.getpid()}, http://127\.0\.0\.1:1"):
            lock.DataLock(folder).__enter__()

        assert lock.running(folder) == lock.Running(os.getpid(), "http://127.0.0.1:1", {"api": 2})
        assert "token" not in json.loads((folder / "lock").read_text())
    assert lock.running(folder) is None
    assert not lock.is_held(folder)


def test_secrets_are_for_their_owner_alone_and_stay_the_same(folder: Path) -> None:
    first = secret_files.sealing_keys(folder)

    assert secret_files.sealing_keys(folder) == first
    assert (folder / "sealing.keys").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("left", [b"", b"\0" * 47, b"\xff\xfe:"])
def test_a_damaged_key_ring_is_named_and_left(folder: Path, left: bytes) -> None:
    """`up` ended by a traceback, or named a setting that it does not need."""
    (folder / "sealing.keys").write_bytes(left)

    with pytest.raises(Trouble, match=r"sealing\.keys holds no keys any more\. Put it back"):
        secret_files.sealing_keys(folder)

    assert (folder / "sealing.keys").read_bytes() == left


def test_the_newest_migration_is_the_one_nobody_follows(folder: Path) -> None:
    (folder / "1.py").write_text('revision = "one"\ndown_revision = None\n')
    (folder / "2.py").write_text('revision: str = "two"\ndown_revision: str = "one"\n')

    assert revisions.newest(folder) == "two"


def test_two_ends_of_the_migrations_are_no_newest(folder: Path) -> None:
    (folder / "1.py").write_text('revision = "one"\ndown_revision = None\n')
    (folder / "2.py").write_text('revision = "two"\ndown_revision = None\n')

    assert revisions.newest(folder) is None
