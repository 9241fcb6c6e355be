from pydantic import JsonValue

from domain.connector.words import Ref, Shown
from domain.networks.bluesky import shown
from tests.networks.bluesky.case import CASE
from tests.networks.scripted import Exchange, ScriptedHttp

POSTS = "/xrpc/app.bsky.feed.getPosts"
RECORD = "/xrpc/com.atproto.repo.getRecord"
URI = "at://did:plc:ana/app.bsky.feed.post/1"


def posts(*uris: str, embed: JsonValue = None) -> Exchange:
    told: list[JsonValue] = [
        {"uri": uri, "cid": "c", "record": {"text": "Hi", "embed": embed}} for uri in uris
    ]
    return Exchange(method="GET", path=POSTS, json_={"posts": told})


async def test_post_the_appview_does_not_show_yet_is_not_known() -> None:
    record = Exchange(method="GET", path=RECORD, json_={"uri": URI, "cid": "c", "value": {}})
    http = ScriptedHttp([posts(), record])

    assert await shown.show(http, CASE.access, [Ref(URI)]) == []
    http.assert_finished()


async def test_posts_are_asked_for_by_25() -> None:
    uris = [f"{URI}{number}" for number in range(26)]
    http = ScriptedHttp([posts(*uris[:25]), posts(*uris[25:])])

    found = await shown.show(http, CASE.access, [Ref(uri) for uri in uris])

    assert [each.remote_id for each in found] == uris
    assert [len(call.query) for call in http.calls] == [25, 1]


async def test_media_count_beside_a_quote_and_as_a_video_too() -> None:
    images: JsonValue = {"images": [{"alt": "One"}, {}]}
    beside: JsonValue = {"record": {}, "media": images}
    video: JsonValue = {"video": {}, "alt": "Moving"}
    card: JsonValue = {"external": {}}
    embeds: list[JsonValue] = [images, beside, video, card]
    found = list[Shown]()
    for embed in embeds:
        found += await shown.show(ScriptedHttp([posts(URI, embed=embed)]), CASE.access, [Ref(URI)])

    assert [each.alt_texts for each in found] == [("One", ""), ("One", ""), ("Moving",), ()]
