"""Quotes: found by their address, shown alone or beside what the post shows itself."""

from typing import Any

import pytest
from pydantic import JsonValue

from domain.connector.errors import Missing, Refused
from domain.connector.words import Draft, Link, Medium, Part
from tests.networks.bluesky.case import CASE
from tests.networks.drafts import PNG
from tests.networks.playing import publish
from tests.networks.scripted import Exchange, ScriptedHttp

ADDRESS = "https://bsky.app/profile/bea.example/post/3lbhx5vnm2s2c"
URI = "at://did:plc:bea/app.bsky.feed.post/3lbhx5vnm2s2c"
QUOTE = {"$type": "app.bsky.embed.record", "record": {"uri": URI, "cid": "cid-7"}}
RESOLVED = Exchange(
    method="GET",
    path="/xrpc/com.atproto.identity.resolveHandle",
    json_={"did": "did:plc:bea"},
)
CREATED = Exchange(
    method="POST",
    path="/xrpc/com.atproto.repo.createRecord",
    json_={"uri": "at://d/app.bsky.feed.post/1", "cid": "c"},
)


def found(**viewer: JsonValue) -> Exchange:
    post: JsonValue = {"uri": URI, "cid": "cid-7", "record": {}, "viewer": {**viewer}}
    return Exchange(method="GET", path="/xrpc/app.bsky.feed.getPosts", json_={"posts": [post]})


def draft(address: str = ADDRESS, **part: Any) -> Draft:
    return Draft("delivery-8", (Part("Read this.", quote_of=address, **part),), language="en")


def record(http: ScriptedHttp) -> dict[str, Any]:
    body: Any = http.calls[-1].json
    said: dict[str, Any] = body["record"]
    return said


async def test_quoted_post_is_shown_by_the_address_people_see_it_at() -> None:
    http = ScriptedHttp([RESOLVED, found(), CREATED])

    await publish("bluesky", http, draft(), {})

    http.assert_finished()
    assert (record(http)["text"], record(http)["embed"]) == ("Read this.", QUOTE)


async def test_address_with_the_account_itself_needs_no_look_for_its_handle() -> None:
    http = ScriptedHttp([found(), CREATED])

    await publish("bluesky", http, draft(ADDRESS.replace("bea.example", "did:plc:bea")), {})

    http.assert_finished()
    assert dict(http.calls[0].query) == {"uris": URI}


async def test_quoted_post_stands_beside_a_picture_or_the_card_of_a_link() -> None:
    uploaded = Exchange(
        method="POST", path="/xrpc/com.atproto.repo.uploadBlob", json_={"blob": {"ref": "b"}}
    )
    with_picture = ScriptedHttp([RESOLVED, found(), uploaded, CREATED])
    with_card = ScriptedHttp([RESOLVED, found(), CREATED])

    await publish("bluesky", with_picture, draft(media=(Medium(PNG, "image/png", "a"),)), {})
    await publish("bluesky", with_card, draft(link=Link("https://a.example/")), {})

    kinds = ["app.bsky.embed.images", "app.bsky.embed.external"]
    for http, kind in zip([with_picture, with_card], kinds, strict=True):
        http.assert_finished()
        embed = record(http)["embed"]
        assert embed["$type"] == "app.bsky.embed.recordWithMedia"
        assert (embed["record"], embed["media"]["$type"]) == (QUOTE, kind)


async def test_address_of_something_else_is_written_out() -> None:
    http = ScriptedHttp([CREATED])

    await publish("bluesky", http, draft("https://village.example/@ana/7"), {})

    http.assert_finished()
    assert record(http)["text"] == "Read this.\n\nhttps://village.example/@ana/7"
    assert "embed" not in record(http)


async def test_post_that_is_gone_or_may_not_be_quoted_is_refused_and_nothing_is_written() -> None:
    gone = Exchange(method="GET", path="/xrpc/app.bsky.feed.getPosts", json_={"posts": []})
    closed = found(embeddingDisabled=True)

    with pytest.raises(Missing):
        await publish("bluesky", ScriptedHttp([RESOLVED, gone]), draft(), {})
    with pytest.raises(Refused) as caught:
        await publish("bluesky", ScriptedHttp([RESOLVED, closed]), draft(), {})

    assert caught.value.code == "network.quote_refused"


async def test_own_post_is_asked_of_its_server_before_the_appview_shows_it() -> None:
    own = f"at://{CASE.access.remote_id}/app.bsky.feed.post/3lbhx5vnm2s2c"
    stored: JsonValue = {"uri": own, "cid": "cid-9", "value": {}}
    path = "/xrpc/com.atproto.repo.getRecord"
    http = ScriptedHttp([Exchange(method="GET", path=path, json_=stored), CREATED])
    address = ADDRESS.replace("bea.example", CASE.access.remote_id)

    await publish("bluesky", http, draft(address), {})

    http.assert_finished()
    assert record(http)["embed"]["record"] == {"uri": own, "cid": "cid-9"}
