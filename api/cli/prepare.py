"""The child that readies a database before the stack starts: schema, first workspace and token."""

import sys

from api.cli.migrate import move
from api.cli.surroundings import read_settings
from api.cli.trouble import Trouble


def main() -> int:
    try:
        settings = read_settings()
        move(settings, "head")
    except Trouble as trouble:
        sys.stderr.write(f"parvis: {trouble}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
