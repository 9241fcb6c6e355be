"""Texts compared by what networks leave of them as it was."""

import re
import unicodedata

_NOT_LETTERS = re.compile(r"[\W_]+")


def words(text: str) -> str:
    """The text, its composed characters alike and every space as one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def letters(text: str) -> str:
    """Its letters and digits in small letters; where there are none, all but its spaces."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return _NOT_LETTERS.sub("", folded) or "".join(folded.split())
