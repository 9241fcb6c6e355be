"""Runs the import contracts of pyproject.toml: `python -m api.cli.contracts`."""

import sys

from importlinter.cli import lint_imports

if __name__ == "__main__":
    sys.exit(lint_imports())
