"""Pictures, polls, quotes and videos, where a network takes them."""

from datetime import timedelta
from fnmatch import fnmatchcase

import pytest

from domain.connector.errors import (
    Refused,
    StillWorking,
)
from domain.connector.words import Draft
from domain.posts.rules import MOST_ASKED, Verdict, after_error
from tests.networks.abilities import (
    FAILING_VIDEOS,
    FILMING,
    PICTURING,
    POLLING,
    QUOTING,
    WORKING_ON_VIDEOS,
    path_of,
)
from tests.networks.cases import case_of, connector_of
from tests.networks.drafts import ALT_TEXT, FILES, ILLUSTRATED, NOW, POLL, VIDEO, quoting
from tests.networks.playing import Kept, publish, script
from tests.networks.scripted import ScriptedHttp, body_text

HELD_S = 5
"""Longer than that no worker is held by what a network works on."""


def _carried(http: ScriptedHttp, key: str, draft: Draft) -> list[bool]:
    """For each time that a file is carried, by its bytes or its address, whether it is the one."""
    (medium,) = draft.parts[0].media
    sent = [file.content for call in http.calls for file in call.files]
    sent += [call.content for call in http.calls if call.content]
    if not connector_of(key).manifest.fetches_media:
        return [each == medium.content for each in sent]
    said = [value for call in http.calls for _, value in call.form if value.startswith(FILES)]
    return [*(False for _ in sent), *(each == medium.address for each in said)]


@pytest.mark.parametrize("key", PICTURING)
async def test_picture_goes_out_with_its_alternative_text(key: str) -> None:
    case, http = case_of(key), script(key, "illustrated")
    published, _ = await publish(key, http, ILLUSTRATED, {})
    http.assert_finished()
    assert len(published.refs) == 1
    assert sum(ALT_TEXT in body_text(call) for call in http.calls) == int(case.has_alt_texts)
    assert _carried(http, key, ILLUSTRATED) == [True]


@pytest.mark.parametrize("key", POLLING)
async def test_poll_goes_out_once_with_its_question_and_options(key: str) -> None:
    case, http = case_of(key), script(key, "poll")
    published, kept = await publish(key, http, POLL, {})
    http.assert_finished()
    assert len(published.refs) == 1
    write = case.poll_write or case.write
    (said,) = [body_text(call) for call in http.calls if (call.method, path_of(call.url)) == write]
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
    (said,) = [
        body_text(call) for call in http.calls if case.speaks(call.method, path_of(call.url))
    ]
    assert (named in said, address in said.replace(named, "")) == (True, False)
    again, _ = await publish(key, ScriptedHttp([]), quoting(address), kept.last)
    assert again == published


@pytest.mark.parametrize("key", FILMING)
async def test_video_goes_out_once_and_only_when_it_is_ready(key: str) -> None:
    case, http = case_of(key), script(key, "video")
    published, kept = await publish(key, http, VIDEO, {})
    http.assert_finished()
    assert len(published.refs) == 1
    write = case.video_write or case.write
    word = case.video_word
    calls = [(c.method, path_of(c.url)) for c in http.calls if word in body_text(c)]
    assert sum(fnmatchcase(" ".join(call), " ".join(write)) for call in calls) == 1
    assert _carried(http, key, VIDEO) == [True]
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
    waits_s = http.waits_s()
    assert waits_s[-1] > 0
    assert sum(waits_s) < HELD_S
    verdicts = [
        after_error(
            caught.value,
            attempts=each,
            failures=0,
            askings=each - 1,
            reconcile_wait=timedelta(0),
            now=NOW,
        ).verdict
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
    assert not any(case_of(key).writes(call.method, path_of(call.url)) for call in http.calls)
