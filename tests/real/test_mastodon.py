"""Our connector and client against somebody else's Mastodon api.

Most of it holds for any Mastodon; that it is not one is why recorded replies and the documentation
have the last word.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import JsonValue, RootModel

from domain.connector.errors import (
    GrantExpired,
    Missing,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.connector.plain import plain
from domain.connector.words import (
    Access,
    Draft,
    Grant,
    Login,
    Measures,
    Medium,
    Part,
    Poll,
    Visibility,
)
from domain.networks.mastodon import CONNECTOR, connect, edit, inbox, metrics
from domain.networks.mastodon import publish as publishing
from domain.networks.mastodon.answers import Status
from domain.networks.mastodon.wire import server_of
from tests.networks.drafts import ALT_TEXT, PNG
from tests.real.mastodon_village import MastodonVillage
from tests.real.outward import enter, is_found, now, outward, post_json, publish
from tests.real.rigs import MastodonMock
from workers.http import OutwardHttp

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]


class JsonObject(RootModel[dict[str, Any]]):
    """An answer as it came."""


@dataclass
class Stage:
    http: OutwardHttp
    village: MastodonVillage
    ana: Access

    async def status(self, status_id: str) -> Status:
        return await server_of(self.http, self.ana).read(f"/api/v1/statuses/{status_id}", Status)

    async def break_once(self, method: str, path: str, status: int) -> None:
        """Makes the server answer one call with a failure."""
        effect = {"type": "ratelimit" if status == 429 else "status", "status": status}
        rule: dict[str, JsonValue] = {
            "match": {"methods": [method], "path": path},
            "effect": {**effect},
            "count": 1,
        }
        await post_json(self.http, self.ana, "/api/v1/_mock/faults", {**rule})


@pytest.fixture
async def stage(mastodon_mock: MastodonMock) -> AsyncIterator[Stage]:
    village = MastodonVillage(mastodon_mock)
    async with outward(mastodon_mock.url) as http:
        names = ("ana", "bob", "carol")
        village.people = {name: await enter(CONNECTOR, http, village.login(name)) for name in names}
        yield Stage(http, village, village.people["ana"])


def draft(*parts: Part, reply_to: str | None = None) -> Draft:
    return Draft(uuid4().hex, parts, language="en", reply_to=reply_to)


async def test_account_connects_by_token_and_its_server_tells_its_limits(
    stage: Stage, mastodon_mock: MastodonMock
) -> None:
    login = stage.village.login("ana")
    access = await enter(CONNECTOR, stage.http, {**login, "server": f"{login['server']}/"})
    assert (access.server, access.handle) == (mastodon_mock.url, f"ana@{mastodon_mock.host}")
    profile = await connect.check(stage.http, access)
    assert (profile.remote_id, profile.display_name) == (access.remote_id, "Ana")
    broken = Access(access.server, access.remote_id, access.handle, Grant("no-such-token"))
    with pytest.raises(GrantExpired):
        await connect.check(stage.http, broken)


async def test_limits_of_the_server_are_measured(stage: Stage) -> None:
    found = await connect.connect(stage.http, Login(stage.village.login("ana")), now=now())
    assert found.measures == Measures(
        text_max=500,
        media_max=4,
        url_length=23,
        image_max_bytes=10_485_760,
        image_max_pixels=16_777_216,
        video_max_bytes=41_943_040,
        video_max_pixels=2_304_000,
        poll_options_max=4,
        poll_option_max=50,
        poll_lasts_min_s=300,
        poll_lasts_max_s=2_629_746,
    )


async def test_thread_with_picture_warning_and_visibility_stands_as_it_was_meant(
    stage: Stage,
) -> None:
    picture = Medium(PNG, "image/png", "square.png", ALT_TEXT)
    sent = Draft(
        uuid4().hex,
        (Part("One", media=(picture,)), Part("Two")),
        "fr",
        Visibility.UNLISTED,
        "Politics",
    )
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, sent)
    one, two = [await stage.status(ref.remote_id) for ref in published.refs]
    assert (plain(one.content), plain(two.content)) == ("One", "Two")
    assert (one.visibility, one.language, one.spoiler_text) == ("unlisted", "fr", "Politics")
    assert len(one.media_attachments) == 1
    assert two.in_reply_to_id == one.id
    assert published.url == one.url


async def test_draft_sent_twice_stands_there_once(stage: Stage) -> None:
    twice = draft(Part("Only once"), Part("And this"))
    first, kept = await publish(CONNECTOR, stage.http, stage.ana, twice)
    for checkpoint in ({}, *kept):
        again, _ = await publish(CONNECTOR, stage.http, stage.ana, twice, checkpoint)
        assert again == first
        found = await publishing.look_up(stage.http, stage.ana, twice, checkpoint, since=now())
        assert is_found(found, first)


async def test_poll_and_settings_stand_as_they_were_meant_once(stage: Stage) -> None:
    poll = Poll(("Bread", "Cake"), timedelta(days=1), is_multiple=True)
    settings: dict[str, JsonValue] = {"quotes_from": "followers", "is_sensitive": True}
    sent = Draft(uuid4().hex, (Part("What next?", poll=poll),), "en", settings=settings)
    first, kept = await publish(CONNECTOR, stage.http, stage.ana, sent)
    for checkpoint in ({}, *kept):
        again, _ = await publish(CONNECTOR, stage.http, stage.ana, sent, checkpoint)
        assert again == first
        found = await publishing.look_up(stage.http, stage.ana, sent, checkpoint, since=now())
        assert is_found(found, first)
    told = await server_of(stage.http, stage.ana).read(
        f"/api/v1/statuses/{first.remote_id}", JsonObject
    )
    assert [option["title"] for option in told.root["poll"]["options"]] == ["Bread", "Cake"]
    assert told.root["poll"]["multiple"] is True
    assert (told.root["quote_approval_policy"], told.root["sensitive"]) == ("followers", True)
    without = replace(sent, parts=(Part("What next?"),))
    assert await publishing.look_up(stage.http, stage.ana, without, {}, since=now()) is None
    edited = replace(sent, parts=(Part("And now?", poll=poll),))
    await edit.edit(stage.http, stage.ana, first.refs[0], edited, now=now())
    status = await stage.status(first.remote_id)
    assert plain(status.content) == "And now?"
    assert status.poll is not None
    assert [option.title for option in status.poll.options] == ["Bread", "Cake"]


async def test_edit_and_withdrawal_are_seen(stage: Stage) -> None:
    picture = Medium(PNG, "image/png", "square.png", ALT_TEXT)
    published, _ = await publish(
        CONNECTOR, stage.http, stage.ana, draft(Part("Before", media=(picture,)))
    )
    after = draft(Part("After", media=(picture,)))
    await edit.edit(stage.http, stage.ana, published.refs[0], after, now=now())
    status = await stage.status(published.remote_id)
    assert plain(status.content) == "After"
    assert len(status.media_attachments) == 1
    for _ in range(2):
        await publishing.withdraw(stage.http, stage.ana, published.refs)
    with pytest.raises(Missing):
        await stage.status(published.remote_id)


async def test_everything_done_towards_the_account_arrives_once(stage: Stage) -> None:
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, draft(Part("Good morning")))
    baseline = await inbox.read(stage.http, stage.ana, None)
    kinds = await stage.village.stir(stage.http, stage.ana, published.remote_id)
    page = await inbox.read(stage.http, stage.ana, baseline.cursor)
    by_kind = {item.kind.value: item for item in page.items}
    assert sorted(item.kind.value for item in page.items) == sorted(kinds)
    assert by_kind["reply"].about == by_kind["like"].about == published.remote_id
    assert by_kind["mention"].text == "Hi @ana!\nHow are you?"
    quiet = await inbox.read(stage.http, stage.ana, page.cursor)
    assert (quiet.items, quiet.cursor, quiet.has_more) == ((), page.cursor, False)
    answer = draft(Part("Thank you!"), reply_to=by_kind["reply"].remote_id)
    answered, _ = await publish(CONNECTOR, stage.http, stage.ana, answer)
    status = await stage.status(answered.remote_id)
    assert status.in_reply_to_id == by_kind["reply"].remote_id
    assert plain(status.content) == "@bob Thank you!"


async def test_totals_are_those_the_server_shows(stage: Stage) -> None:
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, draft(Part("Count me")))
    gone, _ = await publish(CONNECTOR, stage.http, stage.ana, draft(Part("Not me")))
    await publishing.withdraw(stage.http, stage.ana, gone.refs)
    await stage.village.stir(stage.http, stage.ana, published.remote_id)
    ids = [published.remote_id, gone.remote_id]
    samples = await metrics.sample_posts(stage.http, stage.ana, ids)
    totals = {(each.remote_id, each.metric.value): each.total for each in samples}
    assert totals[published.remote_id, "likes"] == 1
    assert totals[published.remote_id, "reposts"] == 1
    assert totals[published.remote_id, "replies"] == 1
    assert {remote_id for remote_id, _ in totals} == {published.remote_id}
    account = await metrics.sample_account(stage.http, stage.ana)
    assert {each.metric.value for each in account} == {"followers", "following", "posts"}


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, GrantExpired), (422, Refused), (429, RateLimited), (503, OutcomeUnknown)],
)
async def test_server_that_fails_while_it_writes_is_understood(
    stage: Stage, status: int, error: type[Exception]
) -> None:
    await stage.break_once("POST", "/api/v1/statuses", status)
    with pytest.raises(error) as caught:
        await publish(CONNECTOR, stage.http, stage.ana, draft(Part("Not today")))
    assert type(caught.value) is error


async def test_server_that_fails_while_we_read_is_only_out_of_reach(stage: Stage) -> None:
    await stage.break_once("GET", "/api/v1/notifications", 503)
    with pytest.raises(Unavailable):
        await inbox.read(stage.http, stage.ana, None)
