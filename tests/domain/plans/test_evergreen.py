"""In which order variations are said, and what counts as the same."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.plans.evergreen import around, fingerprint, in_turn
from domain.plans.recurrence_shapes import CreateRecurrence, VariationInput, VariationView
from domain.posts.command_shapes import CreatePost, VariantInput
from domain.posts.version_shapes import SaidView

moments = st.datetimes(
    datetime.fromisoformat("2026-01-01"),
    datetime.fromisoformat("2028-01-01"),
    timezones=st.just(UTC),
)
words = st.sampled_from("abcdef")


def test_texts_that_readers_call_the_same_are_the_same() -> None:
    assert fingerprint(" On  TAILLE.\n") == fingerprint("on taille.")
    assert fingerprint("On taille.") != fingerprint("On taille !")


def test_a_week_counts_its_days_on_the_calendar() -> None:
    at = datetime(2027, 3, 29, 7, 30, tzinfo=UTC)

    assert around(at, 7, "Europe/Zurich") == (
        datetime(2027, 3, 22, 23, 0, tzinfo=UTC),
        datetime(2027, 4, 4, 22, 0, tzinfo=UTC),
    )
    since, until = around(at, 0, "Europe/Zurich")
    assert since > until


@given(st.lists(words, unique=True), st.dictionaries(words, moments))
@settings(max_examples=60)
def test_what_was_never_said_comes_first_and_what_was_said_last_comes_last(
    keys: list[str], used: dict[str, datetime]
) -> None:
    order = in_turn(keys, used)

    assert sorted(order) == sorted(keys)
    never = [key for key in keys if key not in used]
    assert order[: len(never)] == never
    times = [used[key] for key in order[len(never) :]]
    assert times == sorted(times)


def test_a_recurrence_can_say_all_that_a_post_can() -> None:
    of_one_post = {"wall_time", "poll", "quote_of", "first_comment", "settings"}

    assert CreatePost.model_fields.keys() - CreateRecurrence.model_fields.keys() == of_one_post
    assert SaidView.model_fields.keys() == VariantInput.model_fields.keys()
    assert VariationView.model_fields.keys() == VariationInput.model_fields.keys()
