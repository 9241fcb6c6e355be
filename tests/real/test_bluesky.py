"""Our connector and client against Bluesky's own directory, PDS and AppView."""

import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from pydantic import JsonValue

from domain.connector.errors import GrantExpired, Missing, Refused
from domain.connector.words import Access, Draft, Grant, Link, Medium, Part, Profile, Published
from domain.networks.bluesky import CONNECTOR, connect, inbox, metrics
from domain.networks.bluesky import publish as publishing
from domain.networks.bluesky.places import POSTS, key_of
from domain.networks.bluesky.records import create
from domain.networks.bluesky.settings import POSTGATE, THREADGATE
from domain.networks.bluesky.wire import pds_of
from tests.real.bluesky_village import BlueskyVillage
from tests.real.outward import enter, eventually, is_found, now, outward, publish
from tests.real.rigs import Bluesky
from workers.http import OutwardHttp

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

RICH = "Grüezi 👩‍🌾 @bob.test, see https://village.example/a_(b)). #Café! @nobody.test"


@dataclass
class Stage:
    http: OutwardHttp
    village: BlueskyVillage
    ana: Access

    async def post(self, *parts: Part, reply_to: str | None = None) -> Published:
        draft = Draft(uuid4().hex, parts, language="en", reply_to=reply_to)
        published, _ = await publish(CONNECTOR, self.http, self.ana, draft)
        return published


@pytest.fixture
async def stage(bluesky: Bluesky) -> AsyncIterator[Stage]:
    village = BlueskyVillage(bluesky)
    async with outward(bluesky.pds) as http:
        names = ("ana", "bob", "carol")
        village.people = {name: await enter(CONNECTOR, http, village.login(name)) for name in names}
        yield Stage(http, village, village.people["ana"])


