"""Link cards: what a page says of itself for those who link to it (https://ogp.me, 2026-11-26)."""

from collections.abc import Iterator

from domain.connector.markup import Tag, pieces
from domain.connector.words import Link

_HEAD = 500_000
"""How much of a page is looked at, in characters."""
_MOST_TITLE, _MOST_DESCRIPTION = 300, 1000
_TITLES = ("og:title", "twitter:title")
_DESCRIPTIONS = ("og:description", "twitter:description", "description")


def card_of(html: str, url: str) -> Link:
    """The card of a page; without a title where the page has none."""
    told: dict[str, str] = {}
    for name, text in _sayings(html[:_HEAD]):
        told.setdefault(name, text)
    titles = (told.get(name, "") for name in (*_TITLES, "title"))
    descriptions = (told.get(name, "") for name in _DESCRIPTIONS)
    return Link(
        url,
        next(filter(None, titles), "")[:_MOST_TITLE],
        next(filter(None, descriptions), "")[:_MOST_DESCRIPTION],
    )


def _sayings(html: str) -> Iterator[tuple[str, str]]:
    """Names and texts of `meta` tags, and the page's title, without needless spaces."""
    title: list[str] | None = None
    for piece in pieces(html):
        if isinstance(piece, str):
            if title is not None:
                title.append(piece)
        elif piece.name == "title":
            if title is not None:
                yield "title", _plain("".join(title))
            title = None if piece.is_end else []
        elif piece.name == "meta":
            name = piece.attribute("property") or piece.attribute("name") or ""
            yield name.strip().lower(), _plain(piece.attribute("content") or "")
        elif _ends_head(piece):
            return


def _ends_head(tag: Tag) -> bool:
    return tag.name == "body" or (tag.name == "head" and tag.is_end)


def _plain(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())
