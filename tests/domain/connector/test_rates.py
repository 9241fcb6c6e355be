from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.connector.rates import Rate, read_rate

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
IN_A_MINUTE = NOW + timedelta(minutes=1)
EPOCH = str(int(IN_A_MINUTE.timestamp()))


@pytest.mark.parametrize(
    ("headers", "rate"),
    [
        pytest.param(
            {
                "x-ratelimit-limit": "300",
                "x-ratelimit-remaining": "288",
                "x-ratelimit-reset": "2026-11-22T10:01:00.000000Z",
            },
            Rate(300, 288, IN_A_MINUTE),
            id="mastodon, ISO 8601",
        ),
        pytest.param(
            {
                "ratelimit-limit": "3000",
                "ratelimit-remaining": "2999",
                "ratelimit-reset": EPOCH,
                "ratelimit-policy": "3000;w=300",
            },
            Rate(3000, 2999, IN_A_MINUTE),
            id="bluesky, epoch",
        ),
        pytest.param(
            {
                "ratelimit-limit": "100, 100;w=60",
                "ratelimit-remaining": "50",
                "ratelimit-reset": "60",
            },
            Rate(100, 50, IN_A_MINUTE),
            id="draft-polli, seconds",
        ),
        pytest.param(
            {"ratelimit": "limit=100, remaining=50, reset=60"},
            Rate(100, 50, IN_A_MINUTE),
            id="draft 7, one header",
        ),
        pytest.param(
            {"ratelimit": '"default";r=50;t=60', "ratelimit-policy": '"default";q=100;w=60'},
            Rate(None, 50, IN_A_MINUTE),
            id="draft 8, structured",
        ),
        pytest.param(
            {
                "x-ratelimit-used": "10",
                "x-ratelimit-remaining": "590.0",
                "x-ratelimit-reset": "60",
            },
            Rate(None, 590, IN_A_MINUTE),
            id="reddit, seconds left",
        ),
        pytest.param(
            {
                "x-ratelimit-limit": "5",
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "1470173023.123",
                "x-ratelimit-reset-after": "60.0",
            },
            Rate(5, 0, IN_A_MINUTE),
            id="discord, reset after",
        ),
        pytest.param(
            {
                "x-rate-limit-limit": "900",
                "x-rate-limit-remaining": "899",
                "x-rate-limit-reset": EPOCH,
            },
            Rate(900, 899, IN_A_MINUTE),
            id="x, epoch",
        ),
        pytest.param({"retry-after": "60"}, Rate(None, 0, IN_A_MINUTE), id="retry after seconds"),
        pytest.param(
            {"retry-after": "Sun, 22 Nov 2026 10:01:00 GMT"},
            Rate(None, 0, IN_A_MINUTE),
            id="retry after date",
        ),
        pytest.param(
            {"retry-after": "60", "x-ratelimit-limit": "300", "x-ratelimit-remaining": "7"},
            Rate(300, 0, IN_A_MINUTE),
            id="retry after wins",
        ),
        pytest.param(
            {"x-ratelimit-remaining": "3", "x-ratelimit-reset": "2026-11-22T09:00:00Z"},
            Rate(None, 3, NOW),
            id="a past reset is now",
        ),
        pytest.param(
            {"ratelimit-remaining": "3", "ratelimit-reset": "1e30"},
            Rate(None, 3, None),
            id="an absurd reset is unknown",
        ),
    ],
)
def test_each_dialect_is_read(headers: dict[str, str], rate: Rate) -> None:
    assert read_rate(headers, now=NOW) == rate


@pytest.mark.parametrize(
    "headers",
    [{}, {"retry-after": "soon"}, {"x-ratelimit-limit": "many"}, {"ratelimit": "unknown"}],
)
def test_headers_that_say_nothing_give_nothing(headers: dict[str, str]) -> None:
    assert read_rate(headers, now=NOW) is None


NAMES = st.sampled_from(
    [
        "retry-after",
        "ratelimit",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "x-ratelimit-reset",
        "x-ratelimit-reset-after",
    ]
)


@given(st.dictionaries(NAMES, st.text() | st.floats().map(str) | st.datetimes().map(str)))
def test_no_header_breaks_the_reading_nor_resets_in_the_past(headers: dict[str, str]) -> None:
    rate = read_rate(headers, now=NOW)
    if rate is not None and rate.resets_at is not None:
        assert NOW <= rate.resets_at <= NOW + timedelta(days=366)
