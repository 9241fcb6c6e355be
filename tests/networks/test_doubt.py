"""Looking up what may have arrived, and taking back what did."""

from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
from pydantic import JsonValue, TypeAdapter

from domain.connector.errors import (
    NetworkError,
    OutcomeUnknown,
)
from tests.networks.abilities import BLIND, PUBLISHING, RECONCILING, look_up, lost_and_found
from tests.networks.cases import case_of, connector_of
from tests.networks.drafts import longest
from tests.networks.playing import publish, script
from tests.networks.scripted import ScriptedHttp, body_text, recorded, unzoned

MOMENT = TypeAdapter(datetime)


@pytest.mark.parametrize("key", BLIND)
async def test_lost_post_stays_unknown_where_the_network_cannot_tell(key: str) -> None:
    with pytest.raises(OutcomeUnknown):
        await look_up(key, ScriptedHttp([]))


@pytest.mark.parametrize("key", RECONCILING)
async def test_lost_post_is_found_when_it_is_there_and_since_when_is_told(key: str) -> None:
    http = script(key, "look_up_found")
    found = await look_up(key, http)
    http.assert_finished()
    assert found is not None
    assert len(found.refs) == 1
    assert found.remote_id
    assert found.at is not None
    assert found.at.tzinfo is not None


@pytest.mark.parametrize("key", RECONCILING)
async def test_lost_message_that_is_found_counts_as_sent_by_its_own_name(key: str) -> None:
    """As the first of a thread it was forgotten: cancelled or changed, the thread began anew."""
    resume = connector_of(key).resume
    assert resume is not None
    found, kept = await lost_and_found(key, script(key, "look_up_found"))
    assert found is not None

    [ref] = resume.known(resume.told(kept, found.refs[0]))

    assert ref.remote_id == found.remote_id


@pytest.mark.parametrize("wrong", [timedelta(minutes=9), timedelta(minutes=-9)])
@pytest.mark.parametrize("key", RECONCILING)
async def test_lost_post_is_found_where_our_clock_is_wrong_by_minutes(
    key: str, wrong: timedelta
) -> None:
    """Ahead by more than two, it was taken for what stood there before, and sent again."""
    there = await look_up(key, script(key, "look_up_found"))
    assert there is not None
    assert there.at is not None

    http = script(key, "look_up_found")
    assert await look_up(key, http, at=there.at + wrong) is not None

    asked = [value for call in http.calls for name, value in call.query if name == "since"]
    assert all(MOMENT.validate_strings(each) <= there.at for each in asked)


@pytest.mark.parametrize("scenario", ["look_up_found", "look_up_missing"])
@pytest.mark.parametrize("key", RECONCILING)
async def test_moments_without_a_zone_break_no_look_up(key: str, scenario: str) -> None:
    found = await look_up(key, script(key, scenario))

    assert await look_up(key, ScriptedHttp(unzoned(recorded(key, scenario)))) == found


@pytest.mark.parametrize("key", ["discord", "facebook", "linkedin", "mastodon", "sandbox"])
async def test_lost_post_is_none_of_those_that_say_the_same_and_are_known(key: str) -> None:
    """The second of two posts of the same words took the first one for itself, and was lost."""
    found = await look_up(key, script(key, "look_up_found"))
    assert found is not None
    other = frozenset({found.remote_id})
    assert await look_up(key, script(key, "look_up_found"), other) is None


@pytest.mark.parametrize("key", RECONCILING)
async def test_lost_post_is_not_found_when_it_is_not_there(key: str) -> None:
    http = script(key, "look_up_missing")
    assert await look_up(key, http) is None
    http.assert_finished()


@pytest.mark.parametrize("told", [{}, {"error": {"message": "Try again", "code": 2}}])
@pytest.mark.parametrize("key", RECONCILING)
async def test_answer_that_lists_nothing_at_all_is_no_word_that_nothing_is_there(
    key: str, told: JsonValue
) -> None:
    """Where 200 came with an error in it, what stood there was sent a second time."""
    *before, last = recorded(key, "look_up_missing")
    answer = last.model_copy(update={"json_": told, "status": 200})
    with pytest.raises(NetworkError):
        await look_up(key, ScriptedHttp([*before, answer]))


@pytest.mark.parametrize("scenario", ["withdraw", "withdraw_gone"])
@pytest.mark.parametrize("key", PUBLISHING)
async def test_withdrawing_takes_away_last_first_and_does_not_mind_what_is_gone(
    key: str, scenario: str
) -> None:
    published, _ = await publish(key, script(key, "thread"), longest(connector_of(key)), {})
    http, ability = script(key, scenario), connector_of(key).publish
    assert ability is not None
    await ability.withdraw(http, case_of(key).access, published.refs)
    http.assert_finished()
    said = "\n".join(f"{unquote(call.url)} {body_text(call)}" for call in http.calls)
    places = [said.index(ref.remote_id.rsplit("/", 1)[-1]) for ref in published.refs]
    assert places == sorted(places, reverse=True)
