from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from domain.connector.errors import (
    GrantExpired,
    Missing,
    OutcomeUnknown,
    RateLimited,
    Refused,
    StillWorking,
    Unavailable,
)
from domain.connector.words import Checkpoint, Draft, Link, Medium, Part, Poll, Published, Ref
from domain.networks.sandbox import edit, publish
from tests.sandbox_stage import Player, Stage

CLASSES = ["A", "B", "C", "D", "E"]
PNG = Medium(b"\x89PNG", "image/png", "a.png", alt_text="A cat")


def draft(*texts: str, key: str = "delivery-1", reply_to: str | None = None) -> Draft:
    return Draft(key, tuple(Part(text) for text in texts or ("Hello",)), reply_to=reply_to)


class Journey:
    """One delivery: its checkpoint as it was last kept."""

    def __init__(self, stage: Stage, player: Player, what: Draft) -> None:
        self.stage, self.player, self.what = stage, player, what
        self.checkpoint: Checkpoint = {}
        self.begun_at = stage.clock()

    async def publish(self) -> Published:
        return await publish.publish(
            self.stage,
            self.player.access,
            self.what,
            self.checkpoint,
            self.save,
            now=self.stage.clock(),
        )

    async def look_up(self) -> Published | None:
        return await publish.look_up(
            self.stage, self.player.access, self.what, self.checkpoint, since=self.begun_at
        )

    async def save(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint


@pytest.mark.parametrize("kind", CLASSES)
async def test_a_post_goes_out_once_in_every_class(stage: Stage, kind: str) -> None:
    player = await stage.account(idempotency=kind)

    published = await Journey(stage, player, draft("Grüezi 👋")).publish()

    posts = (await player.state())["posts"]
    assert [(post["id"], post["url"], post["text"]) for post in posts] == [
        (published.remote_id, published.url, "Grüezi 👋")
    ]


@pytest.mark.parametrize("kind", ["A", "B", "C", "D"])
async def test_a_poll_and_its_first_comment_go_out_once(stage: Stage, kind: str) -> None:
    player = await stage.account(idempotency=kind)
    poll = Poll(("Pain", "Vin"), timedelta(days=1), hides_totals=True)
    asked = Draft("delivery-1", (Part("Que faire ?", poll=poll), Part("Votez !")))
    journey = Journey(stage, player, asked)
    # The first is the question's, the second the comment's.
    await player.faults(
        {"on": "publish", "kind": "server_error_after_success", "times": 2, "seconds": 0}
    )

    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await journey.publish()
        stage.clock.passes(2)
    published = await journey.publish()

    question, comment = (await player.state())["posts"]
    assert question["poll"] == {
        "options": ["Pain", "Vin"],
        "duration_s": 86_400,
        "is_multiple": False,
        "hides_totals": True,
    }
    assert (comment["text"], comment["poll"]) == ("Votez !", None)
    assert comment["reply_to"] == question["id"]
    assert [ref.remote_id for ref in published.refs] == [question["id"], comment["id"]]
    assert await journey.look_up() == published


async def test_a_poll_of_other_options_is_not_taken_for_ours(stage: Stage) -> None:
    player = await stage.account(idempotency="D")
    day = timedelta(days=1)
    ours = Draft("delivery-1", (Part("Que faire ?", poll=Poll(("Pain", "Vin"), day)),))
    theirs = Draft("delivery-2", (Part("Que faire ?", poll=Poll(("Oui", "Non"), day)),))
    await Journey(stage, player, theirs).publish()

    assert await Journey(stage, player, ours).look_up() is None


async def test_nobody_answers_a_post_that_says_so(stage: Stage) -> None:
    player = await stage.account(is_lively=True)
    closed = Draft("delivery-1", (Part("Avis"),), settings={"answers_from": "nobody"})
    published = await Journey(stage, player, closed).publish()
    about = {"person": "bob", "kind": "reply", "post_id": published.remote_id, "text": "Non"}
    bearer = {"authorization": f"Bearer {player.token}"}

    refused = await stage.client.post(
        f"/v1/accounts/{player.handle}/people", headers=bearer, json=about
    )
    stage.clock.passes(86_400)
    posts = (await player.state())["posts"]

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "answers_closed")
    assert posts[0]["likes"] > 0
    assert [post["text"] for post in posts] == ["Avis"]


@pytest.mark.parametrize("kind", ["A", "B", "C", "D"])
@pytest.mark.parametrize("fault", ["server_error_after_success", "timeout_after_success"])
async def test_a_lost_answer_is_found_again(stage: Stage, kind: str, fault: str) -> None:
    player = await stage.account(idempotency=kind)
    await player.faults({"on": "publish", "kind": fault, "seconds": 0})
    journey = Journey(stage, player, draft("Once"))

    with pytest.raises(OutcomeUnknown):
        await journey.publish()
    stage.clock.passes(2)
    found = await journey.look_up()

    assert found is not None
    assert [post["id"] for post in (await player.state())["posts"]] == [found.remote_id]


