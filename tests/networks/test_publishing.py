"""Publishing, threads, settings and refusals, as every network does them."""

import json

import jsonschema_rs
import pytest
from pydantic import JsonValue

from domain.connector.errors import (
    OutcomeUnknown,
    RateLimited,
    Refused,
)
from domain.connector.settings import schema_of, settings_misfits
from tests.networks.abilities import (
    ANSWERING,
    FAILURES,
    LOST,
    PUBLISHING,
    RECONCILING,
    THREADING,
    TOLD,
    echoing,
    path_of,
)
from tests.networks.cases import Failure, case_of, connector_of
from tests.networks.drafts import IN_A_MINUTE, POST, THREAD, answering, settled
from tests.networks.playing import assert_keeps_secrets, failing_post, post_for, publish, script
from tests.networks.scripted import ScriptedHttp, body_text, recorded


@pytest.mark.parametrize("key", PUBLISHING)
async def test_post_appears_once_and_its_checkpoint_says_so(key: str) -> None:
    case, http = case_of(key), script(key, "post")
    published, kept = await publish(key, http, post_for(key), {})
    http.assert_finished()
    assert len(published.refs) == 1
    assert published.remote_id
    assert published.url is None or published.url.startswith("http")
    writes = [call for call in http.calls if case.speaks(call.method, path_of(call.url))]
    assert [POST.parts[0].text in body_text(call) for call in writes] == [True]
    again, _ = await publish(key, ScriptedHttp([]), post_for(key), kept.last)
    assert again == published


@pytest.mark.parametrize("key", PUBLISHING)
async def test_what_is_all_there_asks_for_nothing_though_what_it_answers_is_gone(key: str) -> None:
    published, kept = await publish(key, script(key, "post"), post_for(key), {})
    answer = answering(case_of(key).gone_id)
    again, _ = await publish(key, ScriptedHttp([]), answer, kept.last)
    assert again == published


@pytest.mark.parametrize("key", RECONCILING)
async def test_checkpoint_is_kept_before_anything_appears(key: str) -> None:
    case, http = case_of(key), script(key, "post")
    _, kept = await publish(key, http, post_for(key), {})
    writes = [case.writes(call.method, path_of(call.url)) for call in http.calls]
    assert kept.calls_before[0] <= writes.index(True)
    assert kept.calls_before[-1] == len(http.calls)


@pytest.mark.parametrize("key", THREADING)
async def test_each_message_of_a_thread_answers_the_one_before(key: str) -> None:
    case, http = case_of(key), script(key, "thread")
    published, kept = await publish(key, http, THREAD, {})
    http.assert_finished()
    assert len({ref.remote_id for ref in published.refs}) == 3
    writes = [body_text(call) for call in http.calls if case.speaks(call.method, path_of(call.url))]
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
        await publish(key, http, post_for(key), {})
    http.assert_finished()
    assert_keeps_secrets(case_of(key), caught.value)


@pytest.mark.parametrize("key", PUBLISHING)
async def test_write_whose_answer_names_nothing_is_an_unknown_outcome(key: str) -> None:
    """An empty id was taken for one: what stands there could never be changed or taken back."""
    case = case_of(key)
    [answer] = [each for each in recorded(key, "post") if case.writes(each.method, each.path)]
    nameless = {"json_": _nameless(answer.json_), "headers": dict.fromkeys(answer.headers, "")}
    http = failing_post(key, answer.model_copy(update=nameless))

    with pytest.raises(OutcomeUnknown):
        await publish(key, http, post_for(key), {})


def _nameless(told: JsonValue) -> JsonValue:
    if not isinstance(told, dict):
        return told
    named = {"id", "uri", "event_id", "message_id"}
    return {name: "" if name in named else _nameless(value) for name, value in told.items()}


@pytest.mark.parametrize("key", PUBLISHING)
async def test_write_that_breaks_over_there_is_an_unknown_outcome(key: str) -> None:
    http = failing_post(key, echoing(key, "out_of_order"))
    with pytest.raises(OutcomeUnknown) as caught:
        await publish(key, http, post_for(key), {})
    http.assert_finished()
    assert_keeps_secrets(case_of(key), caught.value)


@pytest.mark.parametrize("key", PUBLISHING)
async def test_write_that_came_too_slowly_for_what_stands_before_is_an_unknown_outcome(
    key: str,
) -> None:
    """It was refused for good, as if the network would not have what is said."""
    late = {"status": 408, "json_": None, "text": "<html>Request Timeout</html>"}
    http = failing_post(key, case_of(key).failures["out_of_order"].model_copy(update=late))

    with pytest.raises(OutcomeUnknown):
        await publish(key, http, post_for(key), {})


@pytest.mark.parametrize("failure", ["rate_limited", "locked_out", "refused"])
@pytest.mark.parametrize("key", PUBLISHING)
async def test_write_that_is_refused_says_why(key: str, failure: Failure) -> None:
    broken = failing_post(key, echoing(key, failure))
    with pytest.raises(FAILURES[failure]) as caught:
        await publish(key, broken, post_for(key), {})
    assert type(caught.value) is FAILURES[failure]
    if isinstance(caught.value, RateLimited):
        assert caught.value.until == IN_A_MINUTE
    assert_keeps_secrets(case_of(key), caught.value)


@pytest.mark.parametrize("key", ANSWERING)
async def test_draft_that_answers_what_is_gone_is_refused(key: str) -> None:
    http = script(key, "answer_missing")
    with pytest.raises(Refused):
        await publish(key, http, answering(case_of(key).gone_id), {})
    http.assert_finished()
    assert not any(case_of(key).writes(call.method, path_of(call.url)) for call in http.calls)
