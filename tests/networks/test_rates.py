"""What networks tell of their rates."""

import pytest

from domain.connector.rates import read_rate
from tests.networks.abilities import ALL, TELLING_RATES
from tests.networks.cases import case_of, connector_of
from tests.networks.drafts import IN_A_MINUTE, NOW
from tests.networks.playing import script
from tests.networks.scripted import recorded


@pytest.mark.parametrize("key", TELLING_RATES)
async def test_answer_tells_what_is_left(key: str) -> None:
    http, ability = script(key, "rates"), connector_of(key).connect
    assert ability is not None
    await ability.check(http, case_of(key).access)
    http.assert_finished()
    last = recorded(key, "rates")[-1].reply(http.calls[-1].url)
    assert read_rate(last, now=NOW) == case_of(key).rate


@pytest.mark.parametrize("key", ALL)
def test_refusal_for_the_rate_spends_the_budget_until_it_is_whole_again(key: str) -> None:
    reply = case_of(key).failures["rate_limited"].reply("https://network.example/")
    rate = read_rate(reply, now=NOW)
    assert rate is not None
    assert (rate.remaining, rate.resets_at) == (0, IN_A_MINUTE)
