"""`.env` in the clone, read the way the settings read it."""

import os
from pathlib import Path

from dotenv import dotenv_values

from api.cli.places import ROOT
from api.cli.trouble import Trouble


def read_env_file(path: Path = ROOT / ".env") -> None:
    """Take `.env` into the environment; what is already there goes first. Raises `Trouble`."""
    try:
        given = {name: value for name, value in dotenv_values(path).items() if value}
        os.environ.update(given | dict(os.environ))
    except ValueError as error:
        raise Trouble(
            f"{path} is no text in UTF-8.",
            "Write it anew, one NAME=value a line; `.env.example` shows how.",
        ) from error