def picture(width: int, height: int, *, padded_to: int = 0) -> bytes:
    """A PNG of one colour, with a comment that makes it as heavy as wanted."""
    rows = b"".join(b"\0" + b"\x20\x80\xc0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    size = 8 + sum(12 + len(content) for _, content in chunks)
    if padded_to > size:
        chunks.insert(2, (b"tEXt", b"c\0" + b"x" * (padded_to - size - 14)))
    made = (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


async def test_account_connects_by_app_password_and_its_session_renews(
    stage: Stage, bluesky: Bluesky
) -> None:
    grant = stage.ana.grant
    assert stage.ana.server == bluesky.pds
    assert stage.ana.remote_id == bluesky.accounts["ana"].did
    assert grant.expires_at is not None
    assert grant.expires_at > now()
    renewed = await connect.refresh(stage.http, stage.ana, now=now())
    assert renewed.refresh not in (None, grant.refresh)
    access = Access(stage.ana.server, stage.ana.remote_id, stage.ana.handle, renewed)
    profile = await connect.check(stage.http, access)
    assert profile == Profile(
        remote_id=stage.ana.remote_id,
        handle="ana.test",
        display_name="Ana",
        url=f"https://bsky.app/profile/{stage.ana.remote_id}",
    )


async def test_wrong_password_and_broken_token_lock_us_out(stage: Stage, bluesky: Bluesky) -> None:
    with pytest.raises(GrantExpired) as wrong:
        await enter(
            CONNECTOR,
            stage.http,
            {"server": bluesky.pds, "handle": "ana.test", "app_password": "wrong-wrong-wrong"},
        )
    assert "wrong-wrong-wrong" not in wrong.value.said
    broken = Access(stage.ana.server, stage.ana.remote_id, "ana.test", Grant("e30.e30.e30"))
    with pytest.raises(GrantExpired):
        await connect.check(stage.http, broken)
    with pytest.raises(GrantExpired):
        await inbox.read(stage.http, broken, None)


async def test_rich_post_stands_there_as_it_was_meant(stage: Stage) -> None:
    image = Medium(picture(40, 30), "image/png", "square.png", "The square", 40, 30)
    published = await stage.post(Part(RICH, media=(image,)))
    value = (await stage.village.record(stage.http, "ana", published.remote_id))["value"]
    assert value["text"] == RICH
    assert value["langs"] == ["en"]
    bob = stage.village.people["bob"].remote_id
    marked = [
        (
            RICH.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(),
            {name: each for name, each in facet["features"][0].items() if name != "$type"},
        )
        for facet in value["facets"]
    ]
    assert marked == [
        ("@bob.test", {"did": bob}),
        ("https://village.example/a_(b)", {"uri": "https://village.example/a_(b)"}),
        ("#Café", {"tag": "Café"}),
    ]
    (shown,) = value["embed"]["images"]
    assert (shown["alt"], shown["aspectRatio"]) == ("The square", {"width": 40, "height": 30})
    assert shown["image"]["size"] == len(image.content)


async def test_image_of_the_manifests_limit_is_taken_and_one_byte_more_is_not(
    stage: Stage,
) -> None:
    assert CONNECTOR.manifest.images is not None
    limit = CONNECTOR.manifest.images.maximum_bytes
    exact = Medium(picture(4, 4, padded_to=limit), "image/png", "large.png")
    assert len(exact.content) == limit
    assert (await stage.post(Part("", media=(exact,)))).remote_id
    larger = Medium(picture(4, 4, padded_to=limit + 1), "image/png", "larger.png")
    with pytest.raises(Refused):
        await stage.post(Part("", media=(larger,)))


async def test_text_of_the_manifests_limit_is_taken_and_one_grapheme_more_is_not(
    stage: Stage,
) -> None:
    assert (await stage.post(Part("é" * 299 + "🇨🇭"))).remote_id
    with pytest.raises(Refused):
        await stage.post(Part("é" * 300 + "🇨🇭"))


async def test_link_becomes_a_card(stage: Stage) -> None:
    card = Link("https://village.example/menu", "The menu", "Bread and cheese")
    published = await stage.post(Part("Tonight", link=card))
    value = (await stage.village.record(stage.http, "ana", published.remote_id))["value"]
    assert value["embed"] == {
        "$type": "app.bsky.embed.external",
        "external": {
            "uri": "https://village.example/menu",
            "title": "The menu",
            "description": "Bread and cheese",
        },
    }


async def test_draft_sent_twice_stands_there_once(stage: Stage) -> None:
    draft = Draft(uuid4().hex, (Part("One"), Part("Two"), Part("Three")))
    first, kept = await publish(CONNECTOR, stage.http, stage.ana, draft)
    for checkpoint in kept:
        again, _ = await publish(CONNECTOR, stage.http, stage.ana, draft, checkpoint)
        assert again == first
        found = await publishing.look_up(stage.http, stage.ana, draft, checkpoint, since=now())
        assert is_found(found, first)
    # The worst case: a write that arrived is written again, without a look in between.
    keys = kept[0]["keys"]
    assert isinstance(keys, list)
    record = {"$type": "app.bsky.feed.post", "text": "Other", "createdAt": "2026-11-22T10:00:00Z"}
    posts: list[tuple[str, JsonValue]] = [(POSTS, {**record})]
    stands = await create(pds_of(stage.http, stage.ana), stage.ana, str(keys[0]), posts)
    assert stands.uri == first.remote_id
    value = (await stage.village.record(stage.http, "ana", first.remote_id))["value"]
    assert value["text"] == "One"


async def test_answer_to_a_post_that_is_closed_to_us_is_refused(stage: Stage) -> None:
    settings: dict[str, JsonValue] = {"replies_from": []}
    closed = Draft(uuid4().hex, (Part("No answers, please"),), settings=settings)
    bob = stage.village.people["bob"]
    asked, _ = await publish(CONNECTOR, stage.http, bob, closed)
    uri = asked.remote_id
    await eventually(lambda: stage.village.is_shown(stage.http, "ana", uri), lambda shown: shown)

    with pytest.raises(Refused) as caught:
        await stage.post(Part("But I must"), reply_to=uri)

    assert caught.value.code == "network.answer_refused"


async def test_gates_stand_beside_the_post_however_often_it_is_sent(stage: Stage) -> None:
    settings: dict[str, JsonValue] = {"replies_from": ["followers"], "can_be_quoted": False}
    draft = Draft(uuid4().hex, (Part("Whom I ask"), Part("And more")), settings=settings)
    first, kept = await publish(CONNECTOR, stage.http, stage.ana, draft)
    for checkpoint in kept:
        again, _ = await publish(CONNECTOR, stage.http, stage.ana, draft, checkpoint)
        assert again == first
    # The worst case: all of it arrived and is written again, without a look in between.
    record = {"$type": POSTS, "text": "Other", "createdAt": "2026-11-22T10:00:00Z"}
    gate = {"$type": THREADGATE, "post": first.remote_id, "createdAt": "2026-11-22T10:00:00Z"}
    both: list[tuple[str, JsonValue]] = [(POSTS, {**record}), (THREADGATE, {**gate})]
    pds = pds_of(stage.http, stage.ana)
    stands = await create(pds, stage.ana, key_of(first.remote_id), both)
    assert stands.uri == first.remote_id
    gates = [
        [
            (await stage.village.record(stage.http, "ana", ref.remote_id.replace(POSTS, kind)))[
                "value"
            ]
            for kind in kinds
        ]
        for ref, kinds in zip(first.refs, ((THREADGATE, POSTGATE), (POSTGATE,)), strict=True)
    ]
    (replies, quotes), (quotes_below,) = gates
    assert replies["allow"] == [{"$type": f"{THREADGATE}#followerRule"}]
    assert replies["post"] == quotes["post"] == first.remote_id
    assert quotes["embeddingRules"] == [{"$type": f"{POSTGATE}#disableRule"}]
    assert quotes_below["post"] == first.refs[1].remote_id
    with pytest.raises(AssertionError, match="RecordNotFound"):
        await stage.village.record(
            stage.http, "ana", first.refs[1].remote_id.replace(POSTS, THREADGATE)
        )


async def test_appview_lets_nobody_answer_where_nobody_may(stage: Stage) -> None:
    draft = Draft(uuid4().hex, (Part("A notice"),), settings={"replies_from": []})
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, draft)
    shown = await eventually(
        lambda: stage.village.may_answer(stage.http, "bob", published.remote_id),
        lambda may: may is not None,
    )
    assert shown is False


async def test_thread_stopped_half_way_goes_on_where_it_stopped(stage: Stage) -> None:
    draft = Draft(uuid4().hex, (Part("One"), Part("Two")))
    whole, kept = await publish(CONNECTOR, stage.http, stage.ana, draft)
    await publishing.withdraw(stage.http, stage.ana, whole.refs[1:])
    found = await publishing.look_up(stage.http, stage.ana, draft, kept[0], since=now())
    assert found is not None
    assert found.refs == whole.refs[:1]
    again, _ = await publish(CONNECTOR, stage.http, stage.ana, draft, kept[0])
    assert again == whole


async def test_everything_done_towards_the_account_arrives_once(stage: Stage) -> None:
    published = await stage.post(Part("Good morning"))
    baseline = await inbox.read(stage.http, stage.ana, None)
    kinds = await stage.village.stir(stage.http, stage.ana, published.remote_id)
    page = await eventually(
        lambda: inbox.read(stage.http, stage.ana, baseline.cursor),
        lambda page: {item.kind.value for item in page.items} >= kinds,
    )
    by_kind = {item.kind.value: item for item in page.items}
    assert sorted(item.kind.value for item in page.items) == sorted(kinds)
    assert by_kind["reply"].text == "A reply"
    assert by_kind["reply"].about == by_kind["reply"].root == published.remote_id
    assert by_kind["mention"].text == "Hi @ana.test"
    assert by_kind["quote"].about == by_kind["like"].about == published.remote_id
    assert by_kind["follow"].author.handle == "carol.test"
    quiet = await inbox.read(stage.http, stage.ana, page.cursor)
    assert (quiet.items, quiet.has_more) == ((), False)
    answer = await stage.post(Part("Thank you!"), reply_to=by_kind["reply"].remote_id)
    value = (await stage.village.record(stage.http, "ana", answer.remote_id))["value"]
    assert value["reply"]["parent"]["uri"] == by_kind["reply"].remote_id
    assert value["reply"]["root"]["uri"] == published.remote_id


async def test_totals_are_those_the_appview_shows(stage: Stage) -> None:
    published = await stage.post(Part("Count me"), Part("And me"))
    gone = await stage.post(Part("Not me"))
    await publishing.withdraw(stage.http, stage.ana, gone.refs)
    await stage.village.stir(stage.http, stage.ana, published.remote_id)
    ids = [ref.remote_id for ref in (*published.refs, *gone.refs)]

    async def totals() -> dict[tuple[int, str], int]:
        samples = await metrics.sample_posts(stage.http, stage.ana, ids)
        return {(ids.index(each.remote_id), each.metric.value): each.total for each in samples}

    expected = {
        (0, "likes"): 1,
        (0, "reposts"): 1,
        (0, "replies"): 2,
        (0, "quotes"): 1,
        (1, "likes"): 0,
        (1, "reposts"): 0,
        (1, "replies"): 0,
        (1, "quotes"): 0,
    }
    assert await eventually(totals, lambda found: found == expected) == expected
    account = await metrics.sample_account(stage.http, stage.ana)
    assert {each.metric.value for each in account} == {"followers", "following", "posts"}


async def test_withdrawn_posts_are_gone_and_cannot_be_answered(stage: Stage) -> None:
    published = await stage.post(Part("One"), Part("Two"))
    for _ in range(2):
        await publishing.withdraw(stage.http, stage.ana, published.refs)
    with pytest.raises(Missing):
        await stage.post(Part("Hello?"), reply_to=published.remote_id)


async def test_video_and_quote_go_out_as_the_lexicon_has_them(stage: Stage) -> None:
    shown = await stage.post(Part("Look here"))
    film = Medium(b"\x00\x00\x00\x18ftypmp42film", "video/mp4", "a.mp4", "A film", 1920, 1080)

    quoting = await stage.post(Part("Read this", media=(film,), quote_of=shown.url))

    value = (await stage.village.record(stage.http, "ana", quoting.remote_id))["value"]
    embed = value["embed"]
    assert embed["$type"] == "app.bsky.embed.recordWithMedia"
    assert embed["record"]["record"]["uri"] == shown.remote_id
    assert embed["media"]["$type"] == "app.bsky.embed.video"
    assert embed["media"]["video"]["mimeType"] == "video/mp4"
    assert (value["text"], embed["media"]["alt"]) == ("Read this", "A film")
