"""A caller who is held to one community, on every route that shows or changes something."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from domain.kernel.caller import WHOLE_WORKSPACE
from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.workspaces.shapes import Role
from tests.api.graph.asking import post
from tests.domain.identity.build import build_key, build_member
from tests.domain.media.files import picture
from tests.held import Place, make_place
from tests.world import Tenant, client_for

NEEDED = {
    "/v1/entries": "since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z",
    "/v1/occasions": "since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z",
    "/v1/calendars/{calendar_id}/entries": "since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z",
    "/v1/metrics/series": "metric=likes&group_by=account",
}
LISTED = {
    "com",
    "cal",
    "cam",
    "rec",
    "imp",
    "evc",
    "occ",
    "acct",
    "cns",
    "post",
    "dlv",
    "men",
    "auth",
    "conv",
    "inv",
    "xrq",
    "idea",
    "cand",
    "pol",
    "pau",
    "rev",
    "upd",
    "src",
}
BY_PARAMETER = {
    "community_id": "com",
    "calendar_id": "cal",
    "campaign_id": "cam",
    "recurrence_id": "rec",
    "import_id": "imp",
    "idea_id": "idea",
    "candidate_id": "cand",
    "account_id": "acct",
    "consent_id": "cns",
    "post_id": "post",
    "delivery_id": "dlv",
    "mention_id": "men",
    "author_id": "auth",
    "conversation_id": "conv",
    "invitation_id": "inv",
    "expert_request_id": "xrq",
    "calendar_feed_id": "feed",
    "event_calendar_id": "evc",
    "occasion_id": "occ",
    "policy_id": "pol",
    "pause_id": "pau",
    "review_id": "rev",
    "update_id": "upd",
    "source_id": "src",
}


@pytest.fixture
async def seen(tenant: Tenant, database: Database) -> Place:
    return await make_place(database, tenant.workspace_id, word="raclette")


@pytest.fixture
async def hidden(tenant: Tenant, database: Database) -> Place:
    return await make_place(database, tenant.workspace_id, word="fondue")


@pytest.fixture
async def client(
    app: FastAPI, database: Database, tenant: Tenant, seen: Place
) -> AsyncIterator[httpx2.AsyncClient]:
    """The key of an owner, held to the community of `seen`."""
    member_id = await build_member(database, tenant.workspace_id, Role.OWNER)
    key = await build_key(database, tenant.workspace_id, member_id, communities=[seen.community_id])
    async with client_for(app, key) as found:
        yield found


def reads_of(app: FastAPI) -> list[str]:
    return [path for path, each in app.openapi()["paths"].items() if "get" in each]


def lists_of(app: FastAPI) -> list[str]:
    return [path for path in reads_of(app) if "{" not in path]


def is_refused(app: FastAPI, path: str) -> bool:
    """Whether it takes a scope that nobody has who is held."""
    asked = app.openapi()["paths"][path]["get"].get("security") or [{"bearer": []}]
    return not WHOLE_WORKSPACE.isdisjoint(asked[0]["bearer"])


def asked(path: str) -> str:
    return f"{path}?{NEEDED[path]}" if path in NEEDED else path


def ids_in(body: str, place: Place) -> set[str]:
    """The kinds of things of a place that a body names."""
    return {prefix for prefix, id_ in place.ids.items() if show(prefix, id_) in body}


async def test_every_list_shows_the_seen_community_and_nothing_of_another(
    app: FastAPI, client: httpx2.AsyncClient, tenant: Tenant, seen: Place, hidden: Place
) -> None:
    of_all, of_seen = set(), set()
    for path in lists_of(app):
        if is_refused(app, path):
            continue
        whole = await tenant.client.get(asked(path))
        answer = await client.get(asked(path))
        assert (path, answer.status_code) == (path, 200), answer.text
        assert (path, ids_in(answer.text, hidden)) == (path, set())
        of_all |= ids_in(whole.text, hidden)
        of_seen |= ids_in(answer.text, seen)

    assert of_all == of_seen == LISTED


@pytest.mark.parametrize("prefix", ["post", "dlv"])
async def test_what_another_community_published_is_no_quote(
    client: httpx2.AsyncClient, seen: Place, hidden: Place, prefix: str
) -> None:
    answers = [
        await client.post(
            "/v1/posts/validate",
            json={
                "text": "Lisez.",
                "quote_of": show(prefix, place.ids[prefix]),
                "variants": [{"account_id": show("acct", seen.ids["acct"])}],
            },
        )
        for place in (seen, hidden)
    ]

    assert [each.status_code for each in answers] == [200, 404]
    assert answers[1].json()["code"] == "not_found"


async def test_every_read_by_id_finds_nothing_of_another_community(
    app: FastAPI, client: httpx2.AsyncClient, seen: Place, hidden: Place
) -> None:
    tried = 0
    for path in reads_of(app):
        parameter = path.partition("{")[2].partition("}")[0]
        prefix = BY_PARAMETER.get(parameter)
        if prefix is None:
            continue
        for place, status in ((seen, 200), (hidden, 404)):
            filled = asked(path).replace(f"{{{parameter}}}", show(prefix, place.ids[prefix]))
            if path in NEEDED:
                filled = f"{filled.partition('?')[0]}?{NEEDED[path]}"
            answer = await client.get(filled)
            assert (path, answer.status_code) == (path, status), answer.text
        tried += 1

    assert tried >= 17


async def test_what_speaks_through_an_account_of_another_community_is_not_theirs_to_send(
    client: httpx2.AsyncClient, tenant: Tenant, seen: Place, hidden: Place
) -> None:
    draft = {
        "calendar_id": show("cal", seen.ids["cal"]),
        "title": "Raclette",
        "text": "On racle.",
        "variants": [{"account_id": show("acct", hidden.ids["acct"])}],
    }
    post = (await tenant.client.post("/v1/posts", json=draft)).json()

    answer = await client.post(f"/v1/posts/{post['id']}/schedule", json={"now": True})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["detail"] == "There is no such account in this workspace."
    assert (await client.get(f"/v1/posts/{post['id']}")).json()["state"] == "draft"


async def test_what_shows_all_communities_is_refused(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    refused = [path for path in lists_of(app) if is_refused(app, path)]

    for path in refused:
        answer = await client.get(path)
        assert (path, answer.status_code) == (path, 403)
        assert answer.json()["code"] == "scope.missing"
    assert "/v1/events" in refused


async def test_search_finds_nothing_of_another_community(
    client: httpx2.AsyncClient, tenant: Tenant, seen: Place, hidden: Place
) -> None:
    async def found(client: httpx2.AsyncClient, query: str) -> list[str]:
        answer = await client.get(f"/v1/mentions?{query}")
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["data"]]

    own, other = show("men", seen.ids["men"]), show("men", hidden.ids["men"])
    assert await found(tenant.client, "q=parle") == [other, own]
    assert await found(client, "q=parle") == [own]
    assert await found(client, "q=fondue") == []
    assert await found(client, f"q=parle&community_id={show('com', hidden.community_id)}") == []
    assert await found(client, f"community_id={show('com', hidden.community_id)}") == []
    assert await found(client, "status=answered&network=sandbox") == []
    assert await found(client, "status=open&network=sandbox") == [own]


async def test_search_of_posts_finds_nothing_of_another_community(
    client: httpx2.AsyncClient, tenant: Tenant, seen: Place, hidden: Place
) -> None:
    made = []
    for place in (seen, hidden):
        draft = {"calendar_id": show("cal", place.ids["cal"]), "title": "Chacun parle"}
        made.append((await tenant.client.post("/v1/posts", json=draft)).json()["id"])
    found = [await each.get("/v1/posts?q=parle") for each in (tenant.client, client)]

    assert [each["id"] for each in found[0].json()["data"]] == made[::-1]
    assert [each["id"] for each in found[1].json()["data"]] == made[:1]


async def test_inbox_of_a_held_caller_takes_no_tag_of_one_who_sees_more(
    client: httpx2.AsyncClient, tenant: Tenant, seen: Place
) -> None:
    whole = await tenant.client.get("/v1/mentions")

    answer = await client.get("/v1/mentions", headers={"If-None-Match": whole.headers["etag"]})

    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert [each["id"] for each in answer.json()["data"]] == [show("men", seen.ids["men"])]


@pytest.mark.parametrize("grouped", ["network", "account", "none"])
async def test_series_count_nothing_of_another_community(
    client: httpx2.AsyncClient, tenant: Tenant, hidden: Place, grouped: str
) -> None:
    async def total(client: httpx2.AsyncClient, query: str) -> int:
        answer = await client.get(f"/v1/metrics/series?metric=likes&group_by={grouped}{query}")
        assert answer.status_code == 200, answer.text
        return sum(n or 0 for line in answer.json()["series"] for n in line["totals"])

    of_post = f"&post_id={show('post', hidden.ids['post'])}"
    of_community = f"&community_id={show('com', hidden.community_id)}"
    for query, whole, held in (("", 14, 7), (of_post, 7, 0), (of_community, 7, 0)):
        assert (query, await total(tenant.client, query)) == (query, whole)
        assert (query, await total(client, query)) == (query, held)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/v1/communities/{com}", {"name": "Fondue"}),
        ("DELETE", "/v1/communities/{com}", None),
        ("PATCH", "/v1/calendars/{cal}", {"name": "Fondue"}),
        ("DELETE", "/v1/calendars/{cal}", None),
        ("PATCH", "/v1/campaigns/{cam}", {"name": "Fondue"}),
        ("DELETE", "/v1/campaigns/{cam}", None),
        ("POST", "/v1/campaigns", {"community_id": "{com}", "name": "Fondue"}),
        ("PATCH", "/v1/recurrences/{rec}", {"title": "Fondue"}),
        ("DELETE", "/v1/recurrences/{rec}", None),
        ("POST", "/v1/recurrences/{rec}/skip", {"occurs_at": "2027-01-01T09:00:00"}),
        ("POST", "/v1/recurrences/{rec}/plan", {"occurs_at": "2027-01-01T09:00:00"}),
        ("POST", "/v1/recurrences/{rec}/split", {"occurs_at": "2027-01-01T09:00:00"}),
        ("POST", "/v1/imports/{imp}/cancel", None),
        ("POST", "/v1/imports/{imp}/undo", None),
        ("PATCH", "/v1/ideas/{idea}", {"question": "Fondue"}),
        ("DELETE", "/v1/ideas/{idea}", None),
        ("POST", "/v1/ideas/{idea}/move", {"state": "closed"}),
        ("POST", "/v1/candidates/{cand}/accept", {}),
        ("POST", "/v1/candidates/{cand}/dismiss", None),
        ("POST", "/v1/candidates", {"mention_id": "{men}"}),
        ("POST", "/v1/ideas/{idea}/link", {"post_id": "{post}"}),
        ("POST", "/v1/ideas/{idea}/unlink", {"post_id": "{post}"}),
        ("POST", "/v1/ideas/{idea}/posts", {"calendar_id": "{cal}"}),
        ("POST", "/v1/ideas", {"community_id": "{com}", "question": "Fondue ?"}),
        ("PATCH", "/v1/approval-policies/{pol}", {"name": "Fondue"}),
        ("DELETE", "/v1/approval-policies/{pol}", None),
        (
            "POST",
            "/v1/approval-policies",
            {
                "community_id": "{com}",
                "name": "Fondue",
                "steps": [{"member_ids": ["mem_" + "0" * 32]}],
            },
        ),
        ("POST", "/v1/posts/{post}/reviews", {"language": "fr"}),
        ("POST", "/v1/posts/{post}/hold", {"reason": "Plainte"}),
        ("POST", "/v1/posts/{post}/release", None),
        ("POST", "/v1/reviews/{rev}/approve", {}),
        ("POST", "/v1/reviews/{rev}/refuse", {"words": "Non."}),
        ("POST", "/v1/reviews/{rev}/withdraw", None),
        ("POST", "/v1/reviews/{rev}/remind", None),
        ("POST", "/v1/reviews/{rev}/delegate", {"member_id": "mem_" + "0" * 32}),
        ("PATCH", "/v1/accounts/{acct}", {"poll_longest_s": 600}),
        ("DELETE", "/v1/accounts/{acct}", None),
        ("POST", "/v1/accounts/{acct}/check", None),
        ("DELETE", "/v1/consents/{cns}", None),
        ("POST", "/v1/consents/{cns}/choose", {"place_id": "104000000000001"}),
        ("POST", "/v1/calendars/{cal}/feeds", {"name": "Fondue"}),
        ("DELETE", "/v1/calendar-feeds/{feed}", None),
        ("PATCH", "/v1/event-calendars/{evc}", {"name": "Fondue"}),
        ("POST", "/v1/event-calendars/{evc}/pull", None),
        ("DELETE", "/v1/event-calendars/{evc}", None),
        (
            "POST",
            "/v1/event-calendars",
            {"community_id": "{com}", "name": "Fondue", "url": "https://example.org/f.ics"},
        ),
        (
            "POST",
            "/v1/consents",
            {
                "community_id": "{com}",
                "network": "mastodon",
                "fields": {"server": "https://example.social"},
            },
        ),
        ("PATCH", "/v1/posts/{post}", {"title": "Fondue"}),
        ("DELETE", "/v1/posts/{post}", None),
        ("POST", "/v1/posts/{post}/withdraw", None),
        ("POST", "/v1/deliveries/{dlv}/retry", None),
        ("PATCH", "/v1/mentions/{men}", {"status": "archived"}),
        ("POST", "/v1/invitations/{inv}/resend", {}),
        ("POST", "/v1/invitations/{inv}/revoke", None),
        ("POST", "/v1/expert-requests/{xrq}/remind", {}),
        ("POST", "/v1/expert-requests/{xrq}/withdraw", None),
        ("POST", "/v1/mentions/mark", {"mention_ids": ["{men}"], "is_read": True}),
        ("POST", "/v1/mentions/{men}/answers", {"text": "Non"}),
        ("POST", "/v1/calendars", {"community_id": "{com}", "name": "Fondue"}),
        ("POST", "/v1/posts", {"calendar_id": "{cal}", "title": "Fondue", "text": "Fondue"}),
        (
            "POST",
            "/v1/accounts",
            {
                "community_id": "{com}",
                "network": "feed",
                "login": {"url": "https://example.ch/feed"},
            },
        ),
    ],
)
async def test_nothing_of_another_community_can_be_changed(
    client: httpx2.AsyncClient,
    tenant: Tenant,
    hidden: Place,
    method: str,
    path: str,
    body: Any,
) -> None:
    before = await last_event(tenant)

    answer = await client.request(
        method,
        filled(path, hidden),
        json=None if body is None else filled(body, hidden),
        headers={"If-Match": "*"} if method in {"PATCH", "DELETE"} else {},
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.text
    assert await last_event(tenant) == before


async def test_post_cannot_speak_through_an_account_of_another_community(
    client: httpx2.AsyncClient, tenant: Tenant, seen: Place, hidden: Place
) -> None:
    before = await last_event(tenant)

    answer = await client.post(
        "/v1/posts",
        json={
            "calendar_id": show("cal", seen.ids["cal"]),
            "title": "Fondue",
            "text": "Fondue",
            "variants": [{"account_id": show("acct", hidden.ids["acct"])}],
        },
    )

    assert answer.status_code in {404, 422}, answer.text
    assert await last_event(tenant) == before


async def test_held_caller_makes_no_community(client: httpx2.AsyncClient, tenant: Tenant) -> None:
    before = await last_event(tenant)

    answer = await client.post(
        "/v1/communities", json={"name": "a", "slug": "a", "time_zone": "UTC"}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "communities.held")
    assert await last_event(tenant) == before


async def test_held_caller_changes_what_they_see(client: httpx2.AsyncClient, seen: Place) -> None:
    marked = await client.post(
        "/v1/mentions/mark", json={"mention_ids": [show("men", seen.ids["men"])], "is_read": True}
    )
    made = await client.post(
        "/v1/posts",
        json={
            "calendar_id": show("cal", seen.ids["cal"]),
            "title": "Raclette",
            "text": "Raclette",
            "variants": [{"account_id": show("acct", seen.ids["acct"])}],
        },
    )

    assert (marked.status_code, made.status_code) == (200, 201), made.text


async def test_picture_in_a_hidden_post_stays(
    client: httpx2.AsyncClient, tenant: Tenant, hidden: Place
) -> None:
    sent = await tenant.client.post("/v1/media", files={"file": ("a.png", picture(), "image/png")})
    assert sent.status_code == 201, sent.text
    id_ = sent.json()["id"]
    shown = await tenant.client.post(
        "/v1/posts",
        json={
            "calendar_id": show("cal", hidden.ids["cal"]),
            "title": "Fondue",
            "text": "Fondue",
            "media_ids": [id_],
        },
    )
    assert shown.status_code == 201, shown.text

    answer = await client.delete(f"/v1/media/{id_}")

    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert (await tenant.client.get(f"/v1/media/{id_}/content")).status_code == 200


async def test_graph_shows_the_seen_community_and_nothing_of_another(
    client: httpx2.AsyncClient, seen: Place, hidden: Place
) -> None:
    nodes = "nodes { id }"
    lists = " ".join(
        f"{name} {{ {nodes} }}"
        for name in (
            "communities", "accounts", "calendars", "campaigns", "recurrences", "posts",
            "deliveries", "mentions", "authors", "conversations", "invitations", "expertRequests",
            "ideas", "candidates", "approvalPolicies", "reviews", "pauses",
        )
    )  # fmt: skip
    answer = await post(client, f"{{ {lists} }}")

    assert answer.status_code == 200, answer.text
    assert ids_in(answer.text, hidden) == set()
    assert ids_in(answer.text, seen) == {
        "com", "acct", "cal", "cam", "rec", "post", "dlv", "men", "auth", "conv", "inv", "xrq",
        "idea", "cand", "pol", "rev", "pau",
    }  # fmt: skip


async def test_graph_finds_no_node_of_another_community(
    client: httpx2.AsyncClient, seen: Place, hidden: Place
) -> None:
    async def found(place: Place) -> list[Any]:
        kinds = [prefix for prefix in place.ids if prefix not in {"var", "att"}]
        ids = [show(prefix, place.ids[prefix]) for prefix in kinds]
        answer = await post(client, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})
        assert answer.status_code == 200, answer.text
        listed: list[Any] = answer.json()["data"]["nodes"]
        return listed

    assert None not in await found(seen)
    assert set(map(str, await found(hidden))) == {"None"}


async def test_graph_changes_nothing_of_another_community(
    client: httpx2.AsyncClient, tenant: Tenant, hidden: Place
) -> None:
    before = await last_event(tenant)

    answer = await post(
        client,
        "mutation($id: ID!) { changeMention(input: "
        "{id: $id, status: ARCHIVED, expectedVersion: 1}) { ... on Error { code } } }",
        {"id": show("men", hidden.ids["men"])},
    )

    assert answer.json()["data"]["changeMention"]["code"] == "not_found", answer.text
    assert await last_event(tenant) == before


async def last_event(tenant: Tenant) -> UUID | None:
    page = (await tenant.client.get("/v1/events?limit=100")).json()["data"]
    return page[-1]["id"] if page else None


def filled(asked: Any, place: Place) -> Any:
    """With the ids of a place where a prefix stands in braces."""
    if isinstance(asked, str):
        for prefix, id_ in place.ids.items():
            asked = asked.replace(f"{{{prefix}}}", show(prefix, id_))
        return asked
    if isinstance(asked, list):
        return [filled(each, place) for each in asked]
    if isinstance(asked, dict):
        return {name: filled(each, place) for name, each in asked.items()}
    return asked
