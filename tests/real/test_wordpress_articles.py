"""Our connector, and the whole of Parvis, against a real WordPress: the reference for updates."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import JsonValue

from domain.connector.errors import GrantExpired, OutcomeUnknown, RateLimited, Refused
from domain.connector.words import Access, Checkpoint, Draft, Grant, InboxKind, Medium, Metric, Part
from domain.networks.wordpress import CONNECTOR, connect, edit, inbox, metrics
from domain.networks.wordpress import publish as publishing
from tests.house import settle_in
from tests.networks.drafts import ALT_TEXT, PNG
from tests.real import journey
from tests.real.losing import losing
from tests.real.outward import enter, is_found, now, outward, publish
from tests.real.rigs import WordPress
from tests.real.wordpress_village import WordPressVillage
from tests.stack import running_stack
from workers.http import OutwardHttp

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]
PICTURES = tuple(Medium(PNG, "image/png", f"{n}.png", f"{ALT_TEXT} {n}") for n in range(3))


@dataclass
class Stage:
    http: OutwardHttp
    site: WordPress
    village: WordPressVillage
    ana: Access

    def shown(self, remote_id: str) -> Any:
        return self.site.call("ana", "GET", f"{remote_id}?context=edit")

    def count(self, slug: str) -> int:
        return len(self.site.call("ana", "GET", f"posts?slug={slug}&status=any"))


@pytest.fixture
async def stage(wordpress: WordPress) -> AsyncIterator[Stage]:
    village = WordPressVillage(wordpress)
    async with outward(wordpress.origin) as http:
        yield Stage(http, wordpress, village, await enter(CONNECTOR, http, village.login("ana")))


@dataclass
class Kept:
    """The last checkpoint."""

    last: Checkpoint = field(default_factory=dict)

    async def __call__(self, reached: Checkpoint) -> None:
        self.last = reached


def draft(text: str, *, reply_to: str | None = None, **settings: JsonValue) -> Draft:
    return Draft(uuid4().hex, (Part(text),), reply_to=reply_to, settings=settings)


async def test_account_connects_from_any_page_and_is_locked_out_without_its_password(
    stage: Stage, wordpress: WordPress
) -> None:
    login = {**stage.village.login("ana"), "site": f"{wordpress.origin}/hello-world/"}
    access = await enter(CONNECTOR, stage.http, login)
    host = wordpress.origin.removeprefix("http://")
    assert (access.server, access.handle) == (wordpress.origin, f"ana@{host}")
    assert (await connect.check(stage.http, access)).display_name == "ana"
    broken = replace(access, grant=Grant("no-such-password", extra=access.grant.extra))
    with pytest.raises(GrantExpired):
        await connect.check(stage.http, broken)
    with pytest.raises(GrantExpired):
        await publish(CONNECTOR, stage.http, broken, draft("Not today"))


async def test_article_stands_as_it_was_meant(stage: Stage) -> None:
    text = "Le pain & le vin\n\nOn cuit <demain>, voir https://example.ch/pain.\nVenez !"
    settings: dict[str, JsonValue] = {
        "excerpt": "En bref",
        "slug": "le-pain",
        "categories": ["uncategorized"],
        "tags": ["Pain", "Vin & eau"],
        "is_open": False,
    }
    sent = Draft(uuid4().hex, (Part(text, PICTURES),), settings=settings)
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, sent)
    post = stage.shown(published.remote_id)
    assert (post["status"], post["slug"], post["link"]) == ("publish", "le-pain", published.url)
    assert post["title"]["rendered"] == "Le pain &#038; le vin"
    assert "On cuit &lt;demain&gt;, voir <a href" in post["content"]["rendered"]
    assert (post["excerpt"]["raw"], post["comment_status"]) == ("En bref", "closed")
    tags = {stage.shown(f"tags/{number}")["name"] for number in post["tags"]}
    assert tags == {"Pain", "Vin &amp; eau"}
    assert stage.shown(f"media/{post['featured_media']}")["alt_text"] == f"{ALT_TEXT} 0"
    for number in (1, 2):
        assert f'alt="{ALT_TEXT} {number}"' in post["content"]["rendered"]
    again = replace(sent, key=uuid4().hex)
    with pytest.raises(Refused):
        await publish(CONNECTOR, stage.http, stage.ana, again)
    assert stage.count("le-pain,le-pain-2") == 1


async def test_article_and_comment_sent_twice_stand_there_once(stage: Stage) -> None:
    article = draft("Only once")
    first, kept = await publish(CONNECTOR, stage.http, stage.ana, article)
    comment = draft("Really “once” -- yes...", reply_to=first.remote_id)
    said, said_kept = await publish(CONNECTOR, stage.http, stage.ana, comment)
    for sent, ref, checkpoints in ((article, first, kept), (comment, said, said_kept)):
        for checkpoint in checkpoints:
            again, _ = await publish(CONNECTOR, stage.http, stage.ana, sent, checkpoint)
            assert again == ref
            found = await publishing.look_up(stage.http, stage.ana, sent, checkpoint, since=now())
            assert is_found(found, ref)
    again, _ = await publish(CONNECTOR, stage.http, stage.ana, replace(comment, key=uuid4().hex))
    assert again == said
    number = first.remote_id.rpartition("/")[2]
    assert len(stage.site.call("ana", "GET", f"comments?post={number}")) == 1
    slug = stage.shown(first.remote_id)["slug"]
    assert stage.count(slug) == stage.count(f"{slug},{slug}-2") == 1


async def test_edit_in_place_keeps_address_and_files_and_withdrawal_goes_to_the_trash(
    stage: Stage,
) -> None:
    sent = Draft(uuid4().hex, (Part("Before\n\nOld text", PICTURES),))
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, sent)
    before = stage.shown(published.remote_id)
    renamed = tuple(replace(each, alt_text=f"New {n}") for n, each in enumerate(PICTURES))
    after = replace(sent, parts=(Part("After\n\nNew text", renamed),))
    ref = await edit.edit(stage.http, stage.ana, published.refs[0], after, now=now())
    post = stage.shown(published.remote_id)
    assert (ref, post["link"], post["slug"]) == (published.refs[0], before["link"], before["slug"])
    assert post["title"]["raw"] == "After"
    assert "New text" in post["content"]["rendered"]
    assert "Old text" not in post["content"]["rendered"]
    assert post["featured_media"] == before["featured_media"]
    assert 'alt="New 2"' in post["content"]["rendered"]
    for _ in range(2):
        await publishing.withdraw(stage.http, stage.ana, published.refs)
    assert stage.shown(published.remote_id)["status"] == "trash"
    assert (
        await publishing.look_up(stage.http, stage.ana, sent, {"is_trying": True}, since=now())
        is None
    )


async def test_comments_come_in_once_threaded_and_ours_do_not(stage: Stage) -> None:
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, draft("Talk to me"))
    baseline = await inbox.read(stage.http, stage.ana, None)
    first = stage.village.comment("bob", published.remote_id, "It’s “warm”?")
    answer = draft("Very warm.", reply_to=f"comments/{first}")
    answered, _ = await publish(CONNECTOR, stage.http, stage.ana, answer)
    second = stage.village.comment("carol", published.remote_id, "And here?", parent=first)
    page = await inbox.read(stage.http, stage.ana, baseline.cursor)
    told = [(item.kind, item.remote_id, item.about, item.root, item.text) for item in page.items]
    post = published.remote_id
    assert told == [
        (InboxKind.REPLY, f"comments/{first}", post, post, "It’s “warm”?"),
        (InboxKind.REPLY, f"comments/{second}", f"comments/{first}", post, "And here?"),
    ]
    assert [item.author.handle for item in page.items] == ["bob", "carol"]
    assert (await inbox.read(stage.http, stage.ana, page.cursor)).items == ()
    shown = stage.shown(answered.remote_id)
    assert (shown["parent"], shown["author_name"]) == (first, "ana")
    samples = await metrics.sample_posts(stage.http, stage.ana, [post, "posts/999999"])
    assert [(each.remote_id, each.metric, each.total) for each in samples] == [
        (post, Metric.REPLIES, 3)
    ]
    [posts] = await metrics.sample_account(stage.http, stage.ana)
    assert posts.total == len(stage.site.call("ana", "GET", "posts?author=1&per_page=100"))


async def test_site_says_no_in_ways_we_understand(stage: Stage) -> None:
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, draft("Quick!"))
    dora = await enter(CONNECTOR, stage.http, stage.village.login("dora"))
    with pytest.raises(Refused) as caught:
        await publish(CONNECTOR, stage.http, dora, draft("I may not"))
    assert "rest_cannot_create" in caught.value.said
    await publish(CONNECTOR, stage.http, dora, draft("One", reply_to=published.remote_id))
    with pytest.raises(RateLimited):
        await publish(CONNECTOR, stage.http, dora, draft("Two", reply_to=published.remote_id))
    nowhere = draft("Three", reply_to="posts/999999")
    with pytest.raises(Refused):
        await publish(CONNECTOR, stage.http, stage.ana, nowhere)


@pytest.mark.parametrize(("lost", "is_public"), [("/wp/v2/posts?", False), ("/wp/v2/posts/", True)])
async def test_article_whose_answer_got_lost_is_found_and_not_doubled(
    stage: Stage, wordpress: WordPress, lost: str, *, is_public: bool
) -> None:
    sent, kept = draft("Lost and found"), Kept()
    with losing(wordpress.origin) as loser:
        async with outward(loser.origin) as http:
            login = {**stage.village.login("ana"), "site": loser.origin}
            ana = await enter(CONNECTOR, http, login)
            loser.lose_once("POST", lost)
            with pytest.raises(OutcomeUnknown):
                await publishing.publish(http, ana, sent, {}, kept, now=now())
            found = await publishing.look_up(http, ana, sent, kept.last, since=now())
            again, _ = await publish(CONNECTOR, http, ana, sent, kept.last)
    assert len(loser.lost) == 1
    assert is_found(found, again) if is_public else found is None
    article = stage.shown(again.remote_id)
    assert article["status"] == "publish"
    assert stage.count(f"{article['slug']},{article['slug']}-2") == 1


def test_whole_of_parvis_publishes_edits_answers_and_withdraws_once(
    wordpress: WordPress, tmp_path: Path
) -> None:
    village = WordPressVillage(wordpress)
    with (
        losing(wordpress.origin) as loser,
        running_stack(tmp_path, OUTBOUND_ALLOW=loser.origin) as stack,
    ):
        client = stack.client()
        login = {**village.login("ana"), "site": loser.origin}
        _, calendar, account = settle_in(client, "wordpress", login, name="vaud")
        loser.lose_once("POST", "/wp/v2/posts")
        media_ids = [journey.pictured(client, PNG, ALT_TEXT)]
        text = "La vigne\n\nOn taille la vigne."
        more = {"media_ids": media_ids, "first_comment": "La suite bientôt."}
        post = journey.planned(client, calendar, account, text, **more)
        ref, first = journey.published(client, post["id"])["refs"]
        slug = wordpress.call("ana", "GET", ref["remote_id"])["slug"]
        once = wordpress.call("ana", "GET", f"posts?slug={slug},{slug}-2&status=any")

        journey.edited(client, post["id"], "La vigne\n\nOn a taillé la vigne.")
        edited = wordpress.call("ana", "GET", ref["remote_id"])
        village.comment("bob", ref["remote_id"], "Santé !")
        comment = journey.heard(client, "Santé !")
        journey.answered(client, comment, "À la vôtre !")
        number = ref["remote_id"].rpartition("/")[2]
        comments = wordpress.call("ana", "GET", f"comments?post={number}&order=asc")
        replies = journey.counted(client, post["id"], "replies")
        journey.withdrawn(client, post["id"])
        gone = wordpress.call("ana", "GET", ref["remote_id"])

    assert loser.lost == ["POST /wp-json/wp/v2/posts"]
    assert [each["id"] for each in once] == [int(number)]
    assert (comment["kind"], comment["post_id"]) == ("reply", post["id"])
    assert "On a taillé la vigne." in edited["content"]["rendered"]
    assert (edited["slug"], edited["featured_media"] > 0) == (slug, True)
    assert [(each["author_name"], each["parent"]) for each in comments] == [
        ("ana", 0),
        ("bob", 0),
        ("ana", comments[1]["id"]),
    ]
    assert comments[0]["content"]["rendered"] == "<p>La suite bientôt.</p>\n"
    assert first["remote_id"] == f"comments/{comments[0]['id']}"
    assert replies in (1, 2, 3)
    assert gone["status"] == "trash"
