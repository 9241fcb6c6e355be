"""Addresses: what relative ones mean, and links where a network shows no card of its own."""

from urllib.parse import urljoin

from domain.kernel.names import is_visible


def spelled_out(text: str, url: str | None) -> str:
    """The text with the link in it; unchanged when it is there already."""
    if not url or url in text:
        return text
    return f"{text}\n\n{url}" if text and is_visible(text) else url


def joined(base: str, address: str) -> str | None:
    """What an address means where it stands; None for one that means nothing."""
    try:
        return urljoin(base, address)
    except ValueError:
        return None
