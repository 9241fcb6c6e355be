r"""LinkedIn's little text format: plain text in which signs of its own want a backslash.

One that has none ends the post there, and nobody says so. Left as they are: hashtags, and mentions
in the form `@[Name](urn:li:organization:1)`. Read back, a hashtag is `{hashtag|\#|word}`. Comments
are not written so. https://learn.microsoft.com/linkedin/marketing/community-management/shares/
little-text-format, read 2026-11-28; that one unescaped sign truncates: ComposioHQ/composio#2710.
"""

import regex

_RESERVED = regex.compile(r"[\\{}@\[\]()<>#*_~|]")
# A hashtag begins a word and has a letter: the number sign of an address, or of `#1`, is none.
_ELEMENT = regex.compile(
    r"@\[[^\[\]()\\]+\]\(urn:li:(?:person|organization|organizationBrand):[\w-]+\)"
    r"|(?<![^\s(\[{\"'«“„])[#＃](?=[\p{N}\p{M}]*\p{L})[\p{L}\p{N}\p{M}]++(?![\w#＃])"
)
_WRITTEN = regex.compile(
    r"\{hashtag\|\\?(?P<sign>[#＃])\|(?P<tag>(?:\\.|[^\\{}])*+)\}"
    r"|@\[(?P<name>(?:\\.|[^\\\[\]])*+)\]\(urn:[^()\s]*+\)"
    r"|\\(?P<escaped>.)",
    regex.DOTALL,
)
_BACKSLASH = regex.compile(r"\\(.)", regex.DOTALL)


def escaped(text: str) -> str:
    """A text as `commentary` takes it."""
    pieces, at = list[str](), 0
    for element in _ELEMENT.finditer(text):
        pieces += [_plainly(text[at : element.start()]), element[0]]
        at = element.end()
    return "".join([*pieces, _plainly(text[at:])])


def plain(commentary: str) -> str:
    """What people read of a commentary: hashtags and names as words."""
    return _WRITTEN.sub(_read, commentary)


def _plainly(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


def _read(match: "regex.Match[str]") -> str:
    if match["escaped"] is not None:
        return match["escaped"]
    if match["sign"] is not None:
        return match["sign"] + _BACKSLASH.sub(r"\1", match["tag"])
    return _BACKSLASH.sub(r"\1", match["name"])
