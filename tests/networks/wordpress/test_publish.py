from dataclasses import replace

import pytest
from pydantic import JsonValue

from domain.connector.dialects.answering import ByGateway
from domain.connector.errors import GrantExpired, Missing, OutcomeUnknown, RateLimited, Refused
from domain.connector.words import Checkpoint, Draft, Medium, Part, Published, Ref
from domain.networks.wordpress import connect, edit, publish
from tests.networks.drafts import ILLUSTRATED, NOW, PNG, POST, answering
from tests.networks.playing import Kept
from tests.networks.scripted import Exchange, ScriptedHttp, body_text, recorded
from tests.networks.wordpress.case import CASE, refused

POSTS, COMMENTS = "/wp-json/wp/v2/posts", "/wp-json/wp/v2/comments"
OWN_SLUG = replace(POST, settings={"slug": "bread"})


def answer(method: str, path: str, json_: JsonValue = None, **changes: object) -> Exchange:
    facts = {"method": method, "path": path, "json_": json_, **changes}
    return Exchange.model_validate(facts)


def comment(id_: int, text: str) -> JsonValue:
    return {
        "id": id_,
        "post": 6,
        "date_gmt": "2026-11-26T10:00:00",
        "content": {"rendered": f"<p>{text}</p>\n"},
        "link": f"https://village.example/bread/#comment-{id_}",
    }


async def send(
    http: ScriptedHttp, draft: Draft, checkpoint: Checkpoint | None = None
) -> tuple[Published, Kept]:
    kept = Kept(http)
    sent = await publish.publish(http, CASE.access, draft, checkpoint or {}, kept, now=NOW)
    http.assert_finished()
    return sent, kept


async def test_article_that_was_tried_is_sought_before_it_is_sent_again() -> None:
    http = ScriptedHttp(recorded("wordpress", "look_up_found"))

    published, _ = await send(http, POST, {"is_trying": True})

    assert [call.method for call in http.calls] == ["GET"]
    assert published.remote_id == CASE.post_ids[0]


async def test_article_that_was_tried_and_is_not_there_is_sent_under_the_same_slug() -> None:
    http = ScriptedHttp([answer("GET", POSTS, []), *recorded("wordpress", "post")])

    await send(http, POST, {"is_trying": True})

    sought, written, _ = http.calls
    assert isinstance(written.json, dict)
    assert dict(sought.query)["slug"] == written.json["slug"]


async def test_article_is_a_draft_until_its_id_is_kept() -> None:
    http = ScriptedHttp(recorded("wordpress", "post"))

    _, kept = await send(http, POST)

    written, shown = http.calls
    assert isinstance(written.json, dict)
    assert written.json["status"] == "draft"
    assert (shown.url, shown.json) == (
        f"{CASE.access.server}/wp-json/wp/v2/{CASE.post_ids[0]}",
        {"status": "publish"},
    )
    assert kept.calls_before == [0, 1, 2]
    assert kept.checkpoints[1]["article"] == CASE.post_ids[0]


async def test_draft_whose_answer_got_lost_is_the_one_that_becomes_public() -> None:
    late: JsonValue = [{"id": 6, "status": "draft"}]
    public = answer("POST", f"{POSTS}/6", {"id": 6, "status": "publish"})
    http = ScriptedHttp([answer("GET", POSTS, late), public])

    published, _ = await send(http, POST, {"is_trying": True})

    assert published.remote_id == "posts/6"


async def test_public_article_is_meant_before_a_draft_that_came_late() -> None:
    both: JsonValue = [{"id": 7, "status": "draft"}, {"id": 6, "status": "publish"}]

    published, _ = await send(ScriptedHttp([answer("GET", POSTS, both)]), POST, {"is_trying": True})

    assert published.remote_id == "posts/6"


