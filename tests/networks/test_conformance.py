"""One suite for all networks, fed by replies they gave: a network without an ability is absent."""

import json
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase

import jsonschema_rs
import pytest
from pydantic import JsonValue

from domain.connector.errors import (
    GrantExpired,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    StillWorking,
    Unavailable,
)
from domain.connector.manifest import IdempotencyClass
from domain.connector.rates import read_rate
from domain.connector.settings import schema_of, settings_misfits
from domain.connector.words import Draft, Published, Ref, Shown
from domain.networks import all_connectors
from domain.posts.drift import compare
from domain.posts.rules import MOST_ASKED, Verdict, after_error
from tests.networks.conformance import (
    ALT_TEXT,
    EDITED,
    ILLUSTRATED,
    IN_A_MINUTE,
    NOW,
    POLL,
    POST,
    THREAD,
    VIDEO,
    Failure,
    Kept,
    amiss,
    answering,
    assert_keeps_secrets,
    brought_by,
    case_of,
    connector_of,
    failing_post,
    has_recorded,
    longest,
    publish,
    quoting,
    read_all,
    script,
    settled,
)
from tests.networks.scripted import Exchange, ScriptedHttp, body_text, recorded

ALL = sorted(all_connectors())
CONNECTING = [key for key in ALL if connector_of(key).connect]
PUBLISHING = [key for key in ALL if connector_of(key).publish]
RECONCILING = [
    key for key in PUBLISHING if connector_of(key).manifest.idempotency is not IdempotencyClass.NONE
]
BLIND = [key for key in PUBLISHING if key not in RECONCILING]
ANSWERING = [key for key in PUBLISHING if has_recorded(key, "answer_missing")]
THREADING = [key for key in PUBLISHING if connector_of(key).manifest.max_parts > 2]
PICTURING = [key for key in PUBLISHING if connector_of(key).manifest.images]
POLLING = [key for key in PUBLISHING if connector_of(key).manifest.polls]
QUOTING = [key for key in PUBLISHING if connector_of(key).manifest.has_quotes]
FILMING = [key for key in PUBLISHING if connector_of(key).manifest.videos]
WORKING_ON_VIDEOS = [key for key in FILMING if case_of(key).works_on_videos]
FAILING_VIDEOS = [key for key in FILMING if case_of(key).video_failure]
TELLING_RATES = [key for key in CONNECTING if case_of(key).rate]
TOLD = [key for key in PUBLISHING if connector_of(key).settings]
EDITING = [key for key in ALL if connector_of(key).edit]
SHOWING = [key for key in ALL if connector_of(key).shows]
LISTENING = [key for key in ALL if connector_of(key).inbox]
MEASURED = [key for key in ALL if connector_of(key).metrics]
MEASURED_BY_POST = [key for key in MEASURED if case_of(key).post_ids]

LOST = Exchange(method="", path="", error="outcome_unknown")
FAILURES: dict[Failure, type[NetworkError]] = {
    "rate_limited": RateLimited,
    "locked_out": GrantExpired,
    "refused": Refused,
    "out_of_order": Unavailable,
}


@pytest.mark.parametrize("key", CONNECTING)
async def test_connecting_gives_the_account_and_what_lets_us_in(key: str) -> None:
    case, http, ability = case_of(key), script(key, "connect"), connector_of(key).connect
    assert ability is not None
    connected = await ability.connect(http, case.login, now=NOW)
    http.assert_finished()
    assert connected.server == case.access.server
    assert connected.profile.remote_id == case.access.remote_id
    assert connected.profile.handle == case.access.handle
    told = [secret for secret in case.every_secret if any(secret in c.url for c in http.calls)]
    assert bool(told) == case.has_secret_in_path


@pytest.mark.parametrize("key", CONNECTING)
async def test_login_that_is_not_accepted_is_told_without_the_login(key: str) -> None:
    case, ability = case_of(key), connector_of(key).connect
    assert ability is not None
    first = recorded(key, "connect")[0]
    refusal = _leaking(case.failures["locked_out"], case.secrets)
    refusal = refusal.model_copy(update={"method": first.method, "path": first.path})
    with pytest.raises((GrantExpired, Refused)) as caught:
        await ability.connect(ScriptedHttp([refusal]), case.login, now=NOW)
    assert_keeps_secrets(case, caught.value)