@pytest.mark.parametrize("kind", ["A", "B", "C", "D"])
async def test_what_did_not_go_out_is_not_found_and_may_be_sent_again(
    stage: Stage, kind: str
) -> None:
    player = await stage.account(idempotency=kind)
    await player.faults({"on": "publish", "kind": "server_error"})
    journey = Journey(stage, player, draft("Once"))

    with pytest.raises(OutcomeUnknown):
        await journey.publish()
    before = await journey.look_up()
    await journey.publish()

    assert before is None
    assert await player.texts() == ["Once"]


@pytest.mark.parametrize(("kind", "copies"), [("A", 1), ("B", 1), ("C", 2), ("D", 2), ("E", 2)])
async def test_sending_blindly_again_doubles_where_no_key_protects(
    stage: Stage, kind: str, copies: int
) -> None:
    player = await stage.account(idempotency=kind)
    await player.faults({"on": "publish", "kind": "server_error_after_success"})
    journey = Journey(stage, player, draft("Once"))

    with pytest.raises(OutcomeUnknown):
        await journey.publish()
    await journey.publish()

    assert await player.texts() == ["Once"] * copies


async def test_class_e_cannot_tell(stage: Stage) -> None:
    player = await stage.account(idempotency="E")

    with pytest.raises(OutcomeUnknown):
        await Journey(stage, player, draft()).look_up()


async def test_a_look_up_sees_only_this_message(stage: Stage) -> None:
    player = await stage.account(idempotency="D")
    await Journey(stage, player, draft("Same words")).publish()
    stage.clock.passes(3600)
    later = Journey(stage, player, draft("Same words"))
    other = Journey(stage, player, draft("Other words"))
    with_picture = Journey(stage, player, Draft("k", (Part("Same words", media=(PNG,)),)))
    await Journey(stage, player, draft("Other  words ")).publish()

    assert await later.look_up() is None
    assert await other.look_up() is not None
    assert await with_picture.look_up() is None


@pytest.mark.parametrize("kind", CLASSES)
async def test_a_thread_hangs_together(stage: Stage, kind: str) -> None:
    player = await stage.account(idempotency=kind)

    published = await Journey(stage, player, draft("One", "Two", "Three")).publish()

    posts = {post["id"]: post for post in (await player.state())["posts"]}
    first, second, third = (ref.remote_id for ref in published.refs)
    assert [posts[each]["text"] for each in (first, second, third)] == ["One", "Two", "Three"]
    assert [posts[each]["reply_to"] for each in (first, second, third)] == [None, first, second]
    assert posts[third]["root_id"] == first


@pytest.mark.parametrize("kind", ["A", "B", "C", "D"])
@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_a_thread_that_broke_off_goes_on_where_it_was(
    stage: Stage, kind: str, lost: int
) -> None:
    player = await stage.account(idempotency=kind)
    journey = Journey(stage, player, draft("One", "Two", "Three"))
    passing = [{"on": "publish", "kind": "slow_media"}] * lost
    await player.faults(*passing, {"on": "publish", "kind": "server_error_after_success"})

    with pytest.raises(OutcomeUnknown):
        await journey.publish()
    found = await journey.look_up()
    published = await journey.publish() if lost < 2 else found

    assert await player.texts() == ["One", "Two", "Three"]
    assert found is not None
    assert published is not None
    assert (len(found.refs), len(published.refs)) == (lost + 1, 3)


async def test_files_are_sent_up_once_and_waited_for(stage: Stage) -> None:
    player = await stage.account(media_delay_s=60)
    journey = Journey(stage, player, Draft("k", (Part("Look", media=(PNG, PNG)),)))

    with pytest.raises(Unavailable) as failure:
        await journey.publish()
    stage.clock.passes(61)
    await journey.publish()

    state = await player.state()
    assert failure.value.code == "network.media_processing"
    assert state["media"] == 2
    assert [len(post["media"]) for post in state["posts"]] == [2]


async def test_all_that_a_draft_says_arrives(stage: Stage) -> None:
    player = await stage.account()
    asked = await player.people("ada", "mention", text="Hello?")
    what = Draft(
        "k",
        (Part("Yes", link=Link("https://example.org/a")),),
        language="de-CH",
        content_warning="Spoiler",
        reply_to=asked["post"]["id"],
    )

    await Journey(stage, player, what).publish()

    post = (await player.state())["posts"][-1]
    assert post["text"] == "Yes\n\nhttps://example.org/a"
    assert (post["language"], post["content_warning"]) == ("de-CH", "Spoiler")
    assert (post["reply_to"], post["root_id"]) == (asked["post"]["id"], asked["post"]["id"])


async def test_an_edit_changes_in_place_and_a_withdrawal_takes_away(stage: Stage) -> None:
    player = await stage.account()
    published = await Journey(stage, player, draft("One", "Two")).publish()

    await edit.edit(stage, player.access, published.refs[0], draft("Uno"), now=stage.clock())
    edited = await player.texts()
    await publish.withdraw(stage, player.access, published.refs)
    await publish.withdraw(stage, player.access, published.refs)

    assert (edited, await player.texts()) == (["Uno", "Two"], [])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate_limited", RateLimited),
        ("expired_token", GrantExpired),
        ("refused", Refused),
        ("server_error", OutcomeUnknown),
        ("timeout_before", OutcomeUnknown),
    ],
)
async def test_refusals_have_their_own_errors(
    stage: Stage, fault: str, error: type[Exception]
) -> None:
    player = await stage.account()
    await player.faults({"on": "publish", "kind": fault, "seconds": 0})

    with pytest.raises(error):
        await Journey(stage, player, draft()).publish()

    assert await player.texts() == []


