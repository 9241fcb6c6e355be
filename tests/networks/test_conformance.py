"""Every network brings a scenario for all it can do."""

from dataclasses import replace

import pytest

from tests.networks.abilities import ALL, FAILURES
from tests.networks.cases import case_of, connector_of
from tests.networks.scenarios import amiss, brought_by


@pytest.mark.parametrize("key", ALL)
def test_network_brings_a_scenario_for_all_it_can_do_and_none_for_what_it_cannot(key: str) -> None:
    assert amiss(connector_of(key), case_of(key), brought_by(key)) == []


def test_scenario_that_is_owed_or_needless_is_caught() -> None:
    connector, case = connector_of("wordpress"), case_of("wordpress")
    able = replace(connector, manifest=connector.manifest.model_copy(update={"has_quotes": True}))
    unable = replace(connector, edit=None)
    brought = brought_by("wordpress")
    assert amiss(able, case, brought) == ["quote"]
    assert amiss(unable, case, brought) == ["edit"]
    assert amiss(connector, case, [*brought, "pol"]) == ["pol"]


def test_every_network_stands_in_the_suite() -> None:
    assert [key for key in ALL if case_of(key).failures.keys() != FAILURES.keys()] == []
