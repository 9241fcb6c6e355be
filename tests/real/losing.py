"""A server in front of another that loses answers: the deed is done, and nobody hears of it."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

_PASSED_ON = ("content-type", "link", "x-wp-total", "retry-after", "date", "location")


@dataclass
class Loser:
    """`loses` says of a method and path whether its answer gets lost; `lost` is what was."""

    origin: str
    loses: Callable[[str, str], bool] = lambda method, path: False  # noqa: ARG005 - none
    lost: list[str] = field(default_factory=list)

    def lose_once(self, method: str, within: str) -> None:
        """Loses the answer to the next such call."""
        self.loses = lambda called, path: called == method and within in path and not self.lost


@contextmanager
def losing(upstream: str) -> Iterator[Loser]:
    """Names itself wherever the upstream names itself."""

    class Passes(http.server.BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() in ("authorization", "content-type", "accept")
            }
            answer = client.request(
                self.command, self.path, content=self.rfile.read(length), headers=headers
            )
            if loser.loses(self.command, self.path):
                loser.lost.append(f"{self.command} {self.path.partition('?')[0]}")
                self.close_connection = True
                return
            body = answer.content.replace(upstream.encode(), loser.origin.encode())
            self.send_response(answer.status_code)
            for name in _PASSED_ON:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name].replace(upstream, loser.origin))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = pass_on  # noqa: N815 - the library's own names

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passes)
    loser = Loser(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    with httpx2.Client(base_url=upstream, timeout=30) as client:
        thread.start()
        try:
            yield loser
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
