"""The feed that a page names in its head: `<link rel="alternate" type="…">`."""

from collections.abc import Iterator

from domain.connector.links import joined
from domain.connector.markup import Tag, pieces
from domain.networks.feed.entries import web_url

_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
    }
)

_HEAD = 500_000
"""How much of a page is looked at, in characters."""


def feed_of_page(html: str, url: str) -> str | None:
    """The address of the page's first feed, of comments only where there is no other."""
    found = pieces(html[:_HEAD])
    tags = [each for each in found if isinstance(each, Tag) and each.name in {"base", "link"}]
    bases = (each.attribute("href") for each in tags if each.name == "base")
    root = joined(url, next(bases, None) or "") or url
    feeds = sorted(_feeds(tags), key=lambda each: "comment" in f"{each[0]} {each[1]}".lower())
    urls = (web_url(joined(root, href)) for href, _ in feeds)
    return next((each for each in urls if each and each != url), None)


def _feeds(tags: list[Tag]) -> Iterator[tuple[str, str]]:
    """Address and title of each feed that is named."""
    for tag in tags:
        kind = (tag.attribute("type") or "").lower().split(";")[0].strip()
        href = tag.attribute("href")
        is_alternate = "alternate" in (tag.attribute("rel") or "").lower().split()
        if tag.name == "link" and is_alternate and kind in _TYPES and href:
            yield href, tag.attribute("title") or ""