async def test_an_answer_to_what_is_gone_is_refused(stage: Stage) -> None:
    player = await stage.account()
    asked = await player.people("ada", "mention", text="Hello?")
    reply_to = asked["post"]["id"]
    gone = await stage.client.delete(
        f"/v1/accounts/{player.handle}/people/{reply_to}",
        headers={"authorization": f"Bearer {player.token}"},
    )

    with pytest.raises(Refused) as refusal:
        await Journey(stage, player, draft(reply_to=reply_to)).publish()

    assert gone.status_code == 204
    assert "reply_to_missing" in refusal.value.said


async def test_an_edit_of_what_is_gone_says_so(stage: Stage) -> None:
    player = await stage.account()
    published = await Journey(stage, player, draft()).publish()
    await publish.withdraw(stage, player.access, published.refs)

    with pytest.raises(Missing):
        await edit.edit(
            stage, player.access, Ref(published.remote_id), draft("New"), now=stage.clock()
        )


async def test_a_post_of_long_before_is_not_taken_for_this_one(stage: Stage) -> None:
    player = await stage.account(idempotency="D")
    await Journey(stage, player, draft("Good morning")).publish()
    stage.clock.passes(timedelta(days=1).total_seconds())

    assert await Journey(stage, player, draft("Good morning")).look_up() is None


@pytest.mark.parametrize("kind", ["A", "B", "C", "D"])
async def test_a_post_quotes_another_once_however_often_it_is_sent(stage: Stage, kind: str) -> None:
    player = await stage.account(idempotency=kind)
    shown = await Journey(stage, player, draft("Look here", key="delivery-0")).publish()
    quoting = Draft("delivery-1", (Part("Read this", quote_of=shown.url), Part("And more")))
    journey = Journey(stage, player, quoting)
    await player.faults(
        {"on": "publish", "kind": "server_error_after_success", "times": 1, "seconds": 0}
    )

    with pytest.raises(OutcomeUnknown):
        await journey.publish()
    stage.clock.passes(2)
    published = await journey.publish()

    _, first, second = (await player.state())["posts"]
    assert [ref.remote_id for ref in published.refs] == [first["id"], second["id"]]
    assert (first["text"], first["quoted"]) == ("Read this", shown.remote_id)
    assert (second["text"], second["quoted"]) == ("And more", None)


async def test_an_address_elsewhere_is_written_out_and_stays_so_when_edited(stage: Stage) -> None:
    player = await stage.account(idempotency="D")
    part = Part("Read this", quote_of="https://village.example/@ana/7")

    published = await Journey(stage, player, Draft("delivery-1", (part,))).publish()
    again = Draft("delivery-1", (Part("Do read", quote_of=part.quote_of),))
    await edit.edit(stage, player.access, published.refs[0], again, now=stage.clock())

    (post,) = (await player.state())["posts"]
    assert (post["text"], post["quoted"]) == ("Do read\n\nhttps://village.example/@ana/7", None)


async def test_a_post_is_quoted_by_its_address_at_whatever_origin_people_see_it(
    stage: Stage,
) -> None:
    player = await stage.account(idempotency="D")
    shown = await Journey(stage, player, draft("Look here", key="delivery-0")).publish()
    place = urlsplit(shown.url or "").path
    part = Part("Read this", quote_of=f"https://parvis.example{place}")

    await Journey(stage, player, Draft("delivery-1", (part,))).publish()

    _, quoting = (await player.state())["posts"]
    assert (quoting["text"], quoting["quoted"]) == ("Read this", shown.remote_id)


async def test_what_is_quoted_must_be_there(stage: Stage) -> None:
    player = await stage.account(idempotency="D")
    shown = await Journey(stage, player, draft("Look here", key="delivery-0")).publish()
    await publish.withdraw(stage, player.access, shown.refs)

    quoting = Draft("delivery-1", (Part("Read this", quote_of=shown.url),))

    with pytest.raises(Refused) as caught:
        await Journey(stage, player, quoting).publish()

    assert "quoted_missing" in caught.value.said
    assert len((await player.state())["posts"]) == 1


async def test_a_video_is_worked_on_and_the_same_file_goes_out_later(stage: Stage) -> None:
    player = await stage.account(idempotency="D", media_delay_s=60)
    film = Medium(b"film", "video/mp4", "a.mp4", alt_text="A film")
    journey = Journey(stage, player, Draft("delivery-1", (Part("Look", media=(film,)),)))

    with pytest.raises(StillWorking) as caught:
        await journey.publish()
    stage.clock.passes(61)
    await journey.publish()

    assert caught.value.code == "network.media_processing"
    state = await player.state()
    assert [post["media"] for post in state["posts"]] != [[]]
    assert state["media"] == 1
