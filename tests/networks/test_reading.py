"""Inboxes and totals, as every network tells them."""

import re

import pytest
from pydantic import JsonValue

from domain.connector.errors import (
    NetworkError,
    RateLimited,
)
from domain.kernel.ids import new_id
from domain.mentions.arrivals import arrivals_of
from domain.mentions.shapes import Reading
from tests.networks.abilities import ALL, FAILURES, LISTENING, MEASURED, MEASURED_BY_POST, echoing
from tests.networks.cases import Failure, case_of, connector_of
from tests.networks.drafts import IN_A_MINUTE
from tests.networks.playing import assert_keeps_secrets, read_all, script
from tests.networks.scripted import Exchange, ScriptedHttp, recorded, unzoned

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:")
READING = Reading(
    account_id=new_id(),
    community_id=new_id(),
    network="any",
    server="https://any.example",
    remote_id="ours",
    connected_at=IN_A_MINUTE,
    is_first=True,
)


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
async def test_moments_without_a_zone_are_taken_for_utc(key: str) -> None:
    known, baseline = await read_all(key, script(key, "inbox_baseline"), None)
    fresh, _ = await read_all(key, script(key, "inbox_next"), baseline.cursor)

    first, place = await read_all(key, ScriptedHttp(unzoned(recorded(key, "inbox_baseline"))), None)
    then, _ = await read_all(key, ScriptedHttp(unzoned(recorded(key, "inbox_next"))), place.cursor)

    assert [each.said_at for each in (*first, *then)] == [each.said_at for each in (*known, *fresh)]


def cut(told: JsonValue) -> JsonValue:
    """An answer whose texts, which have spaces, end amid an emoji."""
    if isinstance(told, dict):
        return {name: cut(each) for name, each in told.items()}
    if isinstance(told, list):
        return [cut(each) for each in told]
    return f"{told} \ud83d" if isinstance(told, str) and " " in told else told


@pytest.mark.parametrize("key", LISTENING)
async def test_text_that_is_cut_amid_an_emoji_holds_no_inbox_up(key: str) -> None:
    _, last = await read_all(key, script(key, "inbox_baseline"), None)
    whole, _ = await read_all(key, script(key, "inbox_next"), last.cursor)
    exchanges = [
        each.model_copy(update={"json_": cut(each.json_)}) for each in recorded(key, "inbox_next")
    ]

    items, _ = await read_all(key, ScriptedHttp(exchanges), last.cursor)

    assert [each.remote_id for each in items] == [each.remote_id for each in whole]
    assert all(each.text.encode() for each in items if each.text)


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


def claiming(told: JsonValue, moment: str, millisecond: int) -> JsonValue:
    """An answer of which every moment is another."""
    if isinstance(told, dict):
        return {
            name: millisecond if name == "origin_server_ts" else claiming(each, moment, millisecond)
            for name, each in told.items()
        }
    if isinstance(told, list):
        return [claiming(each, moment, millisecond) for each in told]
    return moment if isinstance(told, str) and _MOMENT.match(told) else told


@pytest.mark.parametrize(
    ("moment", "millisecond"),
    [
        ("0001-01-01T00:00:00+14:00", -(2**53)),
        ("0001-01-01T00:00:00Z", -(2**70)),
        ("9999-12-31T23:59:59-14:00", 2**53),
    ],
)
@pytest.mark.parametrize("key", LISTENING)
async def test_moment_at_an_end_of_the_calendar_holds_no_inbox_up(
    key: str, moment: str, millisecond: int
) -> None:
    """Whoever writes claims it, on some networks; the page was read again and again, in vain."""
    ability, case = connector_of(key).inbox, case_of(key)
    assert ability is not None
    _, last = await read_all(key, script(key, "inbox_baseline"), None)
    for scenario, cursor in (("inbox_baseline", None), ("inbox_next", last.cursor)):
        exchanges = [
            each.model_copy(update={"json_": claiming(each.json_, moment, millisecond)})
            for each in recorded(key, scenario)
        ]
        found = await ability.read(ScriptedHttp(exchanges), case.access, cursor)
        told = arrivals_of(found.items, READING, now=IN_A_MINUTE)
        assert all(each.said_at <= IN_A_MINUTE for each in told)


@pytest.mark.parametrize("key", LISTENING)
async def test_answer_that_makes_no_sense_is_no_crash(key: str) -> None:
    ability = connector_of(key).inbox
    assert ability is not None
    first = recorded(key, "inbox_baseline")[0]
    page = Exchange(method=first.method, path=first.path, text="<html>It works!</html>")
    with pytest.raises(NetworkError):
        await ability.read(ScriptedHttp([page]), case_of(key).access, None)
