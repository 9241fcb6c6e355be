"""The calendar view and lists of acts in the graph: what REST shows, page by page."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.kernel.ids import show
from tests.api.graph.asking import ask, refusal
from tests.desk import Desk

NO_CALENDAR = f'calendarIds: ["{show("com", UUID(int=0))}"]'
WINDOW = """
query ($after: String, $calendars: [ID!]) {
  entries(first: 2, after: $after, since: "2027-01-01T00:00:00Z", until: "2027-02-01T00:00:00Z",
          calendarIds: $calendars) {
    nodes { title publishAt wallTime state targets { accountId network handle } post { text }
            version pillarId campaignId }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def test_window_goes_on_from_its_cursor_and_shows_the_posts_behind(desk: Desk) -> None:
    for day in (12, 10, 11):
        await desk.draft(title=str(day), wall_time=f"2027-01-{day}T09:00:00")
    await desk.draft(title="February", wall_time="2027-02-10T09:00:00")

    first = (await ask(desk.tenant, WINDOW, calendars=[desk.calendar]))["entries"]
    end = first["pageInfo"]["endCursor"]
    rest = (await ask(desk.tenant, WINDOW, after=end))["entries"]

    assert [each["title"] for each in first["nodes"] + rest["nodes"]] == ["10", "11", "12"]
    assert first["nodes"][0] == {
        "title": "10",
        "publishAt": "2027-01-10T08:00:00Z",
        "wallTime": "2027-01-10T09:00:00",
        "state": "DRAFT",
        "targets": [{"accountId": desk.account, "network": "sandbox", "handle": "vaud"}],
        "post": {"text": "On taille."},
        "version": 1,
        "pillarId": None,
        "campaignId": None,
    }
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_window_goes_on_behind_what_was_published_at_once(desk: Desk) -> None:
    posts = [await desk.draft(title=title) for title in ("Maintenant", "Aussi")]
    for each in posts:
        await desk.post(f"/v1/posts/{each['id']}/schedule", 200, now=True)
    planned = [(await desk.client.get(f"/v1/posts/{each['id']}")).json() for each in posts]
    now = datetime.now(UTC)
    window = {"since": str(now - timedelta(days=1)), "until": str(now + timedelta(days=1))}
    query = """query ($since: DateTime!, $until: DateTime!, $after: String) {
      entries(first: 1, after: $after, since: $since, until: $until) {
        edges { cursor node { title publishAt } } pageInfo { hasNextPage } } }"""

    first = (await ask(desk.tenant, query, **window))["entries"]
    after = first["edges"][0]["cursor"]
    rest = (await ask(desk.tenant, query, **window, after=after))["entries"]

    assert [each["node"] for each in first["edges"] + rest["edges"]] == [
        {"title": each["title"], "publishAt": each["publish_at"]} for each in planned
    ]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ('since: "2027-02-01T00:00:00Z", until: "2027-01-01T00:00:00Z"', "request.invalid"),
        ('since: "2027-01-01T00:00:00Z", until: "2029-01-01T00:00:00Z"', "request.invalid"),
        (
            'since: "2027-01-01T00:00:00Z", until: "2027-02-01T00:00:00Z", after: "junk"',
            "cursor.invalid",
        ),
        (
            f'since: "2027-01-01T00:00:00Z", until: "2027-02-01T00:00:00Z", {NO_CALENDAR}',
            "id.wrong_kind",
        ),
    ],
)
async def test_window_that_is_none_has_the_code_of_rest(
    desk: Desk, arguments: str, code: str
) -> None:
    query = f"{{ entries({arguments}) {{ nodes {{ id }} }} }}"

    assert await refusal(desk.tenant, query) == (200, code)


async def test_deliveries_are_found_by_when_they_are_due(desk: Desk) -> None:
    for day in (10, 20):
        post = await desk.draft(wall_time=f"2027-01-{day}T09:00:00")
        await desk.post(f"/v1/posts/{post['id']}/schedule", 200)
    query = """query ($since: DateTime, $until: DateTime) {
        deliveries(since: $since, until: $until) { nodes { dueAt } } }"""

    found = await ask(desk.tenant, query, since="2027-01-11T00:00:00Z", until=None)
    rest = await desk.client.get("/v1/deliveries?until=2027-01-11T00:00:00Z")

    assert [each["dueAt"] for each in found["deliveries"]["nodes"]] == ["2027-01-20T08:00:00Z"]
    assert [each["due_at"] for each in rest.json()["data"]] == ["2027-01-10T08:00:00Z"]


async def test_every_code_of_rest_is_listed(desk: Desk) -> None:
    query = "{ errorCodes { code status title remedy isRetryable actingParty } }"

    found = (await ask(desk.tenant, query))["errorCodes"]
    listed = (await desk.client.get("/v1/errors")).json()

    assert [(each["code"], each["status"]) for each in found] == [
        (each["code"], each["status"]) for each in listed
    ]
    assert len(found) > 40
