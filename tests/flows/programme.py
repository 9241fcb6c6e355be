"""What somebody else publishes on loopback, read by real workers: a programme, and a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PATH, PRICES = "/programme.rss", "/tarifs"
TITLE, TEXT = "La Fête des vignerons", "Qui défile cette année ? Trois cents figurants à Vevey."
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Programme de la région</title>
<link>http://127.0.0.1/</link><description>Ce qui vient</description>
<item><title>{title}</title><description>{text}</description><guid>fete-1</guid>
<link>http://127.0.0.1/fete</link><pubDate>{at}</pubDate></item>
</channel></rss>"""


class Programme(BaseHTTPRequestHandler):
    price = 10
    """What the page tells; a test may change it."""

    def do_GET(self) -> None:
        at = format_datetime(datetime.now(UTC))
        page = f"<nav>Menu</nav><main><p>Entrée : {self.price} francs</p></main>"
        is_page = self.path == PRICES
        body = (page if is_page else FEED.format(title=TITLE, text=TEXT, at=at)).encode()
        kind = "text/html; charset=utf-8" if is_page else "application/rss+xml"
        self.send_response(200 if self.path in {PATH, PRICES} else 404)
        self.send_header("Content-Type", kind)
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
