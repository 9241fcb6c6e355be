"""`up`: everything on this machine, in one terminal."""

import json as jsonlib
import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from api.cli.env_file import read_env_file
from api.cli.places import data_folder
from api.cli.trouble import Trouble


def up(
    *,
    port: Annotated[int | None, Parameter(help="Port to listen on; 0 takes a free one.")] = None,
    host: Annotated[str | None, Parameter(help="Address to listen on.")] = None,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
    json: Annotated[
        bool, Parameter(negative=(), help="Print one line of JSON when ready.")
    ] = False,
) -> None:

    read_env_file()
    wishes = {
        "port": _port_of_environment() if port is None else port,
        "host": host or os.environ.get("HOST", "127.0.0.1"),
        "data": str(data_folder(data)),
        "json": json,
    }
    # a fresh interpreter: the supervisor stays small, without this command line in its memory
    sys.stdout.flush()
    command = [sys.executable, "-m", "api.cli.supervisor", jsonlib.dumps(wishes)]
    os.execv(sys.executable, command)  # noqa: S606 our own program


def _port_of_environment() -> int:
    named = os.environ.get("PORT", "8000")
    try:
        return int(named)
    except ValueError as error:
        raise Trouble(f"PORT is {named!r}, which is no number.", "Set it to one.") from error
