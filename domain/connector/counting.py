"""The length of a text as a network counts it."""

import regex

from domain.connector.manifest import CountedAs
from domain.connector.weighted import weighted

# LinkedIn wants these written with a backslash, which counts: networks.md of the house and
# https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format,
# read 2026-11-26.
_RESERVED = regex.compile(r"[\\{}@\[\]()<>#*_~|]")
GRAPHEME = r"(?:\p{GCB=RI}{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X)"
r"""`\X`, but for flags, whose letters it counts anew from the first of them each time."""
_GRAPHEME = regex.compile(GRAPHEME)
_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]")

# Mastodon counts what its link and mention patterns find, protocols spelled out:
# https://github.com/mastodon/mastodon/blob/main/app/validators/status_length_validator.rb and
# config/initializers/twitter_regex.rb, read 2026-11-22.
_URL = regex.compile(
    r"(?<![\w@/.])(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini|xmpp|magnet):"
    r"(?://|\?)[^\s<>\"'\[\]{}|\\^`]*[^\s<>\"'\[\]{}|\\^`.,:;!?)(»”’…]",
    regex.IGNORECASE,
)
# Possessive, so that a text of nothing but a name is not tried at every length.
_REMOTE_MENTION = regex.compile(r"(?<![=/\w])(@[a-z0-9_][a-z0-9_.-]*+(?<=[a-z0-9_]))@[\w.-]+\w")

_HASHTAG = regex.compile(r"(?<![\w&#/])#\w+")
_NAME = regex.compile(r"(?<![\w@/.])@\w+")


def count(text: str, counted_as: CountedAs, url_length: int | None) -> int:
    """The length in `counted_as` units; with `url_length`, what each URL counts as."""
    if counted_as is CountedAs.WEIGHTED:
        return weighted(text, url_length)
    if counted_as is CountedAs.FEDIVERSE:
        text = _REMOTE_MENTION.sub(r"\1", text)
    if url_length is None:
        return _length(text, counted_as)
    urls = len(_URL.findall(text))
    return _length(_URL.sub("", text), counted_as) + urls * url_length


def graphemes(text: str) -> int:
    """What a reader would call characters: extended grapheme clusters."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def hashtags(text: str) -> int:
    return len(_HASHTAG.findall(text))


def mentions(text: str) -> int:
    """Names with a sign before them; what has one within, such as an e-mail address, is none."""
    return len(_NAME.findall(text))


def _length(text: str, counted_as: CountedAs) -> int:
    if counted_as is CountedAs.BYTES:
        return len(text.encode())
    if counted_as is CountedAs.UTF16:
        return len(text.encode("utf-16-le")) // 2
    if counted_as is CountedAs.EMOJI_BYTES:
        return sum(_with_emoji(each[0]) for each in _GRAPHEME.finditer(text))
    if counted_as is CountedAs.CHARACTERS:
        return len(text)
    if counted_as is CountedAs.ESCAPED:
        return len(text) + len(_RESERVED.findall(text))
    return graphemes(text)


def _with_emoji(sign: str) -> int:
    """Threads: https://developers.facebook.com/docs/threads/posts, read 2026-11-28."""
    return len(sign.encode()) if _EMOJI.search(sign) else len(sign)
