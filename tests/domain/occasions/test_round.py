"""What our own links tell is read as it was planned."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.feeds.ics import clean, write
from domain.kernel.ids import new_id, show
from domain.occasions.describing import MOST_TITLE
from domain.occasions.reading import read_document
from domain.posts.rules import PostState
from tests.domain.feeds.test_ics import seen, shown
from tests.domain.occasions.documents import SINCE, UNTIL

TITLES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)
MOMENTS = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside it


@settings(max_examples=60)
@given(st.lists(st.tuples(TITLES, MOMENTS, st.sampled_from(PostState)), max_size=5))
def test_every_post_that_is_on_is_an_occasion(
    posts: list[tuple[str, datetime, PostState]],
) -> None:
    told = [
        shown(id=new_id(), title=title, publish_at=at.replace(microsecond=0), state=state)
        for title, at, state in posts
    ]

    found = read_document(write(seen(*told)), "Europe/Zurich", (SINCE, UNTIL))

    is_off = {PostState.CANCELLED, PostState.WITHDRAWN}
    assert sorted((one.uid, one.starts_at, one.title) for one in found) == sorted(
        (show("post", post.id), post.publish_at, clean(post.title).strip()[:MOST_TITLE])
        for post in told
        if post.state not in is_off
    )
    assert {one.ends_at - one.starts_at for one in found} <= {timedelta(0)}
