"""Rate budgets in headers (read 2026-11-27).

- `RateLimit: "name";r=…;t=…` beside `RateLimit-Policy: "name";q=…;w=…`, or in one header
  `limit=…, remaining=…, reset=…`, or `RateLimit-*`: IETF drafts, reset in seconds; Bluesky sends
  an epoch there;
- `X-RateLimit-*`: reset as ISO 8601 (Mastodon), as an epoch (Discord) or as seconds left (Reddit,
  with decimals; Pinterest); Discord also says `-Reset-After`;
- `X-Rate-Limit-*`, `X-User-Limit-24Hour-*`, `X-App-Limit-24Hour-*`: X, reset as an epoch;
- `X-RateLimit-Scope: global`, with `X-RateLimit-Global: true`: Discord, of all that a bot asks;
- `Retry-After`: seconds or an HTTP date.

Header names are lower case.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from domain.connector.dialects.moments import after, http_date, moment, whole
from domain.connector.dialects.rate import Rate, tightest

_PREFIXES = (
    "ratelimit",
    "x-ratelimit",
    "x-rate-limit",
    "x-user-limit-24hour",
    "x-app-limit-24hour",
)
_FIELD = re.compile(r"(?:^|[;,\s])(limit|remaining|reset|q|r|t)=\"?([0-9.]+)")


def wait_in_headers(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    value = headers.get("retry-after")
    return None if value is None else (after(value, now) or http_date(value, now))


def is_global_in_headers(headers: Mapping[str, str]) -> bool:
    """Whether a refusal says that no call at all is answered."""
    scope, told = headers.get("x-ratelimit-scope", ""), headers.get("x-ratelimit-global", "")
    return scope.lower() == "global" or told.lower() == "true"


def rate_in_headers(headers: Mapping[str, str], *, now: datetime) -> Rate | None:
    """What remains, of the tightest budget that is told."""
    return tightest(
        (
            *_structured(headers, now),
            *(_separate(headers, prefix, now) for prefix in _PREFIXES),
        )
    )


def _structured(headers: Mapping[str, str], now: datetime) -> list[Rate | None]:
    value = headers.get("ratelimit", "").lower()
    policies = dict(_items(headers.get("ratelimit-policy", "").lower()))
    if "remaining=" in value:
        return [_of_fields(dict(_FIELD.findall(value)), now)]
    return [_of_fields({**policies.get(name, {}), **fields}, now) for name, fields in _items(value)]


def _items(value: str) -> list[tuple[str, dict[str, str]]]:
    """A structured list: each item's name and parameters."""
    items = [item.strip() for item in value.split(",")]
    return [(item.partition(";")[0], dict(_FIELD.findall(item))) for item in items if item]


def _of_fields(fields: Mapping[str, str], now: datetime) -> Rate | None:
    reset = fields.get("reset", fields.get("t"))
    return _rate(
        whole(fields.get("limit", fields.get("q"))),
        whole(fields.get("remaining", fields.get("r"))),
        None if reset is None else moment(reset, now),
    )


def _separate(headers: Mapping[str, str], prefix: str, now: datetime) -> Rate | None:
    reset = headers.get(f"{prefix}-reset-after") or headers.get(f"{prefix}-reset")
    return _rate(
        whole(headers.get(f"{prefix}-limit")),
        whole(headers.get(f"{prefix}-remaining")),
        None if reset is None else moment(reset, now),
    )


def _rate(limit: int | None, remaining: int | None, resets_at: datetime | None) -> Rate | None:
    if limit is None and remaining is None and resets_at is None:
        return None
    return Rate(limit, remaining, resets_at)