@pytest.mark.parametrize("key", CONNECTING)
async def test_check_shows_the_account(key: str) -> None:
    case, http, ability = case_of(key), script(key, "check"), connector_of(key).connect
    assert ability is not None
    profile = await ability.check(http, case.access)
    http.assert_finished()
    assert (profile.remote_id, profile.handle) == (case.access.remote_id, case.access.handle)


@pytest.mark.parametrize("key", CONNECTING)
async def test_refresh_renews_the_whole_grant_or_says_that_none_is_needed(key: str) -> None:
    case, ability = case_of(key), connector_of(key).connect
    assert ability is not None
    http = script(key, "refresh") if case.renews_grant else ScriptedHttp([])
    grant = await ability.refresh(http, case.access, now=NOW)
    http.assert_finished()
    if not case.renews_grant:
        assert grant is None
        return
    assert grant is not None
    assert grant.access != case.access.grant.access
    assert grant.refresh not in (None, "", case.access.grant.refresh)
    assert grant.expires_at is None or grant.expires_at.tzinfo is not None


@pytest.mark.parametrize("key", PUBLISHING)
async def test_post_appears_once_and_its_checkpoint_says_so(key: str) -> None:
    case, http = case_of(key), script(key, "post")
    published, kept = await publish(key, http, POST, {})
    http.assert_finished()
    assert len(published.refs) == 1
    assert published.remote_id
    assert published.url is None or published.url.startswith("http")
    writes = [call for call in http.calls if case.writes(call.method, _path(call.url))]
    assert [POST.parts[0].text in body_text(call) for call in writes] == [True]
    again, _ = await publish(key, ScriptedHttp([]), POST, kept.last)
    assert again == published


@pytest.mark.parametrize("key", PUBLISHING)
async def test_what_is_all_there_asks_for_nothing_though_what_it_answers_is_gone(key: str) -> None:
    published, kept = await publish(key, script(key, "post"), POST, {})
    answer = answering(case_of(key).gone_id)
    again, _ = await publish(key, ScriptedHttp([]), answer, kept.last)
    assert again == published


@pytest.mark.parametrize("key", RECONCILING)
async def test_checkpoint_is_kept_before_anything_appears(key: str) -> None:
    case, http = case_of(key), script(key, "post")
    _, kept = await publish(key, http, POST, {})
    writes = [case.writes(call.method, _path(call.url)) for call in http.calls]
    assert kept.calls_before[0] <= writes.index(True)
    assert kept.calls_before[-1] == len(http.calls)


@pytest.mark.parametrize("key", THREADING)
async def test_each_message_of_a_thread_answers_the_one_before(key: str) -> None:
    case, http = case_of(key), script(key, "thread")
    published, kept = await publish(key, http, THREAD, {})
    http.assert_finished()
    assert len({ref.remote_id for ref in published.refs}) == 3
    writes = [body_text(call) for call in http.calls if case.writes(call.method, _path(call.url))]
    assert [part.text in write for part, write in zip(THREAD.parts, writes, strict=True)] == [
        True,
        True,
        True,
    ]
    first, second, _ = (ref.remote_id for ref in published.refs)
    assert case.named(first) not in writes[0]
    assert case.named(first) in writes[1]
    assert case.named(second) in writes[2]
    again, _ = await publish(key, ScriptedHttp([]), THREAD, kept.last)
    assert again == published


@pytest.mark.parametrize("key", PICTURING)
async def test_picture_goes_out_with_its_alternative_text(key: str) -> None:
    case, http = case_of(key), script(key, "illustrated")
    published, _ = await publish(key, http, ILLUSTRATED, {})
    http.assert_finished()
    assert len(published.refs) == 1
    assert sum(ALT_TEXT in body_text(call) for call in http.calls) == int(case.has_alt_texts)
    png = ILLUSTRATED.parts[0].media[0].content
    sent = [file.content for call in http.calls for file in call.files]
    sent += [call.content for call in http.calls if call.content]
    assert sent == [png]


