"""Documents are written once as long as they are the same, and do not pile up."""

import pytest

from api.feeds import documents
from api.feeds.documents import Documents
from domain.feeds.ics import write
from domain.feeds.shapes import FeedSeen
from tests.domain.feeds.test_ics import seen, shown


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The version of each document that was written."""
    found: list[int] = []

    def noting(one: FeedSeen) -> bytes:
        found.append(one.posts[0].version)
        return write(one)

    monkeypatch.setattr(documents, "write", noting)
    return found


async def test_the_same_is_written_once_and_a_change_anew(written: list[int]) -> None:
    kept = Documents()

    for version in (1, 1, 2, 1):
        one = seen(shown(version=version))
        assert await kept.of(one) == write(one)

    assert written == [1, 2]


async def test_what_was_not_asked_for_longest_makes_room(written: list[int]) -> None:
    kept = Documents(most_bytes=2 * len(write(seen(shown(version=1)))))

    for version in (1, 2, 1, 3, 1, 2):
        await kept.of(seen(shown(version=version)))

    assert written == [1, 2, 3, 2]
