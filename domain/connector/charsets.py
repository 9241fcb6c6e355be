"""Bodies as text, by the charset that their server names."""

import codecs

SQUARE = "punycode"
"""Of Python's codecs: takes the square of a text's length, and no page is written in it."""


def decoded(body: bytes, named: str) -> str:
    """Where none is named, or none that takes every byte, it is read as UTF-8."""
    return body.decode(named if is_charset(named) else "utf-8", "replace")


def is_charset(named: str) -> bool:
    """Whether a page may be written in it: Python has codecs that refuse whatever they are told."""
    try:
        b" ".decode(named, "replace")
    except (LookupError, ValueError):
        return False
    return codecs.lookup(named).name != SQUARE