@pytest.mark.parametrize("key", POLLING)
async def test_poll_goes_out_once_with_its_question_and_options(key: str) -> None:
    case, http = case_of(key), script(key, "poll")
    published, kept = await publish(key, http, POLL, {})
    http.assert_finished()
    assert len(published.refs) == 1
    write = case.poll_write or case.write
    (said,) = [body_text(call) for call in http.calls if (call.method, _path(call.url)) == write]
    part = POLL.parts[0]
    assert part.poll is not None
    assert [text in said for text in (part.text, *part.poll.options, case.a_day)] == [True] * 4
    again, _ = await publish(key, ScriptedHttp([]), POLL, kept.last)
    assert again == published


@pytest.mark.parametrize("key", QUOTING)
async def test_quote_names_the_post_and_leaves_its_address_out_of_the_text(key: str) -> None:
    case, http = case_of(key), script(key, "quote")
    assert case.quoted is not None
    address, named = case.quoted
    published, kept = await publish(key, http, quoting(address), {})
    http.assert_finished()
    assert len(published.refs) == 1
    (said,) = [body_text(call) for call in http.calls if case.writes(call.method, _path(call.url))]
    assert (named in said, address in said.replace(named, "")) == (True, False)
    again, _ = await publish(key, ScriptedHttp([]), quoting(address), kept.last)
    assert again == published


@pytest.mark.parametrize("key", FILMING)
async def test_video_goes_out_once_and_only_when_it_is_ready(key: str) -> None:
    case, http = case_of(key), script(key, "video")
    published, kept = await publish(key, http, VIDEO, {})
    http.assert_finished()
    assert len(published.refs) == 1
    write, film = case.video_write or case.write, VIDEO.parts[0].media[0].content
    calls = [(call.method, _path(call.url)) for call in http.calls]
    assert sum(fnmatchcase(" ".join(call), " ".join(write)) for call in calls) == 1
    sent = [file.content for call in http.calls for file in call.files]
    assert [*sent, *(call.content for call in http.calls if call.content)] == [film]
    again, _ = await publish(key, ScriptedHttp([]), VIDEO, kept.last)
    assert again == published


@pytest.mark.parametrize("key", WORKING_ON_VIDEOS)
async def test_video_that_takes_long_comes_back_without_being_sent_up_again(key: str) -> None:
    http, ability = script(key, "video_lasting"), connector_of(key).publish
    assert ability is not None
    kept, access = Kept(http), case_of(key).access
    with pytest.raises(StillWorking) as caught:
        await ability.publish(http, access, VIDEO, {}, kept, now=NOW)
    http.assert_finished()
    verdicts = [
        after_error(caught.value, attempts=each, reconcile_wait=timedelta(0), now=NOW).verdict
        for each in (1, MOST_ASKED)
    ]
    assert verdicts == [Verdict.WAIT, Verdict.STOP]
    resumed = script(key, "video_resumed")
    published, _ = await publish(key, resumed, VIDEO, kept.last)
    resumed.assert_finished()
    assert len(published.refs) == 1
    assert [call for call in resumed.calls if call.files or call.content] == []


@pytest.mark.parametrize("key", FAILING_VIDEOS)
async def test_video_that_cannot_be_worked_on_is_refused_in_the_networks_words(key: str) -> None:
    http = script(key, "video_failed")
    with pytest.raises(Refused) as caught:
        await publish(key, http, VIDEO, {})
    http.assert_finished()
    said = (caught.value.code, caught.value.said)
    assert said == ("network.media_refused", case_of(key).video_failure)
    assert not any(case_of(key).writes(call.method, _path(call.url)) for call in http.calls)


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


@pytest.mark.parametrize("key", TOLD)
async def test_post_that_is_told_everything_appears_once(key: str) -> None:
    draft, http = settled(connector_of(key)), script(key, "settings")
    published, kept = await publish(key, http, draft, {})
    http.assert_finished()
    assert len(published.refs) == 1
    again, _ = await publish(key, ScriptedHttp([]), draft, kept.last)
    assert again == published


