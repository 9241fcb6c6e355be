"""Versions of the sandbox's api: one may end for an account, which is announced; one stays."""

from datetime import datetime
from email.utils import format_datetime

from domain.sandbox.accounts import Playing

ENDING, LASTING = "v1", "v2"


def versioned(path: str) -> tuple[str, str]:
    """The version a path is in, and the path below it."""
    found = next((each for each in (ENDING, LASTING) if path.startswith(f"/{each}/")), None)
    return (found or "", path if found is None else path.removeprefix(f"/{found}"))


def has_ended(version: str, account: Playing, *, now: datetime) -> bool:
    ends_at = account.version_ends_at
    return version == ENDING and ends_at is not None and ends_at <= now


def announced(version: str, account: Playing) -> dict[str, str]:
    """What answers say of the end of their version (RFC 9745, RFC 8594, read 2026-11-27)."""
    if version != ENDING or account.version_ends_at is None:
        return {}
    return {
        "deprecation": f"@{int(account.created_at.timestamp())}",
        "sunset": format_datetime(account.version_ends_at, usegmt=True),
    }
