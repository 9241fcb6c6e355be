"""Editing in place and reading back, where a network can."""

from dataclasses import replace

import pytest

from domain.connector.words import Draft, Ref, Shown
from domain.posts.drift import compare
from tests.networks.abilities import EDITING, FAILURES, SHOWING, echoing
from tests.networks.cases import Failure, case_of, connector_of
from tests.networks.drafts import ALT_TEXT, EDITED, ILLUSTRATED, NOW, longest
from tests.networks.playing import assert_keeps_secrets, post_for, publish, script
from tests.networks.scripted import ScriptedHttp, body_text, recorded


@pytest.mark.parametrize("key", EDITING)
async def test_edit_changes_the_post_in_place(key: str) -> None:
    published, _ = await publish(key, script(key, "post"), post_for(key), {})
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
    post, _ = await publish(key, script(key, "post"), post_for(key), {})
    illustrated, _ = await publish(key, script(key, "illustrated"), ILLUSTRATED, {})
    refs = (*post.refs, *illustrated.refs)
    shown = {each.remote_id: each for each in await shows.show(http, case_of(key).access, refs)}
    http.assert_finished()
    assert set(shown) == {ref.remote_id for ref in refs}
    assert all(each.url is None or each.url.startswith("http") for each in shown.values())
    assert compare(shows, post_for(key), post.refs, shown) == []
    assert compare(shows, ILLUSTRATED, illustrated.refs, shown) == []
    assert shown[illustrated.remote_id].alt_texts == (ALT_TEXT,)
    assert _codes(key, EDITED, shown[post.remote_id]) == ["text_differs"]
    cut = replace(shown[post.remote_id], text=shown[post.remote_id].text[:-9])
    assert _codes(key, post_for(key), cut) == ["truncated"]
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
    broken = echoing(key, failure).model_copy(update={"method": "GET", "path": first.path})
    post, _ = await publish(key, script(key, "post"), post_for(key), {})
    with pytest.raises(FAILURES[failure]) as caught:
        await shows.show(ScriptedHttp([broken]), case_of(key).access, post.refs)
    assert type(caught.value) is FAILURES[failure]
    assert_keeps_secrets(case_of(key), caught.value)


def _codes(key: str, draft: Draft, shown: Shown) -> list[str]:
    """What differs between a post and what stands there."""
    shows = connector_of(key).shows
    assert shows is not None
    found = compare(shows, draft, [Ref(shown.remote_id)], {shown.remote_id: shown})
    return [each.code.value for each in found or ()]
