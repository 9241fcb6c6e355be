"""`q=` over posts: words of title, text and what accounts say of their own, on both faces."""

from typing import Any

import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.posts.searching import MOST_NAMED
from domain.posts.tables import PostWords
from tests.desk import Desk
from tests.domain.posts.build import make_posts
from tests.world import Tenant, make_tenant
from tests.writings import WRITINGS

ASK = "query ($words: String!) { posts(words: $words) { nodes { title } } }"


async def titles(tenant: Tenant, **query: Any) -> list[str]:
    answer = await tenant.client.get("/v1/posts", params=query)
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()["data"]]


async def graph(tenant: Tenant, words: str) -> Any:
    sent = {"query": ASK, "variables": {"words": words}}
    return (await tenant.client.post("/graphql", json=sent)).json()


async def test_words_are_found_in_title_text_and_what_accounts_say(desk: Desk) -> None:
    own = {"account_id": desk.account, "parts": ["Un sécateur bien affûté.", "Puis on lie."]}
    await desk.draft(title="La vendange", text="Elle a commencé.", variants=[own])
    await desk.draft(title="Rien de neuf", text="Des vendanges ?", variants=[])

    async def found(words: str) -> list[str]:
        asked = await graph(desk.tenant, words)
        in_rest = await titles(desk.tenant, q=words)
        assert [each["title"] for each in asked["data"]["posts"]["nodes"]] == in_rest
        return in_rest

    assert await found("vendange") == ["La vendange"]
    assert await found("COMMENCE") == ["La vendange"]
    assert await found("affute") == ["La vendange"]
    assert await found("vendange lie") == ["La vendange"]
    assert await found("vendange -lie") == []
    assert await found("vendange or neuf") == ["Rien de neuf", "La vendange"]
    assert await found('"bien affûté"') == ["La vendange"]
    assert await found('"affûté bien"') == []
    assert await found("&|!") == []
    assert await found(" ") == []


async def test_a_link_is_found_as_it_is_copied(desk: Desk) -> None:
    link = "https://example.ch/vigne?x=1"
    await desk.draft(title="La vigne", text=f"À lire : {link} !")
    await desk.draft(title="Autre", text="À lire : https://example.ch/vin")

    assert await titles(desk.tenant, q=link) == ["La vigne"]
    assert await titles(desk.tenant, q=f"lire -{link}") == ["Autre"]


async def test_words_are_found_beside_signs_of_any_script(desk: Desk) -> None:
    own = {"account_id": desk.account, "parts": ["Le vin🍷, enfin\u202f!", "“Bonne\u00a0journée”…"]}
    await desk.draft(title="À l’aube", text="«La vigne»", variants=[own])

    for words in ("aube", "l'aube", "l’aube", "vigne", "vin", "enfin", "“bonne journée”"):
        assert (words, await titles(desk.tenant, q=words)) == (words, ["À l’aube"])
    assert await titles(desk.tenant, q="“journée bonne”") == []


async def test_words_of_any_script_and_emoji_are_found(desk: Desk) -> None:
    for name, writing in WRITINGS.items():
        await desk.draft(title=name, text=writing.text, variants=[])
    own = {"account_id": desk.account, "parts": [WRITINGS["thai"].text]}
    await desk.draft(title="own", text=WRITINGS["emoji"].text, variants=[own])

    for name, writing in WRITINGS.items():
        assert name in await titles(desk.tenant, q=writing.finds[0])
        shown = (await graph(desk.tenant, f"{writing.finds[-1]} -{writing.finds[0]}"))["data"]
        assert {"title": name} not in shown["posts"]["nodes"]
    assert await titles(desk.tenant, q="กรุงเทพ ❤️") == ["own"]


async def test_adapted_words_are_found(desk: Desk) -> None:
    post = await desk.draft(title="La taille")
    adapted = {"network": "sandbox", "parts": ["Pour la vigne du voisin."]}
    await desk.post(f"/v1/posts/{post['id']}/adaptations", 201, **adapted)

    assert await titles(desk.tenant, q="voisin") == ["La taille"]


async def test_changed_words_are_found_and_former_ones_no_more(desk: Desk) -> None:
    post = await desk.draft(title="La taille", text="On commence.")
    await desk.client.patch(
        f"/v1/posts/{post['id']}", json={"text": "On a fini."}, headers={"If-Match": "*"}
    )

    assert await titles(desk.tenant, q="commence") == []
    assert await titles(desk.tenant, q="fini") == ["La taille"]


async def test_removed_post_leaves_no_words(desk: Desk, database: Database) -> None:
    post = await desk.draft()
    await desk.client.delete(f"/v1/posts/{post['id']}")

    async with database.transaction(desk.tenant.workspace_id) as session:
        assert (
            await session.get(PostWords, (desk.tenant.workspace_id, read("post", post["id"])))
            is None
        )


