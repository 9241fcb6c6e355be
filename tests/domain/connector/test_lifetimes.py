"""What answers tell of the end of what was called."""

from datetime import UTC, datetime

import pytest

from domain.connector.dialects.lifetimes import Lifetime, is_gone, lifetime_of
from domain.connector.http import Reply

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def says(status: int = 200, body: str = "", headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, headers or {}, body.encode(), "https://village.example")


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, None),
        ({"sunset": "Thu, 31 Dec 2026 23:59:59 GMT"}, Lifetime(False, NEW_YEAR)),
        ({"deprecation": "@1688169599"}, Lifetime(True, None)),
        ({"deprecation": "true"}, Lifetime(True, None)),
        ({"deprecation": "Sun, 11 Nov 2018 23:59:59 GMT"}, Lifetime(True, None)),
        ({"deprecation": "@4102444800"}, None),
        (
            {"deprecation": "@1688169599", "sunset": "Thu, 31 Dec 2026 23:59:59 GMT"},
            Lifetime(True, NEW_YEAR),
        ),
        ({"deprecation": "@soon", "sunset": "next year"}, None),
        ({"deprecation": f"@{'9' * 5000}"}, None),
    ],
)
def test_headers_tell_of_a_sunset_and_a_deprecation(
    headers: dict[str, str], told: Lifetime | None
) -> None:
    assert lifetime_of(says(headers=headers), now=NOW) == told


@pytest.mark.parametrize(
    ("reply", "gone"),
    [
        (says(426), True),
        (says(426, '{"status":426,"code":"NONEXISTENT_VERSION"}'), True),
        (says(400, '{"code":"NONEXISTENT_VERSION"}'), True),
        (says(400, '{"code":50041}'), True),
        (says(501, '{"error":"MethodNotImplemented"}'), True),
        (says(400, '{"code":50035}'), False),
        (says(404, "[50041]"), False),
        (says(410, "Gone"), False),
        (says(200, '{"code":50041}'), False),
    ],
)
def test_version_that_is_gone_is_known_by_status_or_code(reply: Reply, *, gone: bool) -> None:
    assert is_gone(reply) is gone
