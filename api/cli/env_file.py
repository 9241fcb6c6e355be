"""`.env` in the clone, read the way the settings read it."""

import os

from dotenv import dotenv_values

from api.cli.places import ROOT


def read_env_file() -> None:
    """Take `.env` into the environment; what is already there goes first."""
    given = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value}
    os.environ.update(given | dict(os.environ))