async def test_search_keeps_to_the_other_filters(desk: Desk) -> None:
    await desk.draft(title="Un", labels=["cave"], variants=[])
    await desk.draft(title="Deux", wall_time="2027-01-15T09:00:00")
    await desk.draft(title="Trois", text="Autre chose.", labels=["cave"])

    assert await titles(desk.tenant, q="taille") == ["Deux", "Un"]
    assert await titles(desk.tenant, q="taille", label="cave") == ["Un"]
    assert await titles(desk.tenant, q="taille", account_id=desk.account) == ["Deux"]
    assert await titles(desk.tenant, q="taille", network="sandbox") == ["Deux"]
    assert await titles(desk.tenant, q="taille", calendar_id=desk.calendar) == ["Deux", "Un"]
    assert await titles(desk.tenant, q="taille", state="published") == []
    assert await titles(desk.tenant, q="taille", until="2027-01-15T08:00:00Z") == []
    assert await titles(desk.tenant, q="taille", since="2027-01-15T08:00:00Z") == ["Deux"]


async def test_calendar_window_is_searched_on_both_faces(desk: Desk) -> None:
    own = {"account_id": desk.account, "parts": ["Un sécateur."]}
    await desk.draft(title="Un", wall_time="2027-01-15T09:00:00", variants=[own])
    await desk.draft(title="Deux", wall_time="2027-01-16T09:00:00", labels=["cave"])
    await desk.draft(title="Trois", wall_time="2027-01-17T09:00:00", text="Autre chose.")
    await desk.draft(title="Sans moment")
    window = {"since": "2027-01-01T00:00:00Z", "until": "2027-02-01T00:00:00Z"}
    query = """query ($words: String!, $since: DateTime!, $until: DateTime!) {
        entries(words: $words, since: $since, until: $until) { nodes { title } } }"""

    async def found(words: str, **more: str) -> list[str]:
        paths = ("/v1/entries", f"/v1/calendars/{desk.calendar}/entries")
        asked = {"q": words, **window, **more}
        one, other = [(await desk.client.get(path, params=asked)).json() for path in paths]
        assert one == other
        return [each["title"] for each in one["data"]]

    assert await found("taille") == ["Un", "Deux"]
    assert await found("taille -sécateur") == ["Deux"]
    assert await found("taille", label="cave") == ["Deux"]
    assert await found("taille", since="2027-01-16T08:00:00Z") == ["Deux"]
    assert await found("&|!") == []
    sent = {"query": query, "variables": {"words": "SECATEUR", **window}}
    shown = (await desk.client.post("/graphql", json=sent)).json()
    assert shown["data"]["entries"]["nodes"] == [{"title": "Un"}]


async def test_found_posts_are_exported(desk: Desk) -> None:
    await desk.draft(title="Un")
    await desk.draft(title="Deux", text="Autre chose.")
    answer = await desk.client.get("/v1/posts/export", params={"q": "taille", "format": "csv"})

    assert answer.status_code == 200, answer.text
    assert [line.partition(",")[0] for line in answer.text.splitlines()[1:]] != []
    assert "Un" in answer.text
    assert "Deux" not in answer.text


@pytest.mark.parametrize("count", [7, MOST_NAMED + 7], ids=["rare", "common"])
@pytest.mark.parametrize("sort", ["-created_at", "created_at", "publish_at", "-updated_at"])
async def test_found_pages_follow_each_other(
    desk: Desk, database: Database, count: int, sort: str
) -> None:
    """Whether words are rare or common, and while they turn from one to the other."""
    made = await make_posts(database, desk.tenant.workspace_id, read("cal", desk.calendar), count)
    last = sorted(made, key=lambda each: (each[1], each[0]), reverse=sort.startswith("-"))[:9]

    found: list[str] = []
    url = f"/v1/posts?q=fréquent&limit=3&sort={sort}"
    while url and len(found) < 9:
        answer = await desk.client.get(url)
        found += [each["id"] for each in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "")

    assert [read("post", each) for each in found] == [id_ for id_, _ in last]


async def test_other_workspaces_find_nothing(desk: Desk, app: FastAPI, database: Database) -> None:
    """The function reads as the owner: the tenant's lock is its own."""
    await desk.draft(title="La vigne")

    async with make_tenant(app, database) as other:
        assert await titles(other, q="vigne") == []
    assert await titles(desk.tenant, q="vigne") == ["La vigne"]
    assert await database.reads.fetchval("SELECT parvis_posts_found('vigne', 9)") == []


@pytest.mark.parametrize(("words", "code"), [("", "too_short"), ("x" * 201, "too_long")])
async def test_words_that_are_none_or_too_many_are_refused(
    tenant: Tenant, words: str, code: str
) -> None:
    for path in ("/v1/posts", "/v1/mentions"):
        answer = await tenant.client.get(path, params={"q": words})
        assert answer.status_code == 422
        [fault] = answer.json()["errors"]
        assert (fault["pointer"], code in fault["code"]) == ("/query/q", True)


@pytest.mark.parametrize("field", ["posts", "mentions"])
async def test_empty_or_endless_words_are_refused_in_the_graph_too(
    tenant: Tenant, field: str
) -> None:
    for words in ("", "x" * 5_000, "vigne " * 40_000):
        sent = {"query": ASK.replace("posts", field), "variables": {"words": words}}
        answer = (await tenant.client.post("/graphql", json=sent)).json()
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "request.invalid"
        [fault] = error["extensions"]["faults"]
        assert fault["message"] == "1 to 200 characters to search for."
