"""What people call things: whatever they like, as long as it can be seen."""

import unicodedata

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from domain.kernel.errors import NameInvisible

SEEN = frozenset("LNPS")
"""General categories of Unicode that draw something: letters, numbers, punctuation, symbols."""
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that draw nothing: fillers of Hangul, and Braille without a dot."""


def is_visible(text: str) -> bool:
    """Whether a text draws anything at all; an empty one is judged by its length."""
    return not text or any(
        unicodedata.category(letter)[0] in SEEN and letter not in BLANK for letter in text
    )


def _seen(text: str) -> str:
    if not is_visible(text):
        raise PydanticCustomError(NameInvisible.code, "Nothing of this name can be seen.")
    return text


Visible = AfterValidator(_seen)
"""Pydantic annotation of names."""
