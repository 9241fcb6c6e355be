"""Runs the command line: `python -m api`, or `./parvis`, which prepares its environment first."""

import sys
from collections.abc import Sequence

from api.cli.app import app
from api.cli.trouble import Trouble


def main(arguments: Sequence[str]) -> int:
    try:
        app(arguments)
    except Trouble as trouble:
        sys.stderr.write(f"parvis: {trouble}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
