"""Addresses: what relative ones mean, and links where a network shows no card of its own."""

from urllib.parse import urljoin

from domain.kernel.names import is_visible

OF_THE_WEB = ("https://", "http://")
AFTER_ADDRESSES = "。、，．！？：；（）「」『』《》〈〉【】،؛؟۔"
"""Signs of scripts that put no space behind an address: none is part of it, nor what follows."""


def of_the_web(address: str | None) -> str | None:
    """The address, if a link may lead there: `javascript:` and its like do harm where it is shown.

    Asked of all that strangers' servers tell, thousands of times a second.
    """
    is_one = address is not None and address[:8].lower().startswith(OF_THE_WEB)
    return address if is_one else None


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
