import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from domain.connector.dialects.rate import Rate
from domain.connector.http import Reply
from domain.connector.rates import is_shut, is_slowed, read_rate, waits_until

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DATE = {"date": "Sun, 22 Nov 2026 10:00:00 GMT"}
IN_A_MINUTE = NOW + timedelta(minutes=1)
IN_AN_HOUR = NOW + timedelta(hours=1)
EPOCH = str(int(IN_A_MINUTE.timestamp()))


def answer(headers: dict[str, str], body: JsonValue = None, status: int = 200) -> Reply:
    return Reply(status, headers, json.dumps(body).encode(), "https://network.example/")


def use(**percentages: float) -> str:
    return json.dumps(percentages)


def google(reason: str, **error: JsonValue) -> JsonValue:
    told: JsonValue = {"message": "…", "domain": "youtube.quota", "reason": reason}
    return {"error": {"code": 403, "errors": [told], **error}}


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
            Rate(100, 50, IN_A_MINUTE),
            id="draft 8, structured",
        ),
        pytest.param(
            {
                "ratelimit": '"hour";r=900;t=3600, "minute";r=2;t=60',
                "ratelimit-policy": '"hour";q=1000;w=3600, "minute";q=10;w=60',
            },
            Rate(10, 2, IN_A_MINUTE),
            id="draft 8, the tightest of two",
        ),
        pytest.param(
            {"x-ratelimit-used": "10", "x-ratelimit-remaining": "590.0", "x-ratelimit-reset": "60"},
            Rate(None, 590, IN_A_MINUTE),
            id="reddit, seconds left",
        ),
        pytest.param(
            {
                "x-ratelimit-limit": "5",
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "1470173023.123",
                "x-ratelimit-reset-after": "60.0",
                "x-ratelimit-bucket": "abcd1234",
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
        pytest.param(
            {
                "x-rate-limit-limit": "1080000",
                "x-rate-limit-remaining": "1079999",
                "x-rate-limit-reset": EPOCH,
                "x-user-limit-24hour-limit": "100",
                "x-user-limit-24hour-remaining": "0",
                "x-user-limit-24hour-reset": str(int(IN_AN_HOUR.timestamp())),
            },
            Rate(100, 0, IN_AN_HOUR),
            id="x, the day of a user",
        ),
        pytest.param(
            {
                "x-ratelimit-limit": "100, 100;w=1, 1000;w=60",
                "x-ratelimit-remaining": "99",
                "x-ratelimit-reset": "60",
            },
            Rate(100, 99, IN_A_MINUTE),
            id="pinterest, several windows",
        ),
        pytest.param(
            {"x-app-usage": use(call_count=28, total_time=25, total_cputime=25)},
            Rate(100, 72, IN_AN_HOUR, is_share=True),
            id="meta, application",
        ),
        pytest.param(
            {
                "x-app-usage": use(call_count=28),
                "x-page-usage": use(call_count=3, total_time=61.5),
            },
            Rate(100, 38, IN_AN_HOUR, is_share=True),
            id="meta, page",
        ),
        pytest.param(
            {
                "x-ad-account-usage": json.dumps(
                    {"acc_id_util_pct": 9.67, "reset_time_duration": 60, "ads_api_access_tier": "x"}
                )
            },
            Rate(100, 90, IN_A_MINUTE, is_share=True),
            id="meta, account for advertisements, seconds",
        ),
        pytest.param(
            {
                "x-business-use-case-usage": json.dumps(
                    {
                        "66782684": [
                            {"type": "instagram", "call_count": 95, "total_cputime": 20},
                            {
                                "type": "pages",
                                "call_count": 20,
                                "estimated_time_to_regain_access": 1,
                            },
                        ]
                    }
                )
            },
            Rate(100, 0, IN_A_MINUTE, is_share=True),
            id="meta, business use case, minutes",
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
def test_each_dialect_of_headers_is_read(headers: dict[str, str], rate: Rate) -> None:
    assert read_rate(answer(headers), now=NOW) == rate


@pytest.mark.parametrize(
    ("status", "headers", "body", "rate"),
    [
        pytest.param(429, {"retry-after": "60"}, None, Rate(None, 0, IN_A_MINUTE), id="seconds"),
        pytest.param(
            429,
            {"retry-after": "Sun, 22 Nov 2026 10:01:00 GMT"},
            None,
            Rate(None, 0, IN_A_MINUTE),
            id="date",
        ),
        pytest.param(
            429,
            {"retry-after": "60", "x-ratelimit-limit": "300", "x-ratelimit-remaining": "7"},
            None,
            Rate(300, 0, IN_A_MINUTE),
            id="a wait wins over what remains",
        ),
        pytest.param(
            429,
            {"x-ratelimit-remaining": "7", "x-ratelimit-reset": "60"},
            None,
            Rate(None, 0, IN_A_MINUTE),
            id="nothing remains after a refusal",
        ),
        pytest.param(
            503, {"retry-after": "60"}, None, Rate(None, 0, IN_A_MINUTE), id="closed for a while"
        ),
        pytest.param(
            429,
            {},
            {"ok": False, "error_code": 429, "parameters": {"retry_after": 60}},
            Rate(None, 0, IN_A_MINUTE),
            id="telegram",
        ),
        pytest.param(
            429,
            {},
            {"errcode": "M_LIMIT_EXCEEDED", "error": "…", "retry_after_ms": 60_000},
            Rate(None, 0, IN_A_MINUTE),
            id="matrix, milliseconds",
        ),
        pytest.param(
            429,
            {"retry-after": "60"},
            {"errcode": "M_LIMIT_EXCEEDED", "error": "…", "retry_after_ms": 9},
            Rate(None, 0, IN_A_MINUTE),
            id="matrix, both",
        ),
        pytest.param(
            429,
            {},
            {"message": "You are being rate limited.", "retry_after": 60.0, "global": True},
            Rate(None, 0, IN_A_MINUTE),
            id="discord",
        ),
        pytest.param(
            429,
            {},
            {"errors": ["…"], "error_type": "rate_limit", "extras": {"wait_seconds": 60}},
            Rate(None, 0, IN_A_MINUTE),
            id="discourse",
        ),
        pytest.param(
            429,
            {},
            {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{}, {"retryDelay": "60s"}]}},
            Rate(None, 0, IN_A_MINUTE),
            id="google business profile",
        ),
        pytest.param(
            429,
            {"retry-after": "60"},
            {"error": "ratelimited"},
            Rate(None, 0, IN_A_MINUTE),
            id="slack",
        ),
        pytest.param(
            429,
            {},
            {"error": {"code": "rate_limit_exceeded", "message": "…", "log_id": "2"}},
            Rate(None, 0, None),
            id="tiktok",
        ),
        pytest.param(429, {}, {"status": 429, "message": "…"}, Rate(None, 0, None), id="linkedin"),
        pytest.param(
            429,
            {},
            {
                "status": 429,
                "message": "Resource level throttle APPLICATION DAY limit for calls to this "
                "resource is reached.",
            },
            Rate(None, 0, datetime(2026, 11, 23, tzinfo=UTC)),
            id="linkedin, until midnight of UTC",
        ),
        pytest.param(
            403,
            {},
            google("quotaExceeded"),
            Rate(None, 0, datetime(2026, 11, 23, 8, tzinfo=UTC)),
            id="youtube, until midnight there",
        ),
        pytest.param(403, {}, google("rateLimitExceeded"), Rate(None, 0, None), id="youtube, pace"),
        pytest.param(
            400,
            {"x-app-usage": use(call_count=100)},
            {"error": {"message": "…", "code": 80_002}},
            Rate(100, 0, IN_AN_HOUR, is_share=True),
            id="meta, 400",
        ),
        pytest.param(400, {}, {"code": "comment_flood"}, Rate(None, 0, None), id="wordpress"),
    ],
)
def test_each_dialect_of_refusals_is_read(
    status: int, headers: dict[str, str], body: JsonValue, rate: Rate
) -> None:
    reply = answer({**headers, **DATE}, body, status)

    assert read_rate(reply, now=NOW) == rate
    assert waits_until(reply) == rate.resets_at
    assert (is_slowed(reply), is_shut(reply)) == (status != 503, True)


@pytest.mark.parametrize(
    "reply",
    [
        answer({}),
        answer({"retry-after": "soon"}, status=503),
        answer({"x-ratelimit-limit": "many"}),
        answer({"x-ratelimit-limit": "9" * 30, "x-ratelimit-remaining": "9" * 30}),
        answer({"ratelimit": "unknown"}),
        answer({"x-app-usage": "[[[[", "x-business-use-case-usage": '{"1": 3}'}),
        answer({"retry-after": "60"}, status=202),
        answer({}, {"retry_after": 60}, status=202),
        answer({}, {"retry_after": 60}, status=403),
        answer({}, google("forbidden"), status=403),
        answer({}, {"error": {"code": 4, "error_subcode": 2_207_051}}, status=403),
        answer({}, {"error": "unknown_method"}, status=404),
        Reply(400, {}, b"[" * 100_000, "https://network.example/"),
    ],
)
def test_answer_that_says_nothing_gives_nothing(reply: Reply) -> None:
    assert read_rate(reply, now=NOW) is None
    assert not is_slowed(reply)


def test_a_wait_begins_when_it_was_told() -> None:
    """By `Date`, which leaves out a part of a second, the call would be tried too early."""
    told = answer({"retry-after": "60", **DATE}, status=429)
    received_at = NOW + timedelta(milliseconds=900)

    found = waits_until(replace(told, received_at=received_at))

    assert found == received_at + timedelta(seconds=60)


RESETS: tuple[dict[str, str], ...] = (
    {"x-ratelimit-reset": "2026-11-22T10:01:00Z"},
    {"x-ratelimit-reset": EPOCH},
    {"retry-after": "Sun, 22 Nov 2026 10:01:00 GMT"},
    {"retry-after": "60"},
)


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(minutes=-5)])
@pytest.mark.parametrize("told", RESETS)
def test_a_wait_is_as_long_where_clocks_differ(told: dict[str, str], ahead: timedelta) -> None:
    """By a clock that is ahead it was over: the network was asked again at once, many times."""
    ours = NOW + ahead
    reply = answer({"x-ratelimit-remaining": "0", **told, **DATE}, status=429)

    rate = read_rate(reply, now=ours)

    assert rate is not None
    assert rate.resets_at == ours + timedelta(minutes=1)
    assert waits_until(replace(reply, received_at=ours)) == rate.resets_at


