import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.networks.bluesky.places import key_of, post_uri, post_url, record_key, repository_of
from tests.networks.vectors import vectors

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis takes naive ends


@given(st.text(), st.integers(0, 49), MOMENTS)
def test_record_key_is_a_tid(key: str, part: int, now: datetime) -> None:
    assert TID.fullmatch(record_key(key, part, now))


def test_tids_of_others_are_judged_as_ours_are() -> None:
    assert [
        tid for tid in vectors("atproto", "tid_syntax_valid.txt") if not TID.fullmatch(tid)
    ] == []
    assert [tid for tid in vectors("atproto", "tid_syntax_invalid.txt") if TID.fullmatch(tid)] == []


def test_record_key_is_the_same_for_one_delivery_at_one_moment() -> None:
    assert record_key("delivery", 0, NOW) == record_key("delivery", 0, NOW)


@given(st.lists(st.text(), unique=True, min_size=2, max_size=50))
def test_deliveries_of_one_moment_do_not_meet(keys: list[str]) -> None:
    assert len({record_key(key, 0, NOW) for key in keys}) == len(keys)


@given(st.text())
def test_record_keys_grow_along_a_thread_and_with_time(key: str) -> None:
    keys = [record_key(key, part, NOW) for part in range(50)]
    assert keys == sorted(set(keys))
    assert record_key(key, 0, NOW + timedelta(seconds=1)) > keys[-1]


def test_addresses_lead_to_where_people_see_posts() -> None:
    uri = post_uri("did:plc:ana", "3kabc")
    assert uri == "at://did:plc:ana/app.bsky.feed.post/3kabc"
    assert (repository_of(uri), key_of(uri)) == ("did:plc:ana", "3kabc")
    assert post_url(uri) == "https://bsky.app/profile/did:plc:ana/post/3kabc"
    assert post_url("at://did:plc:ana/app.bsky.feed.like/3kabc") is None
