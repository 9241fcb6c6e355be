"""A programme that somebody else publishes: an RSS feed on loopback, read by real workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PATH = "/programme.rss"
TITLE, TEXT = "La Fête des vignerons", "Qui défile cette année ? Trois cents figurants à Vevey."
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Programme de la région</title>
<link>http://127.0.0.1/</link><description>Ce qui vient</description>
<item><title>{title}</title><description>{text}</description><guid>fete-1</guid>
<link>http://127.0.0.1/fete</link><pubDate>{at}</pubDate></item>
</channel></rss>"""


class Programme(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        at = format_datetime(datetime.now(UTC))
        body = FEED.format(title=TITLE, text=TEXT, at=at).encode()
        self.send_response(200 if self.path == PATH else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
        """Says nothing."""


@contextmanager
def published() -> Iterator[str]:
    """Gives its origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Programme) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(5)
