"""What people call things: whatever they like, as long as it can be seen, on one line."""

import re
import unicodedata

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from domain.kernel.errors import NameInvisible

SEEN = frozenset("LNPS")
"""General categories of Unicode that draw something: letters, numbers, punctuation, symbols."""
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that draw nothing: fillers of Hangul, and Braille without a dot."""
BREAKS = re.compile(r"\s*[\x01-\x1f\x7f-\x9f\u2028\u2029][\s\x01-\x1f\x7f-\x9f]*")
"""Line breaks and other control characters, with the space around; U+0000 is refused elsewhere."""


def is_visible(text: str) -> bool:
    """Whether a text draws anything at all; an empty one is judged by its length."""
    return not text or any(
        unicodedata.category(letter)[0] in SEEN and letter not in BLANK for letter in text
    )


def _seen(text: str) -> str:
    if not is_visible(text):
        raise PydanticCustomError(NameInvisible.code, "Nothing of this name can be seen.")
    return text


def on_one_line(text: str) -> str:
    """The same; a space stands for what would break the line or draw nothing."""
    return BREAKS.sub(" ", text).strip()


VisibleText = AfterValidator(_seen)
"""Pydantic annotation of what may have several lines."""
Visible = AfterValidator(lambda name: on_one_line(_seen(name)))
"""Pydantic annotation of names."""