@pytest.mark.parametrize("key", TOLD)
def test_settings_are_a_form_that_anybody_can_draw(key: str) -> None:
    schema = schema_of(connector_of(key).settings)
    assert schema is not None
    assert jsonschema_rs.meta.is_valid(schema)
    assert schema["additionalProperties"] is False
    assert "required" not in schema
    assert "$ref" not in json.dumps(schema)
    taken = jsonschema_rs.Draft202012Validator(schema)
    fields = schema["properties"]
    assert [name for name, facts in fields.items() if not facts.get("description")] == []
    for name, facts in fields.items():
        for value in (facts["default"], *facts["examples"]):
            assert taken.is_valid({name: value})
            assert settings_misfits(key, connector_of(key).settings, {name: value}) == []
        assert not taken.is_valid({name: {"no": "such thing"}})
        odd: dict[str, JsonValue] = {name: {"no": "such thing"}}
        (misfit,) = settings_misfits(key, connector_of(key).settings, odd)
        assert (misfit.pointer, misfit.code) == (f"/settings/{name}", "settings.invalid")
    assert not taken.is_valid({"unheard_of": True})
    (misfit,) = settings_misfits(key, connector_of(key).settings, {"unheard_of": True})
    assert (misfit.pointer, misfit.code) == ("/settings/unheard_of", "settings.invalid")


@pytest.mark.parametrize("key", PUBLISHING)
async def test_write_without_an_answer_is_an_unknown_outcome(key: str) -> None:
    http = failing_post(key, LOST)
    with pytest.raises(OutcomeUnknown) as caught:
        await publish(key, http, POST, {})
    http.assert_finished()
    assert_keeps_secrets(case_of(key), caught.value)


@pytest.mark.parametrize("key", PUBLISHING)
async def test_write_that_breaks_over_there_is_an_unknown_outcome(key: str) -> None:
    http = failing_post(key, _echoing(key, "out_of_order"))
    with pytest.raises(OutcomeUnknown) as caught:
        await publish(key, http, POST, {})
    http.assert_finished()
    assert_keeps_secrets(case_of(key), caught.value)


@pytest.mark.parametrize("failure", ["rate_limited", "locked_out", "refused"])
@pytest.mark.parametrize("key", PUBLISHING)
async def test_write_that_is_refused_says_why(key: str, failure: Failure) -> None:
    broken = failing_post(key, _echoing(key, failure))
    with pytest.raises(FAILURES[failure]) as caught:
        await publish(key, broken, POST, {})
    assert type(caught.value) is FAILURES[failure]
    if isinstance(caught.value, RateLimited):
        assert caught.value.until == IN_A_MINUTE
    assert_keeps_secrets(case_of(key), caught.value)


@pytest.mark.parametrize("key", BLIND)
async def test_lost_post_stays_unknown_where_the_network_cannot_tell(key: str) -> None:
    with pytest.raises(OutcomeUnknown):
        await _look_up(key, ScriptedHttp([]))


@pytest.mark.parametrize("key", RECONCILING)
async def test_lost_post_is_found_when_it_is_there(key: str) -> None:
    http = script(key, "look_up_found")
    found = await _look_up(key, http)
    http.assert_finished()
    assert found is not None
    assert len(found.refs) == 1
    assert found.remote_id


@pytest.mark.parametrize("key", RECONCILING)
async def test_lost_post_is_not_found_when_it_is_not_there(key: str) -> None:
    http = script(key, "look_up_missing")
    assert await _look_up(key, http) is None
    http.assert_finished()


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
    said = "\n".join(f"{call.url} {body_text(call)}" for call in http.calls)
    places = [said.index(ref.remote_id.rsplit("/", 1)[-1]) for ref in published.refs]
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize("key", EDITING)
async def test_edit_changes_the_post_in_place(key: str) -> None:
    published, _ = await publish(key, script(key, "post"), POST, {})
    http, ability = script(key, "edit"), connector_of(key).edit
    assert ability is not None
    ref = await ability.edit(http, case_of(key).access, published.refs[0], EDITED, now=NOW)
    http.assert_finished()
    assert ref.remote_id == published.remote_id
    assert sum(EDITED.parts[0].text in body_text(call) for call in http.calls) == 1


