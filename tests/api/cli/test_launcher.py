import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.places import ROOT

SAYS_WHAT_IT_GOT = "import os, sys\nprint(sys.argv[1:], os.environ['PARVIS_CALLED_FROM'])\n"
WITHOUT_VENV = """
import runpy, sys
sys.modules["ensurepip"] = None
runpy.run_path(sys.argv[1], run_name="__main__")
"""
AS_OLD = """
import runpy, sys
sys.version_info = (3, 9, 18)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
NOBODY = 65534


@pytest.fixture
def clone(folder: Path) -> Path:
    """A clone with the launcher, locks that ask for nothing, and an api that says what it got."""
    return fill(folder)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose environment is made: that takes seconds, so it is made once and copied."""
    found = fill(tmp_path_factory.mktemp("used"))
    launch(found, "up")
    return found


@pytest.fixture
def settled(used: Path, folder: Path) -> Path:
    """A clone of one's own whose environment is made."""
    shutil.copytree(used, folder, symlinks=True, dirs_exist_ok=True)
    return folder


def fill(folder: Path) -> Path:
    shutil.copy(ROOT / "parvis", folder / "parvis")
    for name in ("requirements.lock", "requirements-dev.lock"):
        (folder / name).write_text("# nothing\n")
    (folder / "api").mkdir()
    (folder / "api" / "__main__.py").write_text(SAYS_WHAT_IT_GOT)
    return folder


def launch(clone: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(clone / "parvis"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | more,
    )


def test_it_makes_its_environment_once_and_hands_over(clone: Path) -> None:
    first = launch(clone, "up", "--port", "1")
    second = launch(clone, "up", "--port", "1")

    wanted = f"['up', '--port', '1'] {Path.cwd()}\n"
    assert (first.returncode, first.stdout) == (0, wanted)
    assert "Making .venv" in first.stderr
    assert (second.stdout, second.stderr) == (wanted, "")


def test_what_it_compiles_is_kept_even_where_python_is_told_not_to(settled: Path) -> None:
    shutil.rmtree(settled / "api" / "__pycache__")

    launch(settled, "up", PYTHONDONTWRITEBYTECODE="1")

    assert len(list(settled.glob("api/__pycache__/__main__.*.pyc"))) == 1


def test_it_finds_its_own_modules_where_python_keeps_from_this_folder(settled: Path) -> None:
    found = launch(settled, "up", PYTHONSAFEPATH="1")

    assert (found.returncode, found.stdout) == (0, f"['up'] {Path.cwd()}\n")


def test_text_is_utf_8_whatever_the_terminal_speaks(settled: Path) -> None:
    """A data folder with an umlaut in its name ended the start."""
    main = settled / "api" / "__main__.py"
    main.write_text("import locale\nprint(locale.getpreferredencoding())\n")

    found = launch(settled, "up", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")

    assert found.stdout == "utf-8\n"


def test_a_changed_lock_is_installed_again(settled: Path) -> None:
    (settled / "requirements.lock").write_text("no-such-thing==1 --hash=sha256:" + "0" * 64 + "\n")

    again = launch(settled, "up", PIP_NO_INDEX="1")

    assert again.returncode == 1
    assert again.stdout == ""
    assert again.stderr.endswith(
        "parvis: The packages could not be installed. See that pip reaches a package index.\n"
    )
    assert "Making .venv" not in again.stderr


def test_two_at_once_install_once(clone: Path) -> None:
    command = [sys.executable, str(clone / "parvis"), "up"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]

    said = [each.communicate()[1] for each in both]

    assert [each.returncode for each in both] == [0, 0]
    assert sum("Making .venv" in each for each in said) == 1


def test_tools_are_installed_for_the_commands_that_need_them(settled: Path) -> None:
    (settled / "requirements-dev.lock").write_text("no-such-thing==1 --hash=sha256:" + "0" * 64)

    assert launch(settled, "up", PIP_NO_INDEX="1").returncode == 0
    assert launch(settled, "check", PIP_NO_INDEX="1").returncode == 1


@pytest.mark.parametrize("command", ["check", "test", "bench"])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_of_the_commands_with_tools_waits_for_none(
    settled: Path, command: str, flag: str
) -> None:
    (settled / "requirements-dev.lock").write_text("no-such-thing==1 --hash=sha256:" + "0" * 64)

    helped = launch(settled, command, flag, PIP_NO_INDEX="1")

    assert (helped.returncode, helped.stderr) == (0, "")
    assert helped.stdout.startswith(f"['{command}', '{flag}']")


def test_a_python_without_venv_names_the_package_to_install(clone: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT_VENV, str(clone / "parvis")],
        capture_output=True,
        text=True,
        check=False,
    )

    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert found.returncode == 1
    assert found.stderr == (
        "parvis: This Python has no venv module. Install it (Debian and Ubuntu: "
        f"apt install python{version}-venv) and run again.\n"
    )


def test_a_clone_of_somebody_else_is_refused_in_one_line(clone: Path) -> None:
    clone.chmod(0o555)
    as_other = NOBODY if os.getuid() == 0 else None

    found = subprocess.run(
        [shutil.which("python3", path="/usr/bin:/bin") or sys.executable, clone / "parvis"],
        capture_output=True,
        text=True,
        check=False,
        user=as_other,
        env={"PATH": str(Path(sys.executable).parent)},
    )
    clone.chmod(0o755)

    if "needs Python" in found.stderr:
        pytest.skip("the system's Python is too old to get that far")
    assert found.returncode == 1
    assert found.stderr == (
        f"parvis: No permission to write to {clone}. Clone Parvis to a folder of yours.\n"
    )


def test_an_old_python_can_read_it_and_say_so() -> None:
    ast.parse((ROOT / "parvis").read_text(), feature_version=(3, 4))


def launch_in_old_python(path: Path) -> subprocess.CompletedProcess[str]:
    """By a Python that calls itself 3.9, where no other is found than those on `path`."""
    return subprocess.run(
        [sys.executable, "-c", AS_OLD, ROOT / "parvis", "up"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(path)},
    )


def test_an_old_python_goes_on_in_a_newer_one_that_starts(folder: Path) -> None:
    broken, newer = folder / "python3.13", folder / "python3.12"
    broken.write_text("#!/bin/sh\necho not here >&2\nexit 127\n")
    newer.write_text('#!/bin/sh\n[ "$1" = -c ] || echo "$@"\n')
    for each in (broken, newer):
        each.chmod(0o755)

    found = launch_in_old_python(folder)

    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == f"{ROOT / 'parvis'} up\n"


def test_an_old_python_without_a_newer_one_says_so(folder: Path) -> None:
    found = launch_in_old_python(folder)

    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == (
        "parvis: Parvis needs Python 3.11 or newer; this is 3.9. Install one (python.org, or your "
        "system's packages) and run again.\n"
    )


def test_the_lock_for_tools_contains_the_lock_for_running() -> None:
    running = set((ROOT / "requirements.lock").read_text().splitlines())
    tools = set((ROOT / "requirements-dev.lock").read_text().splitlines())

    assert {line for line in running - tools if not line.startswith(" ")} == set()


def test_no_lock_names_a_host() -> None:
    locks = [(ROOT / name).read_text() for name in ("requirements.lock", "requirements-dev.lock")]

    assert ["://" in lock for lock in locks] == [False, False]