def test_a_refusal_of_an_unknown_clock_names_no_moment() -> None:
    assert waits_until(answer({"retry-after": "60"}, status=429)) is None
    assert waits_until(answer({"retry-after": "60", "date": "today"}, status=429)) is None


NAMES = st.sampled_from(
    [
        "retry-after",
        "ratelimit",
        "ratelimit-policy",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "x-ratelimit-reset",
        "x-ratelimit-reset-after",
        "x-app-usage",
        "x-business-use-case-usage",
        "date",
    ]
)
BODY_NAMES = st.sampled_from(
    ["error", "errors", "code", "reason", "parameters", "retry_after", "retry_after_ms", "details"]
)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(BODY_NAMES, inner),
)


@given(
    st.dictionaries(NAMES, st.text() | st.floats().map(str) | st.datetimes().map(str)),
    BODIES,
    st.sampled_from([200, 400, 429, 503]),
)
def test_no_answer_breaks_the_reading_nor_resets_in_the_past(
    headers: dict[str, str], body: JsonValue, status: int
) -> None:
    rate = read_rate(answer(headers, body, status), now=NOW)
    if rate is not None and rate.resets_at is not None:
        assert NOW <= rate.resets_at <= NOW + timedelta(days=1, hours=1)  # where summer ends


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "2592000"},
        {"retry-after": format_datetime(NOW + timedelta(days=90), usegmt=True)},
        {
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": (NOW + timedelta(days=90)).isoformat(),
        },
        {"ratelimit-remaining": "0", "ratelimit-reset": str(NOW.timestamp() + 30 * 86_400)},
    ],
)
def test_no_answer_silences_an_account_for_longer_than_a_day(headers: dict[str, str]) -> None:
    """A server whose clock was wrong by months was not asked again for as long."""
    rate = read_rate(answer(headers, None, 429), now=NOW)

    assert rate == Rate(None, 0, NOW + timedelta(days=1))
