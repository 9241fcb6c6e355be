"""What is limited, and how an answer tells of it (RateLimit header fields, draft 10, 2025-09-27).

    RateLimit-Policy: "token";q=6000;w=60
    RateLimit: "token";r=5990;t=34

`q` requests are allowed in a window of `w` seconds, `r` are left, in `t` seconds come more.
Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/, read on
2026-11-26; draft 11 of 2026-05 kept the form.
"""

from collections.abc import MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Any, NamedTuple, NoReturn

from domain.kernel.errors import RateExceeded

MINUTE_S, HOUR_S = 60, 3600
NETWORK_BITS = 64
NOWHERE = "nowhere"
_LEFT, _REFUSED = "rate_left", "rate_refused"


class Policy(NamedTuple):
    """`quota` requests in `window_s` seconds."""

    name: str
    quota: int
    window_s: int = MINUTE_S


class Left(NamedTuple):
    """What a request left of a policy; in `wait_s` seconds there will be more."""

    policy: Policy
    remaining: int
    wait_s: float


def left_of(scope: MutableMapping[str, Any]) -> dict[str, Left]:
    """What this request was counted under so far, by the names of the policies."""
    found: dict[str, Left] = scope.setdefault("state", {}).setdefault(_LEFT, {})
    return found


def headers_of(left: dict[str, Left]) -> list[tuple[bytes, bytes]]:
    """The two header fields of an answer; none for a request that nothing limits."""
    if not left:
        return []
    policies = b", ".join([_policy_item(one.policy) for one in left.values()])
    limits = ", ".join(
        [f'"{name}";r={one.remaining};t={ceil(one.wait_s)}' for name, one in left.items()]
    )
    return [(b"ratelimit-policy", policies), (b"ratelimit", limits.encode())]


def refuse(scope: MutableMapping[str, Any], left: Left, *, now_s: float) -> NoReturn:
    """Raises `RateExceeded`, and remembers it for whoever asks for the same request again."""
    policy = left.policy
    left_of(scope)[policy.name] = left._replace(remaining=0)
    error = RateExceeded(
        f"The limit `{policy.name}` of {policy.quota} in {policy.window_s} seconds is used up.",
        until=datetime.fromtimestamp(now_s + left.wait_s, UTC),
    )
    scope["state"][_REFUSED] = error
    raise error


def refuse_again(scope: MutableMapping[str, Any]) -> None:
    """Raises what this request was refused with before, if it was."""
    error: RateExceeded | None = scope.setdefault("state", {}).get(_REFUSED)
    if error is not None:
        raise error


def address_of(scope: MutableMapping[str, Any]) -> str:
    """Where a request comes from: one IPv4 address, or the network one IPv6 customer gets."""
    client = scope.get("client")
    return NOWHERE if client is None else _network(client[0])


@lru_cache(maxsize=10_000)
def _network(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return NOWHERE
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    high = int(address) >> NETWORK_BITS << NETWORK_BITS
    return f"{IPv6Address(high)}/{NETWORK_BITS}"


@lru_cache(maxsize=100)
def _policy_item(policy: Policy) -> bytes:
    return f'"{policy.name}";q={policy.quota};w={policy.window_s}'.encode()
