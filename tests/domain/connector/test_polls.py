from datetime import date, timedelta

from domain.connector.manifest import PollLimit, Source
from domain.connector.polls import poll_misfits
from domain.connector.words import Measures, Poll
from tests.domain.connector.test_fit import VILLAGE

LIMIT = PollLimit(
    options_max=3,
    option_max=5,
    min_s=300,
    max_s=86_400,
    has_multiple=False,
    can_hide_totals=False,
    mixes_media=False,
    source=Source(url="https://village.example/polls", read_on=date(2026, 11, 26)),
)
POLLING = VILLAGE.model_copy(update={"polls": LIMIT})
NOTHING = Measures()
DAY = timedelta(days=1)


def found(
    poll: Poll, measures: Measures = NOTHING, *, has_media: bool = False
) -> list[tuple[str, str, int | None, int | None]]:
    return [
        (each.pointer, each.code, each.limit, each.actual)
        for each in poll_misfits(POLLING, measures, poll, has_media=has_media)
    ]


def test_poll_within_the_limits_fits() -> None:
    assert found(Poll(("Bread", "Chees", "Wine"), DAY)) == []
    assert found(Poll(("a", "b"), timedelta(seconds=300))) == []


def test_everything_a_network_does_not_take_is_told_at_once() -> None:
    poll = Poll(("a", "b", "Cheese", "d"), timedelta(days=2), is_multiple=True, hides_totals=True)
    assert found(poll, has_media=True) == [
        ("/poll/options", "poll.too_many_options", 3, 4),
        ("/poll/options/2", "poll.option_too_long", 5, 6),
        ("/poll/duration_s", "poll.duration_unfit", 86_400, 172_800),
        ("/poll/is_multiple", "poll.unsupported", None, None),
        ("/poll/hides_totals", "poll.unsupported", None, None),
        ("/media_ids", "poll.unsupported", None, None),
    ]
    assert found(Poll(("a", "b"), timedelta(seconds=1))) == [
        ("/poll/duration_s", "poll.duration_unfit", 300, 1)
    ]


def test_limits_of_polls_that_the_accounts_own_server_gives_win() -> None:
    own = Measures(poll_options_max=2, poll_option_max=1, poll_lasts_min_s=60, poll_lasts_max_s=120)
    assert found(Poll(("a", "b"), timedelta(seconds=60)), own) == []
    assert found(Poll(("a", "b", "cc"), DAY), own) == [
        ("/poll/options", "poll.too_many_options", 2, 3),
        ("/poll/options/2", "poll.option_too_long", 1, 2),
        ("/poll/duration_s", "poll.duration_unfit", 120, 86_400),
    ]


def test_network_without_polls_takes_none() -> None:
    (misfit,) = poll_misfits(VILLAGE, NOTHING, Poll(("a", "b"), DAY), has_media=False)
    assert (misfit.pointer, misfit.code) == ("/poll", "poll.unsupported")
    assert misfit.message == "Village has no polls."
