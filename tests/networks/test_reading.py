"""Inboxes and totals, as every network tells them."""

import pytest

from domain.connector.errors import (
    NetworkError,
    RateLimited,
)
from tests.networks.abilities import ALL, FAILURES, LISTENING, MEASURED, MEASURED_BY_POST, echoing
from tests.networks.cases import Failure, case_of, connector_of
from tests.networks.drafts import IN_A_MINUTE
from tests.networks.playing import assert_keeps_secrets, read_all, script
from tests.networks.scripted import Exchange, ScriptedHttp, recorded


@pytest.mark.parametrize("key", LISTENING)
async def test_inbox_gives_each_item_once_oldest_first(key: str) -> None:
    case = case_of(key)
    known, baseline = await read_all(key, script(key, "inbox_baseline"), None)
    assert baseline.cursor is not None
    http = script(key, "inbox_next")
    fresh, last = await read_all(key, http, baseline.cursor)
    http.assert_finished()
    assert {item.kind for item in fresh} == case.inbox_kinds
    moments = [item.said_at for item in fresh]
    assert moments == sorted(moments)
    assert all(moment.utcoffset() is not None for moment in moments)
    ids = [(item.kind, item.remote_id) for item in (*known, *fresh)]
    assert len(ids) == len(set(ids))
    assert all(item.author.remote_id and item.author.handle for item in fresh)
    http = script(key, "inbox_quiet")
    nothing, _ = await read_all(key, http, last.cursor)
    http.assert_finished()
    assert nothing == []


@pytest.mark.parametrize("key", LISTENING)
async def test_inbox_read_again_from_one_cursor_gives_the_same(key: str) -> None:
    _, baseline = await read_all(key, script(key, "inbox_baseline"), None)
    first = await read_all(key, script(key, "inbox_next"), baseline.cursor)
    assert await read_all(key, script(key, "inbox_next"), baseline.cursor) == first


@pytest.mark.parametrize("key", MEASURED)
async def test_totals_are_those_the_manifest_promises(key: str) -> None:
    connector, case = connector_of(key), case_of(key)
    assert connector.metrics is not None
    http = script(key, "post_metrics") if case.post_ids else ScriptedHttp([])
    samples = await connector.metrics.sample_posts(http, case.access, case.post_ids)
    http.assert_finished()
    assert {sample.remote_id for sample in samples} <= set(case.post_ids)
    assert len({(sample.remote_id, sample.metric) for sample in samples}) == len(samples)
    http = script(key, "account_metrics")
    samples += await connector.metrics.sample_account(http, case.access)
    http.assert_finished()
    assert {sample.metric.value for sample in samples} <= set(connector.manifest.metrics)
    assert all(sample.total >= 0 and sample.source_metric for sample in samples)


@pytest.mark.parametrize("key", MEASURED_BY_POST)
async def test_total_that_is_not_reported_is_absent_and_not_zero(key: str) -> None:
    connector, case = connector_of(key), case_of(key)
    assert connector.metrics is not None
    http = script(key, "post_metrics_partial")
    samples = await connector.metrics.sample_posts(http, case.access, case.post_ids[:1])
    http.assert_finished()
    assert [(sample.metric, sample.total) for sample in samples] == [(case.lone_metric, 0)]


@pytest.mark.parametrize("failure", list(FAILURES))
@pytest.mark.parametrize("key", [key for key in ALL if connector_of(key).inbox])
async def test_reading_that_fails_says_what_to_do(key: str, failure: Failure) -> None:
    case, ability = case_of(key), connector_of(key).inbox
    assert ability is not None
    broken = echoing(key, failure)
    first = recorded(key, "inbox_baseline")[0]
    broken = broken.model_copy(update={"method": first.method, "path": first.path})
    with pytest.raises(FAILURES[failure]) as caught:
        await ability.read(ScriptedHttp([broken]), case.access, None)
    assert type(caught.value) is FAILURES[failure]
    if isinstance(caught.value, RateLimited):
        assert caught.value.until == IN_A_MINUTE
    assert_keeps_secrets(case, caught.value)


@pytest.mark.parametrize("key", LISTENING)
async def test_answer_that_makes_no_sense_is_no_crash(key: str) -> None:
    ability = connector_of(key).inbox
    assert ability is not None
    first = recorded(key, "inbox_baseline")[0]
    page = Exchange(method=first.method, path=first.path, text="<html>It works!</html>")
    with pytest.raises(NetworkError):
        await ability.read(ScriptedHttp([page]), case_of(key).access, None)
