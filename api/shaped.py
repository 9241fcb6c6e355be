"""What a text of a certain form looks like, in words: a validator tells its pattern alone.

Forms show a fault's message beside a field, where nobody reads a regular expression.
"""

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
    r"^(jsonl|csv)$": "Send csv or jsonl.",
    r"^(csv|jsonl)$": "Send csv or jsonl.",
    TEMPLATE: "Send text in which braces hold network, campaign or post, such as {network}.",
    ADDRESS: "Send the address of a calendar, such as https://example.ch/events.ics.",
}
_MOMENT = "Send a moment with its offset, such as 2026-12-01T08:30:00Z; in an address `+` is `%2B`."
MOMENTS = dict.fromkeys(
    ("datetime_from_date_parsing", "datetime_parsing", "datetime_type", "timezone_aware"), _MOMENT
)
"""By code: an offset that was not encoded arrives as a space, and says nothing of the kind."""
