"""`python -m workers`: one worker process."""

import asyncio
import sys

import uvloop
from pydantic import ValidationError

from domain.connector.versions import VersionUnknown
from domain.kernel.knobs import explained
from domain.kernel.reaching import ServerUnusable
from domain.kernel.settings import Settings
from workers.main import work

if __name__ == "__main__":
    try:
        settings = Settings.read()
    except ValidationError as error:
        sys.exit(f"parvis: {explained(error)} `.env.example` explains each.")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(work(settings))
        except (ServerUnusable, VersionUnknown) as error:
            sys.exit(f"parvis: {error}")
