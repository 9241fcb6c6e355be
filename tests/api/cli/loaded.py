"""Says of modules whether they were loaded: `python -m tests.api.cli.loaded name …`."""

import sys

import api.health
import domain.kernel.logs

if __name__ == "__main__":
    assert api.health
    assert domain.kernel.logs
    print(*(name for name in sys.argv[1:] if sys.modules.get(name) is not None))