@pytest.mark.parametrize("key", SHOWING)
async def test_what_stands_there_is_shown_as_it_was_sent(key: str) -> None:
    shows, http = connector_of(key).shows, script(key, "shown")
    assert shows is not None
    post, _ = await publish(key, script(key, "post"), POST, {})
    illustrated, _ = await publish(key, script(key, "illustrated"), ILLUSTRATED, {})
    refs = (*post.refs, *illustrated.refs)
    shown = {each.remote_id: each for each in await shows.show(http, case_of(key).access, refs)}
    http.assert_finished()
    assert set(shown) == {ref.remote_id for ref in refs}
    assert all(each.url is None or each.url.startswith("http") for each in shown.values())
    assert compare(shows, POST, post.refs, shown) == []
    assert compare(shows, ILLUSTRATED, illustrated.refs, shown) == []
    assert shown[illustrated.remote_id].alt_texts == (ALT_TEXT,)
    assert _codes(key, EDITED, shown[post.remote_id]) == ["text_differs"]
    cut = replace(shown[post.remote_id], text=shown[post.remote_id].text[:-9])
    assert _codes(key, POST, cut) == ["truncated"]
    bare = replace(shown[illustrated.remote_id], alt_texts=("",))
    assert _codes(key, ILLUSTRATED, bare) == ["alt_text_missing"]


@pytest.mark.parametrize("key", SHOWING)
async def test_what_is_gone_is_shown_as_gone(key: str) -> None:
    shows, http = connector_of(key).shows, script(key, "shown_gone")
    assert shows is not None
    thread, _ = await publish(key, script(key, "thread"), longest(connector_of(key)), {})
    shown = await shows.show(http, case_of(key).access, thread.refs[:1])
    http.assert_finished()
    assert [(each.remote_id, each.is_gone) for each in shown] == [(thread.remote_id, True)]


@pytest.mark.parametrize("failure", list(FAILURES))
@pytest.mark.parametrize("key", SHOWING)
async def test_showing_that_fails_says_what_to_do(key: str, failure: Failure) -> None:
    shows, first = connector_of(key).shows, recorded(key, "shown")[0]
    assert shows is not None
    broken = _echoing(key, failure).model_copy(update={"method": "GET", "path": first.path})
    post, _ = await publish(key, script(key, "post"), POST, {})
    with pytest.raises(FAILURES[failure]) as caught:
        await shows.show(ScriptedHttp([broken]), case_of(key).access, post.refs)
    assert type(caught.value) is FAILURES[failure]
    assert_keeps_secrets(case_of(key), caught.value)


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
    broken = _echoing(key, failure)
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


@pytest.mark.parametrize("key", ANSWERING)
async def test_draft_that_answers_what_is_gone_is_refused(key: str) -> None:
    http = script(key, "answer_missing")
    with pytest.raises(Refused):
        await publish(key, http, answering(case_of(key).gone_id), {})
    http.assert_finished()
    assert not any(case_of(key).writes(call.method, _path(call.url)) for call in http.calls)


def _codes(key: str, draft: Draft, shown: Shown) -> list[str]:
    """What differs between a post and what stands there."""
    shows = connector_of(key).shows
    assert shows is not None
    found = compare(shows, draft, [Ref(shown.remote_id)], {shown.remote_id: shown})
    return [each.code.value for each in found or ()]


def _path(url: str) -> str:
    return "/" + url.split("://", 1)[-1].partition("/")[2].partition("?")[0]


def _echoing(key: str, failure: Failure) -> Exchange:
    """The network's failure, with our grant in its words: it must not come through."""
    return _leaking(case_of(key).failures[failure], case_of(key).grant_secrets)


def _leaking(exchange: Exchange, secrets: tuple[str, ...]) -> Exchange:
    leak = " ".join(secrets)
    if isinstance(exchange.json_, dict):
        words = {
            name: f"{value} {leak}" if name in ("message", "error_description", "detail") else value
            for name, value in exchange.json_.items()
        }
        return exchange.model_copy(update={"json_": words})
    return exchange.model_copy(update={"text": f"{exchange.text or ''} {leak}"})


async def _look_up(key: str, http: ScriptedHttp) -> Published | None:
    """Looks up a post whose write got no answer."""
    lost, ability = failing_post(key, LOST), connector_of(key).publish
    assert ability is not None
    kept, access = Kept(lost), case_of(key).access
    with pytest.raises(OutcomeUnknown):
        await ability.publish(lost, access, POST, {}, kept, now=NOW)
    return await ability.look_up(http, access, POST, kept.last, since=NOW)


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
