from pydantic import JsonValue

from domain.connector.words import Draft, Part, Ref, Shown
from domain.networks.wordpress import shown
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.networks.wordpress.case import CASE

API = "/wp-json/wp/v2"
ALONE, LISTED = f"{API}/posts/7", f"{API}/posts"


async def seen(remote_id: str, *script: Exchange) -> list[Shown]:
    http = ScriptedHttp(script)
    found = await shown.show(http, CASE.access, [Ref(remote_id)])
    http.assert_finished()
    return found


def answer(path: str, body: JsonValue, status: int = 200) -> Exchange:
    return Exchange(method="GET", path=path, status=status, json_=body)


async def test_article_that_is_not_public_any_more_is_gone() -> None:
    draft: JsonValue = {"id": 7, "status": "draft"}

    listed = await seen("posts/7", answer(LISTED, [draft]))
    missing = await seen(
        "posts/7", answer(LISTED, []), answer(ALONE, {"code": "rest_post_invalid_id"}, 404)
    )

    assert [each.is_gone for each in (*listed, *missing)] == [True, True]


async def test_article_without_a_number_breaks_no_showing() -> None:
    odd: JsonValue = {"id": "seven", "status": "draft"}

    found = await seen(
        "posts/7", answer(LISTED, [odd]), answer(ALONE, {"id": 7, "status": "draft"})
    )

    assert [each.is_gone for each in found] == [True]


async def test_what_we_may_not_read_is_not_known() -> None:
    forbidden: JsonValue = {"code": "rest_forbidden_context"}

    assert await seen("posts/7", answer(LISTED, []), answer(ALONE, forbidden, 403)) == []
    assert await seen("comments/3", answer(f"{API}/comments/3", forbidden, 403)) == []


async def test_comment_is_shown_once_it_is_approved() -> None:
    body: dict[str, JsonValue] = {"content": {"rendered": "<p>Thanks &#8220;all&#8221; 🙂</p>\n"}}
    path = f"{API}/comments/3"

    [public] = await seen("comments/3", answer(path, {"status": "approved", **body}))
    [held] = await seen("comments/3", answer(path, {"status": "trash", **body}))

    told = shown.told(Draft("key", (Part('Thanks "all" :-)'),), reply_to="posts/7"), 0)
    assert shown.alike(public.text) == shown.alike(told)
    assert (public.is_gone, held.is_gone) == (False, True)


async def test_media_of_an_article_are_its_cover_and_those_of_its_blocks() -> None:
    gallery = '<!-- wp:shortcode -->\n[gallery ids="5,6" link="none"]\n<!-- /wp:shortcode -->'
    raw = f"<p>Two.</p>\n\n{gallery}"
    article: JsonValue = {
        "id": 7,
        "status": "publish",
        "title": {"raw": "Two &amp; one"},
        "content": {"raw": raw},
        "featured_media": 4,
    }
    files: JsonValue = [{"id": 6, "alt_text": "Six"}, {"id": 4, "alt_text": "Four"}]

    [found] = await seen("posts/7", answer(LISTED, [article]), answer(f"{API}/media", files))

    assert (found.text, found.alt_texts) == ("Two & one\n\nTwo.", ("Four", "Six"))
