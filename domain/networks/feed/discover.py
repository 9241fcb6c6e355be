"""The feed that a page names in its head: `<link rel="alternate" type="…">`."""

from html.parser import HTMLParser
from urllib.parse import urljoin

from domain.networks.feed.entries import web_url

_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
    }
)


def feed_of_page(html: str, url: str) -> str | None:
    """The address of the page's first feed, of comments only where there is no other."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    root = urljoin(url, reader.base or "")
    feeds = sorted(reader.feeds, key=lambda each: "comment" in f"{each[0]} {each[1]}".lower())
    found = (web_url(urljoin(root, href)) for href, _ in feeds)
    return next((each for each in found if each and each != url), None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base: str | None = None
        self.feeds: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "base" and self.base is None:
            self.base = told.get("href")
        if tag != "link" or "alternate" not in (told.get("rel") or "").lower().split():
            return
        kind, href = (told.get("type") or "").lower().split(";")[0], told.get("href")
        if kind.strip() in _TYPES and href:
            self.feeds.append((href, told.get("title") or ""))