@pytest.mark.parametrize(("status", "found"), [("draft", None), ("publish", "posts/6")])
async def test_article_that_may_be_public_is_looked_up_by_its_id(
    status: str, found: str | None
) -> None:
    http = ScriptedHttp([answer("GET", f"{POSTS}/6", {"id": 6, "status": status})])
    reached: Checkpoint = {"is_trying": True, "article": "posts/6"}

    published = await publish.look_up(http, CASE.access, POST, reached, since=NOW)

    http.assert_finished()
    assert (published.remote_id if published else None) == found


async def test_draft_that_somebody_deleted_is_not_there() -> None:
    gone = refused(404, "rest_post_invalid_id", "Invalid post ID.")
    http = ScriptedHttp([gone.model_copy(update={"method": "GET", "path": f"{POSTS}/6"})])
    reached: Checkpoint = {"is_trying": True, "article": "posts/6"}

    assert await publish.look_up(http, CASE.access, POST, reached, since=NOW) is None


async def test_nothing_is_looked_up_that_was_never_sent() -> None:
    found = await publish.look_up(ScriptedHttp([]), CASE.access, OWN_SLUG, {}, since=NOW)

    assert found is None


async def test_slug_of_another_article_is_refused_and_nothing_is_sent() -> None:
    taken: JsonValue = [{"id": 3, "link": "https://village.example/bread/"}]
    http = ScriptedHttp([answer("GET", POSTS, taken)])

    with pytest.raises(Refused) as caught:
        await send(http, OWN_SLUG)

    assert caught.value.said == "https://village.example/bread/"
    assert [call.method for call in http.calls] == ["GET"]


async def test_own_slug_goes_along_once_it_is_free() -> None:
    http = ScriptedHttp([answer("GET", POSTS, []), *recorded("wordpress", "post")])

    await send(http, OWN_SLUG)

    assert isinstance(http.calls[1].json, dict)
    assert http.calls[1].json["slug"] == "bread"


async def test_category_that_the_site_lacks_is_refused_and_tags_are_made() -> None:
    draft = replace(POST, settings={"categories": ["Bread"], "tags": ["Warm"]})
    none = answer("GET", "/wp-json/wp/v2/categories", [{"id": 4, "name": "Breadcrumbs"}])
    with pytest.raises(Refused):
        await send(ScriptedHttp([none]), draft)

    there = answer("GET", "/wp-json/wp/v2/categories", [{"id": 4, "name": "bread"}])
    http = ScriptedHttp(
        [
            there,
            answer("GET", "/wp-json/wp/v2/tags", []),
            answer("POST", "/wp-json/wp/v2/tags", {"id": 9, "name": "Warm"}, status=201),
            *recorded("wordpress", "post"),
        ]
    )
    await send(http, draft)

    written = http.calls[-2].json
    assert isinstance(written, dict)
    assert (written["categories"], written["tags"]) == ([4], [9])


async def test_files_that_are_there_are_not_sent_up_again() -> None:
    http = ScriptedHttp(recorded("wordpress", "illustrated"))
    _, kept = await send(http, ILLUSTRATED)

    again = ScriptedHttp(recorded("wordpress", "illustrated")[1:])
    await send(again, ILLUSTRATED, kept.checkpoints[0])

    assert again.calls[0].json == http.calls[1].json
    assert isinstance(again.calls[0].json, dict)
    assert again.calls[0].json["featured_media"] != 0


async def test_comment_answers_a_comment_under_its_article() -> None:
    http = ScriptedHttp(
        [
            answer("GET", f"{COMMENTS}/12", comment(12, "Why?")),
            answer("POST", COMMENTS, comment(13, "Thank you!"), status=201),
        ]
    )

    published, kept = await send(http, answering("comments/12"))

    assert published.remote_id == "comments/13"
    assert http.calls[1].json == {"post": 6, "parent": 12, "content": "Thank you!"}
    assert kept.calls_before == [1, 2]


