"""The process behind `up`: starts the stack, watches it, stops it. Standard library only.

It stays small and quick to start, so nothing heavy is imported here; whatever needs the
platform's own code is a child.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from api.cli import doors, folders, greeting, identity, processes, revisions
from api.cli.answers import wait_for_answer
from api.cli.lock import DataLock
from api.cli.postgres import DATABASE
from api.cli.secret_files import first_token_path, is_kept, keep, owner_path, sign_in_path
from api.cli.stack import Stack, Wishes, describe
from api.cli.steps import say, step
from api.cli.trouble import Trouble, of_system
from api.cli.watch import Watch
from domain.people.link_urls import new_token, url_of

_RECOVERY_S, _MIGRATION_S, _IMPORT_S = 120, 600, 60
_DRAIN_S, _ALL_S, _LEAST_S = 3.4, 4.6, 0.3
_APPLIED = """
SELECT to_regclass('public.alembic_version') IS NOT NULL AS made \\gset
\\if :made
SELECT version_num FROM alembic_version;
\\endif
"""


class Stopped(Exception):
    """We were told to stop."""


def main() -> int:
    wishes = json.loads(sys.argv[1])
    heed_signals()
    try:
        run(Wishes(**wishes | {"data": Path(wishes["data"])}))
    except Stopped:
        return 0
    except Trouble as trouble:
        say(f"parvis: {trouble}")
        return 1
    except OSError as error:
        say(f"parvis: {of_system(error)}")
        return 1
    return 0


def heed_signals() -> None:
    """Stop when told to; under `nohup` the end of the terminal tells nothing."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _stop)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


def run(wishes: Wishes) -> None:
    """Start everything, say so, and watch until told to stop."""
    with (
        DataLock(folders.private_folder(wishes.data)) as lock,
        doors.open_door(wishes.host, wishes.port) as door,
    ):
        identity.refuse_to_take_over(wishes.data, os.getuid())
        stack = describe(wishes, door)
        try:
            token = new_token()
            keep(sign_in_path(wishes.data), token)
            start(stack)
            facts = greeting.facts(stack, first_token_path(wishes.data), sign_in(stack, token))
            lock.say(facts)
            greeting.greet(facts, as_json=wishes.json)
            watch = Watch(stack.watched)
            while True:
                processes.pause(0.2)
                if watch.mend():
                    lock.say(facts | {"pids": stack.pids})
        finally:
            stop(stack)


def start(stack: Stack) -> None:
    """Bring every part up, side by side where they can be."""
    for part in (stack.prepare, stack.api, stack.workers):
        part.end_leftover()
    for engine in stack.engines:
        engine.begin()
    for engine in stack.engines:
        with step(f"Starting {engine.name}"):
            engine.wait_ready(_RECOVERY_S)
    if not is_prepared(stack):
        with step("Preparing the database"):
            stack.prepare.run(_MIGRATION_S)
    stack.api.begin()
    stack.workers.begin()
    with step("Starting api and workers"):
        wait_for_answer(stack.api, stack.url, _IMPORT_S)
        if not stack.workers.is_running:
            raise stack.workers.failed()


def sign_in(stack: Stack, token: str) -> str | None:
    """The first owner's link, once the api has taken it from its file; None when they are gone."""
    waiting = sign_in_path(Path(stack.env["DATA_DIR"]))
    is_known = not waiting.exists()
    waiting.unlink(missing_ok=True)
    return url_of(stack.env["PUBLIC_URL"], token) if is_known else None


def is_prepared(stack: Stack) -> bool:
    """Whether the schema is the newest, and the first token and owner are there.

    Never where a server is not ours: preparing also says which one is away.
    """
    if stack.postgres is None or stack.valkey is None:
        return False
    data_dir = stack.postgres.data_dir
    if not (is_kept(first_token_path(data_dir)) and is_kept(owner_path(data_dir))):
        return False
    found = stack.postgres.script(_APPLIED, DATABASE)
    return found != "" and found == revisions.newest()


def stop(stack: Stack) -> None:
    """End every part within 5 s: ours first, then the engines they lean on."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    begun = time.monotonic()
    ours = (stack.prepare, stack.api, stack.workers)
    for child in ours:
        child.ask_to_stop()
    for child in ours:
        child.stop(_left_s(begun, _DRAIN_S))
    for engine in stack.engines:
        engine.stop(_left_s(begun, _ALL_S))


def _left_s(begun: float, allowed_s: float) -> float:
    return max(_LEAST_S, begun + allowed_s - time.monotonic())


if __name__ == "__main__":
    sys.exit(main())
