"""`python -m workers`: one worker process."""

import asyncio
import sys

import uvloop

from domain.kernel.roles import RoleTooMighty
from domain.kernel.settings import Settings
from workers.main import work

if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(work(Settings.read()))
        except RoleTooMighty as error:
            sys.exit(f"parvis: {error}")
