"""Web addresses as X finds them in a text, with a protocol or without.

The rules as they show in the public twitter-text conformance vectors (extract.yml and
validate.yml), read 2026-11-26: a domain ends in a top-level domain there is, none of its labels is
longer than 63 characters as DNS writes it, and an address takes no more than 4096. Without a
protocol only the letters of Latin count as a domain, and t.co takes no longer path than its own.
"""

from collections.abc import Iterator
from functools import cache

import regex

from domain.connector.top_level import TOP_LEVEL

LONGEST = 4096
_LONGEST_LABEL = 63
_LONGEST_SHORTENED = 40
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
INVALID = "\ufffe\ufeff\uffff"
_SPACES = "\u0009-\u000d\u0020\u0085\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SIGNS = r"!'#%&()*+,\\\-./:;<=>?@\[\]\^_{|}~$"
_LATIN = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268"
    "\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_LETTERS = rf"[^{_SIGNS}{_SPACES}{INVALID}{_DIRECTIONS}]"
# Possessive throughout: each label can be read in one way only, however long it is.
_SUBDOMAIN = rf"{_LETTERS}++(?:[_-]++{_LETTERS}++)*+\."
_NAME = rf"{_LETTERS}++(?:-++{_LETTERS}++)*+\."
_ENDS = r"(?:\L<top_level>(?=[^0-9a-z@+-]|$)|xn--[0-9a-z-]+)"
_DOMAIN = rf"(?P<domain>(?:{_SUBDOMAIN}){{0,2047}}{_NAME}{_ENDS})"
_GENERAL = rf"[a-z0-9\u0400-\u04ff{_LATIN}!*';:=+,.$/%#\[\]\u2013_~@|&-]"
_BALANCED = rf"\((?:{_GENERAL}+|{_GENERAL}*\({_GENERAL}+\){_GENERAL}*)\)"
_LAST = rf"(?:[a-z0-9\u0400-\u04ff{_LATIN}+=_#/-]|{_BALANCED})"
_PATH = rf"(?P<path>/(?:(?:{_GENERAL}*(?:{_BALANCED}{_GENERAL}*)*{_LAST})|@{_GENERAL}+/)*)"
_QUERY = r"\?[a-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*[a-z0-9_&=#/-]"
_REST = rf"(?::[0-9]+)?{_PATH}?(?:{_QUERY})?"
# Without a protocol a domain is sought where a word begins, or right behind the address before it:
# at every letter, texts without spaces would be read once for each of them.
_NOT_BEFORE = rf"a-z0-9@＠$#＃{INVALID}"
_BEGINS = (
    rf"(?:(?<![{_NOT_BEFORE}])(?:(?P<protocol>https?://)|(?<!{_LETTERS})(?<![-_./]))"
    rf"|\G[^{_NOT_BEFORE}])"
)
_ADDRESS = rf"{_BEGINS}(?P<found>{_DOMAIN}{_REST})"
_PLAIN_DOMAIN = rf"(?:[a-z0-9{_LATIN}-]++\.)+{_ENDS}"
_SHORTENED = regex.compile(rf"https?://t\.co/([a-z0-9]+)(?:{_QUERY})?", regex.IGNORECASE)


@cache
def _compiled(pattern: str) -> "regex.Pattern[str]":
    """Made when first needed: with all top-level domains they take 5 MiB."""
    return regex.compile(pattern, regex.IGNORECASE, top_level=TOP_LEVEL)


def addresses(text: str) -> list[tuple[int, int]]:
    """Where each address begins and ends, in order of reading."""
    return [span for match in _matches(text) for span in _spans(match)]


def _matches(text: str) -> Iterator["regex.Match[str]"]:
    r"""One by one: `\G` is where a search begins, and the next begins where the last one ended."""
    match = _compiled(_ADDRESS).search(text)
    while match is not None:
        yield match
        match = _compiled(_ADDRESS).search(text, match.end())


def _spans(match: "regex.Match[str]") -> Iterator[tuple[int, int]]:
    if not _is_short_enough(match):
        return
    if not match["protocol"]:
        yield from _without_protocol(match)
        return
    start = match.start()
    shortened = _SHORTENED.match(match[0])
    if shortened is None:
        yield match.span()
    elif len(shortened[1]) <= _LONGEST_SHORTENED:
        yield start, start + shortened.end()


def _without_protocol(match: "regex.Match[str]") -> Iterator[tuple[int, int]]:
    """The Latin domains of a match; what follows the domain belongs to the last of them."""
    begins = match.start("domain")
    found = [each.span() for each in _compiled(_PLAIN_DOMAIN).finditer(match["domain"])]
    for number, (start, end) in enumerate(found, 1):
        is_last = number == len(found) and match["path"] is not None
        yield begins + start, match.end() if is_last else begins + end


def _is_short_enough(match: "regex.Match[str]") -> bool:
    labels = [_in_dns(label) for label in match["domain"].split(".")]
    if not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
        return False
    written = len(".".join(labels)) + len(match["found"]) - len(match["domain"])
    return written + len(match["protocol"] or "https://") <= LONGEST


def _in_dns(label: str) -> str:
    """Empty for a label that is written as DNS does and nonetheless is not plain."""
    if label.isascii():
        return label
    is_written = label[:4].lower() == "xn--"
    return "" if is_written else f"xn--{label.encode('punycode').decode()}"