async def test_first_comment_follows_its_article_and_is_resumed_behind_it() -> None:
    draft = replace(POST, parts=(*POST.parts, Part("More in a moment.")))
    number = CASE.post_ids[0].rpartition("/")[2]
    lost = ScriptedHttp(
        [*recorded("wordpress", "post"), answer("POST", COMMENTS, error="outcome_unknown")]
    )
    kept = Kept(lost)
    with pytest.raises(OutcomeUnknown):
        await publish.publish(lost, CASE.access, draft, {}, kept, now=NOW)
    assert lost.calls[2].json == {"post": int(number), "parent": 0, "content": "More in a moment."}

    there = [answer("GET", COMMENTS, [comment(13, "More in a moment.")])]
    found = await publish.look_up(ScriptedHttp(there), CASE.access, draft, kept.last, since=NOW)
    resumed, _ = await send(ScriptedHttp(there), draft, kept.last)

    assert found is not None
    assert found.refs == resumed.refs
    assert [ref.remote_id for ref in resumed.refs] == [CASE.post_ids[0], "comments/13"]


async def test_first_comment_that_was_never_tried_is_not_there() -> None:
    draft = replace(POST, parts=(*POST.parts, Part("More in a moment.")))
    reached: Checkpoint = {"sent": [{"id": "posts/6", "url": None}]}

    found = await publish.look_up(ScriptedHttp([]), CASE.access, draft, reached, since=NOW)

    assert found is not None
    assert [ref.remote_id for ref in found.refs] == ["posts/6"]


async def test_comment_that_stands_there_already_is_the_one_we_meant() -> None:
    duplicate = refused(409, "comment_duplicate", "You have already said that!")
    http = ScriptedHttp(
        [
            duplicate.model_copy(update={"method": "POST", "path": COMMENTS}),
            answer("GET", COMMENTS, [comment(14, "Thank me!"), comment(13, "Thank you!")]),
        ]
    )

    published, _ = await send(http, answering("posts/6"))

    assert published.remote_id == "comments/13"
    assert dict(http.calls[1].query)["author"] == CASE.access.remote_id


async def test_lost_comment_is_looked_up_among_our_own() -> None:
    draft = answering("posts/6")
    lost = ScriptedHttp([answer("POST", COMMENTS, error="outcome_unknown")])
    kept = Kept(lost)
    with pytest.raises(OutcomeUnknown):
        await publish.publish(lost, CASE.access, draft, {}, kept, now=NOW)

    for there, found in (([comment(13, "Thank you!")], "comments/13"), ([], None)):
        http = ScriptedHttp([answer("GET", COMMENTS, there)])
        ref = await publish.look_up(http, CASE.access, draft, kept.last, since=NOW)
        assert (ref.remote_id if ref else None) == found


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "comment_flood", RateLimited),
        (401, "rest_comment_login_required", GrantExpired),
        (403, "rest_comment_closed", Refused),
        (403, "rest_comment_trash_post", Missing),
        (501, "rest_comment_odd", Refused),
    ],
)
async def test_comment_that_is_refused_says_why(
    status: int, code: str, error: type[Exception]
) -> None:
    refusal = refused(status, code, "No.").model_copy(update={"method": "POST", "path": COMMENTS})

    with pytest.raises(error) as caught:
        await send(ScriptedHttp([refusal]), answering("posts/6"))

    assert type(caught.value) is error


@pytest.mark.parametrize("remote_id", ["", "6", "posts/6/../7", "pages/6", "comments/x"])
async def test_what_is_no_id_of_ours_is_never_put_in_an_address(remote_id: str) -> None:
    with pytest.raises(Missing):
        await send(ScriptedHttp([]), answering(remote_id))


