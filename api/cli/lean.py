"""Becomes another module, without what libraries load wherever they find it.

structlog takes rich, and a highlighter with it, for tracebacks in colour: 5 MB in every process
that never shows one. FastAPI takes pydantic's first version, 1.6 MB, to refuse models of it.
Half a million objects are loaded that all stay: looking among them for waste takes a tenth of the
start.
"""

import runpy
import sys

from domain.kernel.memory import collect_seldom

NEEDLESS = ("rich", "pydantic.v1")

if __name__ == "__main__":
    collect_seldom()
    for name in NEEDLESS:
        sys.modules[name] = None  # type: ignore[assignment]  # so that importing it fails
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
