"""Versions of the sandbox's api: one may end for an account, which is announced; one stays."""

from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import Request

from domain.sandbox.accounts import Playing

ENDING, LASTING = "v1", "v2"


def version_of(request: Request) -> str:
    """The version that a call is made in: the first step of its path below the mount."""
    path: str = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return path.split("/", 2)[1]


def has_ended(version: str, account: Playing, *, now: datetime) -> bool:
    ends_at = account.version_ends_at
    return version == ENDING and ends_at is not None and ends_at <= now


def announced(version: str, account: Playing) -> dict[str, str]:
    """What answers say of the end of their version (RFC 9745, RFC 8594)."""
    if version != ENDING or account.version_ends_at is None:
        return {}
    return {
        "deprecation": f"@{int(account.created_at.timestamp())}",
        "sunset": format_datetime(account.version_ends_at.astimezone(UTC), usegmt=True),
    }
