"""Runs the command line: `python -m api`, or `./parvis`, which prepares its environment first."""

import io
import os
import signal
import sys
from collections.abc import Sequence

from api.cli.app import app
from api.cli.trouble import Trouble, of_system


def main(arguments: Sequence[str]) -> int:
    try:
        app(arguments)
    except Trouble as trouble:
        return _stopped_by(trouble)
    except BrokenPipeError:
        # who read us has gone (`… | head`): the rest is for nobody, and no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _stopped_by(of_system(error))
    return 0


def _stopped_by(trouble: Trouble) -> int:
    sys.stderr.write(f"parvis: {trouble}\n")
    return 1


def speak_to_any_terminal() -> None:
    """A letter that the terminal's encoding lacks is shown by its number."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def stop_when_told() -> None:
    """SIGTERM unwinds a command as Ctrl-C does: what it began beside itself ends with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


if __name__ == "__main__":
    stop_when_told()
    speak_to_any_terminal()
    sys.exit(main(sys.argv[1:]))
