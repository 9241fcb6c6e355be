"""/v1/metrics as a client sees it."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from domain.metrics.measuring import plan_measuring
from domain.metrics.shapes import SeriesAnswer
from tests.domain.metrics.build import World, at
from tests.world import Tenant, client_for, make_token

NOVEMBER = {"from": "2026-11-02", "to": "2026-11-05"}
SERIES = "/v1/metrics/series"


@pytest.fixture
async def world(tenant: Tenant, database: Database) -> World:
    return await World(database, tenant.workspace_id).open()


async def series(tenant: Tenant, **asked: Any) -> list[dict[str, Any]]:
    query = urlencode({**NOVEMBER, **asked}, doseq=True)
    answer = await tenant.client.get(f"{SERIES}?{query}")
    assert answer.status_code == 200, answer.text
    SeriesAnswer.model_validate_json(answer.content)
    found: list[dict[str, Any]] = answer.json()["series"]
    return found


async def test_catalogue_says_how_each_metric_is_made(tenant: Tenant) -> None:
    metrics = {
        each["key"]: each for each in (await tenant.client.get("/v1/metrics")).json()["data"]
    }

    assert len(metrics) == 13
    assert metrics["engagements"]["parts"] == [
        "likes", "reposts", "replies", "quotes", "clicks", "saves",
    ]  # fmt: skip
    assert metrics["er_followers"] == {
        "key": "er_followers",
        "name": "Engagement rate by followers",
        "formula": "engagements ÷ followers × 100; of a post, the followers when it was published.",
        "unit": "percent",
        "is_additive": False,
        "scale": "post",
        "method": "rate",
        "parts": ["likes", "reposts", "replies", "quotes", "clicks", "saves"],
        "denominator": "followers",
    }


async def test_series_come_in_columns_and_say_how_they_were_counted(
    tenant: Tenant, world: World
) -> None:
    await world.publish("p1", at(2, 8))
    await world.sample(at(2), "p1", likes=5, reposts=1)
    await world.sample(at(3), "p1", likes=3, reposts=1)
    await world.sample(at(5), "p1", likes=9, reposts=2)

    answer = await tenant.client.get(
        f"{SERIES}?metric=engagements&group_by=network&from=2026-11-01&to=2026-11-05"
    )

    assert answer.json() == {
        "interval": "day",
        "group_by": "network",
        "days": ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"],
        "series": [
            {
                "metric": "engagements",
                "group": "mastodon",
                "values": [None, 6, -2, None, None],
                "totals": [None, 6, 4, None, 11],
                "known": [0, 1, 1, 0, 0],
                "measured": [0, 1, 1, 0, 1],
                "counted": {
                    "method": "sum_of_differences",
                    "time_zones": ["Europe/Zurich"],
                    "source_metrics": ["likes_count", "reposts_count"],
                    "parts": ["likes", "reposts"],
                    "denominator": None,
                },
            }
        ],
    }


async def test_asking_twice_gives_what_is_true_the_second_time(
    tenant: Tenant, world: World
) -> None:
    await world.publish("p1", at(2, 8))
    await world.sample(at(2), "p1", likes=5)
    first = await series(tenant, metric="likes")
    await world.sample(at(3), "p1", likes=7)
    second = await series(tenant, metric="likes")

    assert first[0]["values"] == [5, None, None, None]
    assert second[0]["values"] == [5, 2, None, None]


async def test_each_filter_narrows_and_groups_have_lines_of_their_own(
    tenant: Tenant, world: World
) -> None:
    other = world.new_account("bluesky")
    second = world.new_calendar("UTC")
    await world.add(other, second)
    copy = await world.publish("p1", at(2, 8))
    await world.publish("b1", at(2, 8), account=other, calendar=second)
    await world.sample(at(2), "p1", likes=5)
    await world.sample(at(2), "b1", account=other, likes=7)

    async def first_day(**asked: Any) -> dict[str | None, Any]:
        return {each["group"]: each["values"][0] for each in await series(tenant, **asked)}

    likes: dict[str, Any] = {"metric": "likes"}
    assert await first_day(**likes) == {None: 12}
    assert await first_day(**likes, group_by="network") == {"bluesky": 7, "mastodon": 5}
    assert await first_day(**likes, group_by="account") == {
        show("acct", world.account.id): 5,
        show("acct", other.id): 7,
    }
    assert await first_day(**likes, network="bluesky") == {None: 7}
    assert await first_day(**likes, network=["bluesky", "mastodon"]) == {None: 12}
    assert await first_day(**likes, account_id=show("acct", other.id)) == {None: 7}
    assert await first_day(**likes, calendar_id=show("cal", second.id)) == {None: 7}
    assert await first_day(**likes, post_id=show("post", copy.post_id or new_id())) == {None: 5}
    assert await first_day(**likes, community_id=show("com", world.community.id)) == {None: 12}
    (line,) = await series(tenant, **likes)
    assert line["counted"]["time_zones"] == ["Europe/Zurich", "UTC"]


async def test_weeks_and_months_are_differences_of_their_own_closings(
    tenant: Tenant, world: World
) -> None:
    await world.publish("p1", at(2, 8))
    for day, likes in ((2, 10), (11, 17), (16, 30)):
        await world.sample(at(day), "p1", likes=likes)

    (days,) = await series(tenant, metric="likes", to="2026-11-30")
    (weeks,) = await series(tenant, metric="likes", interval="week", to="2026-11-30")
    (months,) = await series(tenant, metric="likes", interval="month", to="2026-11-30")

    assert [each for each in days["values"] if each is not None] == [10]
    assert weeks["values"] == [10, 7, 13, None, None]
    assert months["values"] == [30]


async def test_rates_are_held_against_followers_and_null_without_them(
    tenant: Tenant, world: World
) -> None:
    await world.publish("p1", at(2, 8))
    await world.sample(at(2), "p1", likes=5, reposts=1)
    await world.sample(at(2), world.account.remote_id or "", followers=200)
    await world.sample(at(3), "p1", likes=6, reposts=1)

    followers, rate = await series(tenant, metric=["followers", "er_followers"])

    assert followers["totals"] == [200, None, None, None]
    assert rate["values"] == [3, None, None, None]
    assert rate["totals"] == [None] * 4
    assert rate["counted"] == {
        "method": "rate",
        "time_zones": ["Europe/Zurich"],
        "source_metrics": ["likes_count", "reposts_count"],
        "parts": ["likes", "reposts"],
        "denominator": "followers",
    }


async def test_a_post_is_rated_by_the_followers_it_was_published_to(
    tenant: Tenant, world: World
) -> None:
    await world.sample(at(2, 7), world.account.remote_id or "", followers=200)
    copy = await world.publish("p1", at(2, 8))
    async with world.database.transaction(world.workspace_id) as session:
        await plan_measuring(session, world.caller, world.account, now=at(2, 9), most=9)
    await world.sample(at(2, 9), world.account.remote_id or "", followers=500)
    await world.sample(at(2), "p1", likes=5, reposts=1)
    post_id = show("post", copy.post_id or new_id())

    (rate,) = await series(tenant, metric="er_followers", post_id=post_id)
    newest = (await tenant.client.get(f"/v1/posts/{post_id}/metrics")).json()

    assert rate["values"] == [3, None, None, None]
    assert newest["engagements"] == 6
    (found,) = newest["copies"]
    assert found["delivery_id"] == show("dlv", copy.id)
    assert (found["network"], found["engagement_parts"]) == ("mastodon", ["likes", "reposts"])
    assert (found["followers"], found["er_followers"], found["er_views"]) == (200, 3, None)
    assert found["totals"][0] == {
        "metric": "likes",
        "total": 5,
        "sampled_at": "2026-11-02T12:00:00Z",
        "source_metric": "likes_count",
    }


async def test_what_has_no_views_is_not_held_against_those_of_others(
    tenant: Tenant, world: World
) -> None:
    """Ten of two hundred who saw it and ninety elsewhere were told as half of the two hundred."""
    other = world.new_account("discourse")
    await world.add(other)
    seen = await world.publish("d1", at(2, 8), account=other)
    unseen = await world.publish("p1", at(2, 8))
    await world.sample(at(2), "d1", account=other, likes=10, views=200)
    await world.sample(at(2), "p1", likes=90)
    posts = [show("post", each.post_id or new_id()) for each in (seen, unseen)]

    (rate,) = await series(tenant, metric="er_views")
    (of_posts,) = await series(tenant, metric="er_views", post_id=posts)

    assert (rate["values"][0], rate["known"][0], rate["measured"][0]) == (5, 1, 2)
    assert (of_posts["values"], of_posts["known"]) == (rate["values"], rate["known"])


async def test_the_followers_a_post_is_rated_by_are_no_line_of_their_own(
    tenant: Tenant, world: World
) -> None:
    await world.sample(at(2, 7), world.account.remote_id or "", followers=200)
    copy = await world.publish("p1", at(2, 8))
    async with world.database.transaction(world.workspace_id) as session:
        await plan_measuring(session, world.caller, world.account, now=at(2, 9), most=9)
    await world.sample(at(2), "p1", likes=6)
    post_id = show("post", copy.post_id or new_id())

    rate, followers = await series(tenant, metric=["er_followers", "followers"], post_id=post_id)

    assert rate["values"] == [3, None, None, None]
    assert (followers["totals"], followers["measured"]) == ([None] * 4, [0] * 4)


async def test_an_account_shows_its_own_newest_numbers(tenant: Tenant, world: World) -> None:
    url = f"/v1/accounts/{show('acct', world.account.id)}/metrics"
    assert (await tenant.client.get(url)).json()["totals"] == []
    await world.sample(at(2), world.account.remote_id or "", followers=200, posts=7)

    found = (await tenant.client.get(url)).json()

    assert {each["metric"]: each["total"] for each in found["totals"]} == {
        "followers": 200,
        "posts": 7,
    }


async def test_raw_samples_are_listed_newest_first_page_by_page(
    tenant: Tenant, world: World
) -> None:
    copy = await world.publish("p1", at(2, 8))
    for hour in (9, 10, 11):
        await world.sample(at(2, hour), "p1", likes=hour, reposts=1)
    await world.sample(at(2, 12), world.account.remote_id or "", followers=200)
    post_id = show("post", copy.post_id or new_id())

    found, url = [], f"/v1/metrics/samples?limit=2&post_id={post_id}"
    while url:
        answer = await tenant.client.get(url)
        found += [(each["metric"], each["total"]) for each in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "")
    own = await tenant.client.get(
        f"/v1/metrics/samples?account_id={show('acct', world.account.id)}"
    )

    assert found == [
        ("reposts", 1), ("likes", 11), ("reposts", 1), ("likes", 10), ("reposts", 1), ("likes", 9),
    ]  # fmt: skip
    assert [(each["metric"], each["post_id"]) for each in own.json()["data"]] == [
        ("followers", None)
    ]


async def test_another_workspace_sees_nothing(
    tenant: Tenant, foreigner: Tenant, world: World
) -> None:
    copy = await world.publish("p1", at(2, 8))
    await world.sample(at(2), "p1", likes=5)
    post_id = show("post", copy.post_id or new_id())
    community_id = show("com", world.community.id)

    (line,) = await series(foreigner, metric="likes", community_id=community_id)
    by_post = await series(foreigner, metric="likes", post_id=post_id, group_by="network")
    samples = await foreigner.client.get(f"/v1/metrics/samples?post_id={post_id}")
    newest = await foreigner.client.get(f"/v1/posts/{post_id}/metrics")
    account = await foreigner.client.get(f"/v1/accounts/{show('acct', world.account.id)}/metrics")

    assert line["values"] == [None] * 4
    assert by_post == []
    assert samples.json()["data"] == []
    assert (newest.status_code, newest.json()["code"]) == (404, "not_found")
    assert (account.status_code, account.json()["code"]) == (404, "not_found")
    assert (await series(tenant, metric="likes", community_id=community_id))[0]["values"][0] == 5


async def test_known_questions_still_need_the_scope(
    tenant: Tenant, app: FastAPI, database: Database
) -> None:
    others = [scope for scope in Scope if scope is not Scope.METRICS_READ]
    token = await make_token(database, tenant.workspace_id, others)
    await series(tenant, metric="likes")

    async with client_for(app, token) as client:
        for url in ("/v1/metrics", f"{SERIES}?metric=likes&{urlencode(NOVEMBER)}"):
            answer = await client.get(url)
            assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("metric=fame", "request.invalid"),
        ("", "request.invalid"),
        ("metric=likes&from=2026-11-05&to=2026-11-01", "request.invalid"),
        ("metric=likes&from=2025-01-01&to=2026-11-01", "request.invalid"),
        ("metric=likes&to=9999-12-31", "request.invalid"),
        ("metric=likes&to=0001-01-05", "request.invalid"),
        ("metric=likes&post_id=acct_0199e2b4c1d07a3f8e5d6c7b8a901234", "id.wrong_kind"),
        ("metric=likes&community_id=junk", "id.malformed"),
        ("metric=likes&network=%22", "request.invalid"),
        ("metric=likes&group_by=mood", "request.invalid"),
    ],
)
async def test_what_cannot_be_meant_is_refused(tenant: Tenant, asked: str, code: str) -> None:
    answer = await tenant.client.get(f"{SERIES}?{asked}")

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_thirty_days_to_today_are_shown_when_nothing_is_said(tenant: Tenant) -> None:
    answer = (await tenant.client.get(f"{SERIES}?metric=likes")).json()

    assert len(answer["days"]) == 30
    assert abs(datetime.now(UTC).date() - date.fromisoformat(answer["days"][-1])) <= timedelta(1)
    (line,) = answer["series"]
    assert line["values"] == [None] * 30
    assert line["counted"]["time_zones"] == []


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
async def test_a_series_ends_today_where_the_house_is(tenant: Tenant, zone: str) -> None:
    body = {"name": "Island", "slug": "island", "time_zone": zone}
    await tenant.client.post("/v1/communities", json=body)
    days = [datetime.now(ZoneInfo(zone)).date()]

    answer = (await tenant.client.get(f"{SERIES}?metric=likes")).json()

    days.append(datetime.now(ZoneInfo(zone)).date())
    assert date.fromisoformat(answer["days"][-1]) in days


async def test_the_short_read_of_a_community_equals_the_long_one(
    tenant: Tenant, world: World
) -> None:
    second, other = world.new_account("mastodon"), world.new_account("bluesky")
    utc = world.new_calendar("UTC")
    await world.add(second, other, utc)
    await world.publish("p1", at(28, 8, month=9))
    await world.publish("p2", at(30, 8, month=10), account=second, calendar=utc)
    await world.publish("b1", at(20, 8), account=other)
    for moment, likes in ((at(28, month=9), 5), (at(29, month=9), 9), (at(1), 12), (at(2), 11)):
        await world.sample(moment, "p1", likes=likes, reposts=1)
    for day in (30, 31):
        await world.sample(at(day, month=10), "p2", account=second, likes=day, quotes=2)
    await world.sample(at(20), "b1", account=other, likes=3)
    accounts = [show("acct", each.id) for each in (world.account, second, other)]
    asked: dict[str, Any] = {
        "metric": ["engagements", "likes", "quotes"],
        "group_by": "network",
        "community_id": show("com", world.community.id),
    }

    for first, last in (("2026-09-28", "2026-11-20"), ("2026-10-31", "2026-11-01")):
        window = {"from": first, "to": last}
        short = await series(tenant, **asked, **window)
        long = await series(tenant, **asked, **window, account_id=accounts)
        assert short == long


async def test_two_accounts_of_one_network_counted_at_once_both_show(
    tenant: Tenant, world: World
) -> None:
    second = world.new_account("mastodon")
    await world.add(second)
    await world.publish("p1", at(2, 8))
    await world.publish("p2", at(2, 8), account=second)

    await asyncio.gather(
        *(world.sample(at(2, 12, minute), "p1", likes=minute) for minute in range(12)),
        *(world.sample(at(2, 12, m), "p2", account=second, likes=10 * m) for m in range(12)),
    )

    (line,) = await series(
        tenant,
        metric="likes",
        group_by="network",
        community_id=show("com", world.community.id),
    )
    assert (line["values"][0], line["known"][0]) == (121, 2)
