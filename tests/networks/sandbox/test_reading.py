from datetime import timedelta

import pytest

from domain.connector.errors import GrantExpired, Refused
from domain.connector.words import (
    Access,
    Draft,
    Grant,
    InboxItem,
    InboxKind,
    Login,
    Metric,
    Part,
    Profile,
    Published,
    Sample,
)
from domain.networks.sandbox import connect, inbox, metrics, publish
from tests.sandbox_stage import ROOT, Player, Stage


async def published(stage: Stage, player: Player, text: str = "Hello") -> Published:
    async def save(_: object) -> None: ...

    draft = Draft("key", (Part(text),))
    return await publish.publish(stage, player.access, draft, {}, save, now=stage.clock())


async def test_a_connection_tells_what_the_account_is(stage: Stage) -> None:
    made = await stage.client.post(
        "/v1/accounts",
        json={
            "handle": f"me_{stage.clock.now.microsecond}",
            "display_name": "Me",
            "idempotency": "C",
            "text_maximum": 280,
            "session_lifetime_s": 60,
        },
    )
    handle, token = made.json()["account"]["handle"], made.json()["token"]

    login = Login({"server": f"{ROOT}/", "handle": handle, "token": token})
    connected = await connect.connect(stage, login, now=stage.clock())

    assert connected.server == ROOT
    assert (connected.profile.handle, connected.profile.display_name) == (handle, "Me")
    assert connected.measures.text_max == 280
    assert connected.grant.extra == {"idempotency": "C"}
    assert connected.grant.expires_at == stage.clock.now + timedelta(seconds=60)


async def test_a_login_without_a_server_or_with_a_wrong_token_is_refused(stage: Stage) -> None:
    player = await stage.account()

    with pytest.raises(Refused) as incomplete:
        await connect.connect(stage, Login({"handle": player.handle}), now=stage.clock())
    login = Login({"server": ROOT, "handle": player.handle, "token": "sbx_wrong"})
    with pytest.raises(GrantExpired):
        await connect.connect(stage, login, now=stage.clock())

    assert incomplete.value.code == "network.login_incomplete"


async def test_a_session_that_ran_out_is_renewed_once(stage: Stage) -> None:
    player = await stage.account(session_lifetime_s=60)
    stage.clock.passes(61)
    with pytest.raises(GrantExpired):
        await connect.check(stage, player.access)

    grant = await connect.refresh(stage, player.access, now=stage.clock())

    assert grant is not None
    renewed = Access(ROOT, player.access.remote_id, player.handle, grant)
    assert (await connect.check(stage, renewed)).handle == player.handle
    with pytest.raises(GrantExpired):
        await connect.refresh(stage, player.access, now=stage.clock())


async def test_a_session_that_does_not_run_out_is_not_renewed(stage: Stage) -> None:
    player = await stage.account()

    assert await connect.refresh(stage, player.access, now=stage.clock()) is None


async def test_what_people_do_arrives_in_order_and_once(stage: Stage) -> None:
    player = await stage.account()
    post = await published(stage, player)
    replied = await player.people("ada", "reply", post_id=post.remote_id, text="Nice")
    await player.people("bruno", "like", post_id=post.remote_id)
    await player.people("chloe", "follow")
    quoted = await player.people("dario", "quote", post_id=post.remote_id, text="See")

    first = await inbox.read(stage, player.access, None)
    again = await inbox.read(stage, player.access, first.cursor)

    assert [(item.kind, item.author.handle, item.about) for item in first.items] == [
        (InboxKind.REPLY, "ada", post.remote_id),
        (InboxKind.LIKE, "bruno", post.remote_id),
        (InboxKind.FOLLOW, "chloe", None),
        (InboxKind.QUOTE, "dario", post.remote_id),
    ]
    assert first.items[0] == InboxItem(
        kind=InboxKind.REPLY,
        remote_id=replied["post"]["id"],
        author=Profile("ada", "ada", "Ada"),
        said_at=stage.clock.now,
        text="Nice",
        url=replied["post"]["url"],
        about=post.remote_id,
        root=post.remote_id,
    )
    assert first.items[3].remote_id == quoted["post"]["id"]
    assert (again.items, again.cursor, again.has_more) == ((), first.cursor, False)


async def test_what_people_take_back_is_told(stage: Stage) -> None:
    player = await stage.account()
    said = await player.people("ada", "mention", text="Oops")
    first = await inbox.read(stage, player.access, None)
    await stage.client.delete(
        f"/v1/accounts/{player.handle}/people/{said['post']['id']}",
        headers={"authorization": f"Bearer {player.token}"},
    )

    second = await inbox.read(stage, player.access, first.cursor)

    assert [(item.kind, item.remote_id, item.is_deleted) for item in second.items] == [
        (InboxKind.MENTION, said["post"]["id"], True)
    ]


async def test_many_notices_come_page_by_page(stage: Stage) -> None:
    player = await stage.account()
    for _ in range(103):
        await player.people("ada", "follow")

    first = await inbox.read(stage, player.access, None)
    second = await inbox.read(stage, player.access, first.cursor)

    assert (len(first.items), first.has_more) == (100, True)
    assert (len(second.items), second.has_more) == (3, False)


async def test_totals_are_read_and_what_is_gone_is_left_out(stage: Stage) -> None:
    player = await stage.account()
    kept, gone = await published(stage, player), await published(stage, player, "Gone")
    await player.people("ada", "like", post_id=kept.remote_id)
    await player.people("bruno", "like", post_id=kept.remote_id)
    await player.people("ada", "reply", post_id=kept.remote_id, text="Hm")
    await player.people("ada", "follow")
    await publish.withdraw(stage, player.access, gone.refs)

    posts = await metrics.sample_posts(stage, player.access, [kept.remote_id, gone.remote_id])
    account = await metrics.sample_account(stage, player.access)

    assert posts == [
        Sample(kept.remote_id, Metric.LIKES, 2, "likes"),
        Sample(kept.remote_id, Metric.REPOSTS, 0, "reposts"),
        Sample(kept.remote_id, Metric.REPLIES, 1, "replies"),
        Sample(kept.remote_id, Metric.QUOTES, 0, "quotes"),
    ]
    assert account == [
        Sample(player.access.remote_id, Metric.FOLLOWERS, 1, "followers"),
        Sample(player.access.remote_id, Metric.POSTS, 1, "posts"),
    ]


async def test_a_lively_account_is_answered_after_some_seconds(stage: Stage) -> None:
    player = await stage.account(is_lively=True)
    post = await published(stage, player)

    at_once = await inbox.read(stage, player.access, None)
    stage.clock.passes(7)
    later = await inbox.read(stage, player.access, at_once.cursor)
    again = await inbox.read(stage, player.access, later.cursor)
    stage.clock.passes(3600)
    totals = await metrics.sample_posts(stage, player.access, [post.remote_id])

    assert at_once.items == ()
    assert [item.kind for item in later.items] == [InboxKind.LIKE, InboxKind.REPLY]
    assert later.items[1].said_at == stage.clock.now - timedelta(seconds=3601)
    assert again.items == ()
    assert [sample.total for sample in totals] == [4, 1, 2, 0]


async def test_a_grant_is_never_shown_in_what_the_network_said(stage: Stage) -> None:
    player = await stage.account()
    access = Access(ROOT, "x", player.handle, Grant("sba_very_secret_token"))

    with pytest.raises(GrantExpired) as failure:
        await inbox.read(stage, access, None)

    assert "sba_very_secret_token" not in failure.value.said + failure.value.message
