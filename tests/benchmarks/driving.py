"""Asks as fast as it can over a few connections: by wrk where present, else by our own client."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.report import Round
from tests.benchmarks.usage import Ended, Meter, Watched

CONNECTIONS = 16
MARGIN_S = 20

# Reads the requests from a file, walks through them in turn, prints one line of JSON at the end.
SCRIPT = """
local requests, at = {}, 0
init = function(args)
  for line in io.lines(args[1]) do
    local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
    table.insert(requests, wrk.format(method, path, nil, body ~= "" and body or nil))
  end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
done = function(summary, latency, _)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"errors":%d,"seconds":%f,"p50_ms":%f,"p99_ms":%f}\\n',
    summary.requests, e.connect + e.read + e.write + e.status + e.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


@dataclass(frozen=True)
class Asked:
    """What one system is asked, again and again; `bodies` go with POST."""

    root: str
    paths: Sequence[str]
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    body: str = ""

    @property
    def lines(self) -> str:
        return "".join(f"{self.method} {path} {self.body}".rstrip() + "\n" for path in self.paths)


@dataclass(frozen=True)
class Driver:
    """`folder` holds the script and the requests of the moment."""

    folder: Path

    @property
    def name(self) -> str:
        return "wrk" if shutil.which("wrk") else "own client"

    def drive(self, asked: Asked, seconds: float, app: Watched, postgres: Watched) -> Round:
        requests = self.folder / "requests.txt"
        requests.write_text(asked.lines)
        command = self._command(asked, seconds, requests)
        meter = Meter(app, postgres, Ended())
        with meter.running():
            found = subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=seconds + MARGIN_S
            )
        told = json.loads(found.stdout.strip().splitlines()[-1])
        app_s, postgres_s, client_s = meter.spent_s
        return Round(**told, app_cpu_s=app_s, postgres_cpu_s=postgres_s, client_cpu_s=client_s)

    def _command(self, asked: Asked, seconds: float, requests: Path) -> list[str]:
        headers = [part for name, value in asked.headers for part in ("-H", f"{name}: {value}")]
        wrk = shutil.which("wrk")
        if wrk is None:
            own = ["-m", "tests.benchmarks.client", asked.root, str(requests), str(seconds)]
            return [sys.executable, *own, str(CONNECTIONS), *headers]
        script = self.folder / "requests.lua"
        script.write_text(SCRIPT)
        load = ["-t1", f"-c{CONNECTIONS}", f"-d{max(round(seconds), 1)}s", "--timeout", "10s"]
        return [wrk, *load, "-s", str(script), *headers, asked.root, "--", str(requests)]
