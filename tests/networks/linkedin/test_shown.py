"""Posts of LinkedIn read back, edited, and followed by a first comment."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from domain.connector.words import Part, Ref, Shown
from domain.networks.linkedin import edit, shown
from domain.networks.linkedin import publish as linkedin
from domain.networks.linkedin.urns import encoded
from domain.posts.drift import compare
from tests.networks.drafts import EDITED, NOW, POST, answering
from tests.networks.linkedin.case import CASE, ORGANIZATION, refused
from tests.networks.playing import Kept, publish
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

URN = "urn:li:share:7431229065766260701"
COMMENT = f"urn:li:comment:({URN},7)"
PATH = f"/rest/posts/{encoded(URN)}"
BELOW = f"/rest/socialActions/{encoded(URN)}/comments"
FOLLOWED = replace(POST, parts=(*POST.parts, Part("The menu (in full): https://village.example")))
[MADE] = recorded("linkedin", "post")


def post(**told: JsonValue) -> Exchange:
    return Exchange(method="GET", path=PATH, json_={"id": URN, **told})


async def shown_of(*exchanges: Exchange, urn: str = URN) -> list[Shown]:
    http = ScriptedHttp(exchanges)
    found = await shown.show(http, CASE.access, [Ref(urn)])
    http.assert_finished()
    return found


async def test_text_that_was_cut_at_a_sign_is_told() -> None:
    draft = replace(POST, parts=(Part("Bread (warm) is here, come soon"),))
    [cut] = await shown_of(post(commentary="Bread "))
    [whole] = await shown_of(post(commentary=r"Bread \(warm\) is here, come soon"))

    drift = compare(shown, draft, [Ref(URN)], {URN: cut})
    assert drift is not None
    assert [each.code.value for each in drift] == ["truncated"]
    assert compare(shown, draft, [Ref(URN)], {URN: whole}) == []


async def test_mention_is_no_difference() -> None:
    text = "With @[Village Café](urn:li:organization:2414183) #bread"
    [found] = await shown_of(
        post(
            commentary="With @[Village Café](urn:li:organization:2414183) {hashtag|\\#|bread}",
            lifecycleStateInfo={"isEditedByAuthor": True},
            lastModifiedAt=1795341601000,
        )
    )

    assert found.text == "With Village Café #bread"
    assert found.edited_at == datetime(2026, 11, 22, 10, 0, 1, tzinfo=UTC)
    draft = replace(POST, parts=(Part(text),))
    assert compare(shown, draft, [Ref(URN)], {URN: found}) == []


async def test_what_a_token_may_not_read_is_neither_shown_nor_gone() -> None:
    denied = refused(403, "ACCESS_DENIED", "Not enough permissions", number=100)

    assert await shown_of(denied.model_copy(update={"method": "GET", "path": PATH})) == []


async def test_comment_is_shown_as_plain_text() -> None:
    told: JsonValue = {"message": {"text": "Thank you! (really)"}}
    [found] = await shown_of(Exchange(method="GET", path=f"{BELOW}/7", json_=told), urn=COMMENT)

    answer = replace(answering(URN), parts=(Part("Thank you! (really)"),))
    assert compare(shown, answer, [Ref(COMMENT)], {COMMENT: found}) == []


async def test_edit_escapes_a_post_and_leaves_a_comment_as_it_is() -> None:
    draft = replace(EDITED, parts=(Part("Closed (sorry)"),))
    done = Exchange(method="POST", path=PATH, status=204, text="")
    comment = done.model_copy(update={"path": f"{BELOW}/7", "status": 200})
    http = ScriptedHttp([done, comment])

    await edit.edit(http, CASE.access, Ref(URN), draft, now=NOW)
    await edit.edit(http, CASE.access, Ref(COMMENT), draft, now=NOW)

    assert [call.json for call in http.calls] == [
        {"patch": {"$set": {"commentary": r"Closed \(sorry\)"}}},
        {"patch": {"message": {"$set": {"text": "Closed (sorry)"}}}},
    ]
    assert {call.headers["x-restli-method"] for call in http.calls} == {"PARTIAL_UPDATE"}
    assert dict(http.calls[1].query) == {"actor": ORGANIZATION}


async def test_first_comment_follows_its_post_and_is_not_said_twice() -> None:
    commented = Exchange(
        method="POST", path=BELOW, status=201, headers={"x-restli-id": "7"}, text=""
    )
    slowed = CASE.failures["rate_limited"].model_copy(update={"method": "POST", "path": BELOW})
    http = ScriptedHttp([MADE, slowed])
    kept = Kept(http)
    with pytest.raises(Exception, match="slow down"):
        await linkedin.publish(http, CASE.access, FOLLOWED, {}, kept, now=NOW)

    again = ScriptedHttp([commented])
    published, _ = await publish("linkedin", again, FOLLOWED, kept.last)

    assert [ref.remote_id for ref in published.refs] == [URN, COMMENT]
    assert again.calls[0].json == {
        "actor": ORGANIZATION,
        "object": URN,
        "message": {"text": "The menu (in full): https://village.example"},
    }
