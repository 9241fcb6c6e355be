"""What is asked for, in words: a validator tells its pattern alone, or names types of Python.

Forms show a fault's message beside a field, where nobody reads a regular expression.
"""

from typing import Any

from api.deps import ENTITY_TAG
from domain.campaigns.rules import TEMPLATE
from domain.occasions.shapes import ADDRESS

_LANGUAGE = "Send a language tag (BCP 47), such as fr or fr-CH."
_SLUG = "Send small letters, digits and single hyphens, such as vaud-au-quotidien."
_KEY = "Send small letters, digits and hyphens, such as marie-dupont."
_WEB = "Send the address of a web page, such as https://example.ch/a."
SHAPED = {
    r"^[^@\s\x85]+@[^@\s\x85]+\.[^@\s\x85.]+$": "Send an e-mail address, such as aline@example.ch.",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": _LANGUAGE,
    r"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$": _LANGUAGE,
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$": _LANGUAGE,
    r"^#[0-9a-f]{6}$": "Send a colour in small letters, such as #2f6f4f.",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": _SLUG,
    r"^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$": _KEY,
    r"^[a-z0-9_]+$": "Send small letters, digits and underscores, such as mastodon.",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "Send a time of day, such as 09:30.",
    r"^https?://[^\s\\]+$": _WEB,
    r"^https://[^\s\"<>\\]+$": "Send the address of a web page that begins with https://.",
    r"^https?://[^\s/?#@]+(/[^\s?#]*)?$": "Send an issuer's address without a query, such as "
    "https://login.example.org.",
    r"^[!-~]+$": "Send visible ASCII characters without spaces.",
    r"^[0-9a-f]+$": "Send hexadecimal digits in small letters.",
    r"^(csv|jsonl)$": "Send csv or jsonl.",
    ENTITY_TAG: 'Send the ETag that you read, with its quotes, such as "3"; or * for any.',
    TEMPLATE: "Send text in which braces hold network, campaign or post, such as {network}.",
    ADDRESS: "Send the address of a calendar, such as https://example.ch/events.ics.",
}
_MOMENT = "Send a moment with its offset, such as 2026-12-01T08:30:00Z; in an address `+` is `%2B`."
"""An offset that was not encoded arrives as a space, and says nothing of the kind."""
_NAMED = {
    _MOMENT: (
        "datetime_from_date_parsing",
        "datetime_parsing",
        "datetime_type",
        "timezone_aware",
    ),
    "Send a day that there is, such as 2026-12-01.": (
        "date_from_datetime_inexact",
        "date_from_datetime_parsing",
    ),
    "Send a JSON object.": ("dict_type", "model_attributes_type", "model_type"),
    "Send a list.": ("list_type",),
    "Send a text.": ("string_type",),
    "Send a whole number.": ("int_from_float", "int_parsing", "int_parsing_size", "int_type"),
    "Send true or false.": ("bool_parsing", "bool_type"),
    "Send a whole address without spaces, such as https://example.ch/a.": ("url_parsing",),
}
BY_CODE = {code: words for words, codes in _NAMED.items() for code in codes}


def told(found: dict[str, Any]) -> str:
    """The message of one fault that a validator found."""
    message: str = BY_CODE.get(found["type"], found["msg"].removeprefix("Value error, "))
    if found["type"] == "string_pattern_mismatch":
        return SHAPED.get(found["ctx"]["pattern"], message)
    return message
