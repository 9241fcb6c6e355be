"""What a planned wall time means under other rules, in all zones, through both changes."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.clock import resolve
from domain.kernel.ids import new_id
from domain.posts.replanning import Plan
from tests.domain.kernel.test_clock import changes
from tests.rules_of_zones import ZONES, new_rules

WALLS = st.datetimes(datetime(2026, 12, 1), datetime(2031, 1, 1))  # noqa: DTZ001 - wall times


@st.composite
def rules_and_wall(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone whose rules hold from now on, and a wall time that those skip, repeat or have once."""
    if draw(st.booleans()):
        return draw(st.sampled_from(ZONES)), draw(WALLS)
    is_forward = draw(st.booleans())
    found = [each for each in changes() if (each[3] > each[2]) is is_forward and each[0] in ZONES]
    name, moment, before, after = draw(st.sampled_from(found))
    first, last = sorted((before, after))
    inside = draw(st.integers(0, int((last - first).total_seconds()) - 1))
    return name, (moment + first).replace(tzinfo=None) + timedelta(seconds=inside)


@settings(max_examples=100)
@given(st.sampled_from(ZONES), rules_and_wall())
def test_a_plan_of_any_zone_means_what_its_new_rules_say(
    zone: str, given_: tuple[str, datetime]
) -> None:
    other, wall = given_
    plan = Plan(new_id(), 1, wall, zone, resolve(wall, zone))

    with new_rules("2999a", {zone: other, other: other}):
        moved, meant = plan.moment, resolve(wall, other)

    assert moved == meant
    assert plan.moment == plan.publish_at


def test_a_zone_that_is_known_no_longer_keeps_its_moment() -> None:
    at = resolve(datetime(2027, 6, 1, 9), "Europe/Zurich")  # noqa: DTZ001 - a wall time
    plan = Plan(new_id(), 1, datetime(2027, 6, 1, 9), "Mars/Base", at)  # noqa: DTZ001 - as above

    assert plan.moment == at
