"""Becomes another module, without what libraries load wherever they find it.

structlog takes rich, and a highlighter with it, for tracebacks in colour: 5 MB in every process
that never shows one.
"""

import runpy
import sys

NEEDLESS = ("rich",)

if __name__ == "__main__":
    for name in NEEDLESS:
        sys.modules[name] = None  # type: ignore[assignment]  # so that importing it fails
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
