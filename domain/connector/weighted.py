"""The length of a text as X counts it: light and heavy characters, emoji and addresses.

https://docs.x.com/fundamentals/counting-characters and the configurations published with
twitter-text, read 2026-11-26: https://github.com/twitter/twitter-text/tree/master/config
"""

import unicodedata
from dataclasses import dataclass

import regex

from domain.connector.addresses import INVALID, addresses

_LIGHT = regex.compile(r"[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_INVALID = regex.compile(f"[{INVALID}]")
# One picture however many characters it is made of (UTS 51): flags, keycaps, tagged flags, tones,
# families. The signs for copyright and trade marks are pictures only where they are asked to be.
_ONE = (
    r"(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|[©®]\ufe0f"
    r"|(?![0-9#*©®])\p{Emoji}\ufe0f?\u20e3?)(?:[\U000e0020-\U000e007e]+\U000e007f)?"
)
_EMOJI = regex.compile(
    rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE})*"
)


@dataclass(frozen=True, slots=True)
class Weights:
    """`heavy` is what any character outside the light ranges counts, and an emoji."""

    heavy: int
    has_emoji: bool


X = Weights(heavy=2, has_emoji=True)
"""Version 3, in force."""


def weighted(text: str, url_length: int | None, weights: Weights = X) -> int:
    """The length in characters of X; with `url_length`, what each address counts as."""
    text = unicodedata.normalize("NFC", text)
    if url_length is None:
        return _weight(text, weights)
    total, read_to = 0, 0
    for start, end in addresses(text):
        total += _weight(text[read_to:start], weights) + url_length
        read_to = end
    return total + _weight(text[read_to:], weights)


def has_invalid(text: str) -> bool:
    """Whether X refuses the text for a character that means nothing."""
    return _INVALID.search(text) is not None


def _weight(text: str, weights: Weights) -> int:
    emoji = 0
    if weights.has_emoji:
        text, emoji = _EMOJI.subn("", text)
    light = len(_LIGHT.findall(text))
    return light + (len(text) - light + emoji) * weights.heavy
