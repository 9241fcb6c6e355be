import pytest

from api.fence.policies import Left, Policy, address_of, headers_of


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("not an address", "nowhere"),
    ],
)
def test_a_customer_has_one_place(host: str, place: str) -> None:
    assert address_of({"client": (host, 1234)}) == place


def test_a_unix_socket_has_no_place() -> None:
    assert address_of({"client": None}) == "nowhere"


def test_headers_name_every_policy_and_what_is_left() -> None:
    token, application = Policy("token", 6000), Policy("application", 60_000, 120)

    found = headers_of(
        {"token": Left(token, 5990, 33.2), "application": Left(application, 0, 61.0)}
    )

    assert found == [
        (b"ratelimit-policy", b'"token";q=6000;w=60, "application";q=60000;w=120'),
        (b"ratelimit", b'"token";r=5990;t=34, "application";r=0;t=61'),
    ]


def test_what_nothing_limits_has_no_headers() -> None:
    assert headers_of({}) == []