GATEWAY = "<h1>Forbidden</h1>"


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ({"status": 403, "text": GATEWAY}, ByGateway),
        ({"status": 404, "text": GATEWAY}, ByGateway),
        ({"status": 301, "text": ""}, ByGateway),
        ({"status": 403, "json_": {"code": "rest_cannot_access"}}, GrantExpired),
        ({"status": 401, "text": GATEWAY}, GrantExpired),
    ],
)
async def test_account_is_locked_out_by_its_site_and_not_by_what_stands_before_it(
    refusal: dict[str, JsonValue], error: type[Exception]
) -> None:
    http = ScriptedHttp([answer("GET", "/wp-json/wp/v2/users/me", **refusal)])

    with pytest.raises(error) as caught:
        await connect.check(http, CASE.access)

    assert type(caught.value) is error


@pytest.mark.parametrize(
    "refusal",
    [{"text": GATEWAY}, {"json_": {"code": "rest_no_route"}}],
    ids=["a gateway", "no route"],
)
async def test_nothing_is_gone_because_the_api_is_away(refusal: dict[str, JsonValue]) -> None:
    """Of a site whose api was lost all that had gone out counted as gone, or as taken away."""
    lost = answer("DELETE", f"{POSTS}/6", status=404, **refusal)

    with pytest.raises(Refused) as caught:
        await publish.withdraw(ScriptedHttp([lost]), CASE.access, [Ref("posts/6")])

    assert not isinstance(caught.value, Missing)


async def test_site_without_a_trash_is_told_to_delete_for_good() -> None:
    path = f"{POSTS}/6"
    refusal = refused(501, "rest_trash_not_supported", "No trash.")
    http = ScriptedHttp(
        [
            refusal.model_copy(update={"method": "DELETE", "path": path}),
            answer("DELETE", path, {"deleted": True}),
        ]
    )

    await publish.withdraw(http, CASE.access, [Ref("posts/6")])

    http.assert_finished()
    assert http.calls[1].query == (("force", "true"),)


async def test_edit_keeps_as_many_files_and_describes_them_anew() -> None:
    raw = (
        '<p>Old</p>\n\n<!-- wp:shortcode -->\n[gallery ids="8" link="none"]\n<!-- /wp:shortcode -->'
    )
    standing: JsonValue = {"content": {"raw": raw}, "featured_media": 7}
    media = tuple(Medium(PNG, "image/png", f"{n}.png", f"Picture {n}") for n in (1, 2))
    http = ScriptedHttp(
        [
            answer("GET", f"{POSTS}/6", standing),
            answer("POST", "/wp-json/wp/v2/media/7", {"id": 7}),
            answer("POST", "/wp-json/wp/v2/media/8", {"id": 8}),
            *recorded("wordpress", "edit")[1:],
        ]
    )

    draft = Draft("delivery-1", (Part("New", media),))
    await edit.edit(http, CASE.access, Ref("posts/6"), draft, now=NOW)

    http.assert_finished()
    assert [body_text(call) for call in http.calls[1:3]] == [
        '{"alt_text": "Picture 1"}',
        '{"alt_text": "Picture 2"}',
    ]
    said = http.calls[3].json
    assert isinstance(said, dict)
    assert said["title"] == "New"
    assert raw.partition("<p>Old</p>")[2].strip() in str(said["content"])
    assert not {"featured_media", "slug"} & set(said)


async def test_edit_with_other_files_sends_them_up() -> None:
    standing: JsonValue = {"content": {"raw": "<p>Old</p>"}, "featured_media": 7}
    http = ScriptedHttp([answer("GET", f"{POSTS}/6", standing), *recorded("wordpress", "edit")[1:]])

    await edit.edit(http, CASE.access, Ref("posts/6"), POST, now=NOW)

    assert isinstance(http.calls[1].json, dict)
    assert http.calls[1].json["featured_media"] == 0


async def test_edit_of_a_comment_changes_its_words() -> None:
    http = ScriptedHttp([answer("POST", f"{COMMENTS}/13", comment(13, "New"))])

    ref = await edit.edit(http, CASE.access, Ref("comments/13"), answering("posts/6"), now=NOW)

    assert (ref.remote_id, http.calls[0].json) == ("comments/13", {"content": "Thank you!"})
