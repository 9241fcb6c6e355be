"""Compares texts by what WordPress leaves as it was: it sets quotes, dashes and smileys anew."""

import re
import unicodedata

from domain.connector.plain import plain

_NOT_LETTERS = re.compile(r"[\W_]+")


def letters(html: str) -> str:
    """The letters and digits of a text; where there are none, all but its spaces."""
    text = unicodedata.normalize("NFC", plain(html)).casefold()
    return _NOT_LETTERS.sub("", text) or "".join(text.split())
