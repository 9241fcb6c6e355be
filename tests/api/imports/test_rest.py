"""/v1/imports and /v1/posts/export as a client sees them."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from arq.connections import ArqRedis
from fastapi import FastAPI

from api.imports.exporting import pages
from api.main import create_app
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.kernel.lines import FileFormat
from domain.kernel.settings import Settings
from domain.posts.command_shapes import CreatePost
from domain.posts.queries import PostFilter
from domain.posts.service import create_post
from tests.api.graph.asking import ask
from tests.conftest import NOW
from tests.desk import Desk
from tests.workers.test_recurrences import nobody
from tests.workers.world import make_context
from tests.world import Tenant, client_for, make_token, opened
from workers.context import Context
from workers.imports import import_due

CSV, JSONL = "text/csv", "application/x-ndjson"
KEPT = (
    *("title", "text", "language", "labels", "link_url", "media_ids", "wall_time", "time_zone"),
    *("campaign_id", "pillar_id", "publish_at", "adaptations", "variants"),
)
TWO = "title,text,accounts\nLa taille,On taille.,sandbox:vaud\nLe pressoir,,mastodon:nobody\n"


@pytest.fixture
def context(settings: Settings, database: Database, redis: ArqRedis) -> Context:
    return make_context(settings, database, redis, nobody, lambda: datetime.now(UTC))


async def send(
    desk: Desk, content: str | bytes, content_type: str = CSV, **query: Any
) -> httpx2.Response:
    return await desk.client.post(
        "/v1/imports",
        params={"calendar_id": desk.calendar, **query},
        content=content,
        headers={"Content-Type": content_type},
    )


async def work(context: Context, desk: Desk) -> None:
    while await import_due(context, desk.tenant.workspace_id, now=datetime.now(UTC)):
        await context.slots.drain(30)


async def codes(desk: Desk, content: str | bytes, content_type: str = CSV) -> tuple[int, str]:
    answer = await send(desk, content, content_type)
    return answer.status_code, answer.json()["code"]


async def told(desk: Desk) -> list[dict[str, Any]]:
    """What every post says, without what is each one's own."""
    answer = await desk.client.get("/v1/posts", params={"sort": "created_at"})
    found = []
    for each in answer.json()["data"]:
        post = (await desk.client.get(f"/v1/posts/{each['id']}")).json()
        for own in (*post["adaptations"], *post["variants"]):
            del own["id"], own["post_id"]
        found.append({name: post[name] for name in KEPT})
    return found


async def test_file_is_taken_on_and_each_row_told_of(desk: Desk, context: Context) -> None:
    taken = await send(desk, TWO)
    path = taken.headers["location"]
    await work(context, desk)
    seen = (await desk.client.get(path)).json()
    rows = (await desk.client.get(f"{path}/rows")).json()["data"]
    refused = (await desk.client.get(f"{path}/rows", params={"result": "refused"})).json()["data"]
    post = (await desk.client.get(f"/v1/posts/{rows[0]['post_id']}")).json()

    assert (taken.status_code, taken.json()["state"], taken.json()["total"]) == (202, "waiting", 2)
    assert (seen["state"], seen["done"], seen["made"], seen["refused"]) == ("done", 2, 1, 1)
    assert (post["title"], post["variants"][0]["account_id"]) == ("La taille", desk.account)
    assert [row["result"] for row in rows] == ["made", "refused"]
    assert refused == [rows[1]]
    assert rows[1]["post_id"] is None
    assert [(e["pointer"], e["code"]) for e in rows[1]["faults"]] == [("/accounts/0", "not_found")]


async def test_row_that_quotes_what_is_not_there_is_refused(desk: Desk, context: Context) -> None:
    own = (await desk.draft())["id"]
    lines = [{"title": "a", "quote_of": f"post_{'0' * 32}"}, {"title": "b", "quote_of": own}]
    taken = await send(desk, "\n".join(map(json.dumps, lines)), JSONL)
    await work(context, desk)

    rows = (await desk.client.get(f"{taken.headers['location']}/rows")).json()["data"]

    assert [row["result"] for row in rows] == ["refused", "made"]
    assert [(e["pointer"], e["code"]) for e in rows[0]["faults"]] == [("/quote_of", "not_found")]


async def test_rows_are_paged_in_the_order_of_the_file(desk: Desk) -> None:
    taken = await send(desk, '{"title": "a"}\n{"title": "b"}\n{"title": "c"}', JSONL)
    first = await desk.client.get(f"{taken.headers['location']}/rows", params={"limit": 2})
    second = await desk.client.get(first.links["next"]["url"])

    pages_ = [[row["number"] for row in each.json()["data"]] for each in (first, second)]
    assert pages_ == [[1, 2], [3]]


async def test_bad_file_is_refused_as_a_whole(desk: Desk) -> None:
    assert await codes(desk, "title\nVigné".encode("latin-1")) == (422, "import.unreadable")
    assert await codes(desk, "mood\ngay") == (422, "import.columns_unfit")
    assert await codes(desk, '{"title": "a\\u0000"}', JSONL) == (422, "text.unstorable")
    assert await codes(desk, '{"title": "a"}\n' * 10_001, JSONL) == (413, "import.too_large")
    assert await codes(desk, "{}", "application/json") == (415, "body.unsupported")
    assert (await desk.client.get("/v1/imports")).json()["data"] == []


async def test_file_that_weighs_too_much_is_refused_whatever_it_announces(
    settings: Settings, desk: Desk
) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b'{"title": "a"}\n' * 10

    small = settings.model_copy(update={"import_max_bytes": 1000})
    async with opened(create_app(small)) as app, client_for(app, desk.tenant.token) as client:
        for content in (chunks(), b'{"title": "a"}\n' * 100):
            answer = await client.post(
                "/v1/imports",
                params={"calendar_id": desk.calendar},
                content=content,
                headers={"Content-Type": JSONL},
            )
            assert (answer.status_code, answer.json()["code"]) == (413, "import.too_large")


async def test_file_of_more_than_a_json_body_may_weigh_comes_in(desk: Desk) -> None:
    answer = await send(desk, f"title,text\na,{'b' * 60_000}\n" + f"c,{'d' * 60_000}\n" * 30)

    assert (answer.status_code, answer.json()["total"]) == (202, 31)


async def test_key_sent_twice_takes_the_file_on_once(desk: Desk) -> None:
    headers = {"Content-Type": CSV, "Idempotency-Key": "monday"}
    query = {"calendar_id": desk.calendar}
    first, second, other = [
        await desk.client.post("/v1/imports", params=query, content=content, headers=headers)
        for content in (TWO, TWO, TWO + "c,,\n")
    ]

    assert second.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key.reused")
    assert len((await desk.client.get("/v1/imports")).json()["data"]) == 1


async def test_import_needs_its_scope_before_a_byte_is_read(
    app: FastAPI, database: Database, desk: Desk
) -> None:
    token = await make_token(database, desk.tenant.workspace_id, [Scope.POSTS_READ])
    async with client_for(app, token) as client:
        answer = await client.post("/v1/imports", content=b"", headers={"Content-Type": CSV})

    assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")


async def test_nobody_else_meets_an_import(desk: Desk, foreigner: Tenant) -> None:
    path = (await send(desk, TWO)).headers["location"]

    for method, place in (("get", ""), ("get", "/rows"), ("post", "/cancel"), ("post", "/undo")):
        answer = await foreigner.client.request(method, path + place)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await desk.client.get(path)).json()["state"] == "waiting"


async def test_cancelled_then_undone_by_the_graph(desk: Desk, context: Context) -> None:
    id_ = (await send(desk, TWO)).json()["id"]
    cancelled = await ask(
        desk.tenant,
        f'mutation {{ cancelImport(input: {{id: "{id_}"}}) '
        "{ ... on CancelImportSuccess { imported { state } } } }",
    )
    undoing = await ask(
        desk.tenant,
        f'mutation {{ undoImport(input: {{id: "{id_}"}}) '
        "{ ... on UndoImportSuccess { imported { state } } } }",
    )
    await work(context, desk)
    seen = await ask(
        desk.tenant,
        f'{{ import(id: "{id_}") {{ state calendar {{ id }} '
        "rows(first: 1, results: [WAITING]) { nodes { number result } pageInfo { hasNextPage } } "
        "} }",
    )

    assert cancelled["cancelImport"]["imported"] == {"state": "CANCELLED"}
    assert undoing["undoImport"]["imported"] == {"state": "UNDOING"}
    assert seen["import"] == {
        "state": "UNDONE",
        "calendar": {"id": desk.calendar},
        "rows": {
            "nodes": [{"number": 1, "result": "WAITING"}],
            "pageInfo": {"hasNextPage": True},
        },
    }


@pytest.mark.parametrize(("kind", "content_type"), [("csv", CSV), ("jsonl", JSONL)])
async def test_what_is_exported_imports_again(
    desk: Desk, context: Context, kind: str, content_type: str
) -> None:
    pillar = await desk.post("/v1/pillars", 201, calendar_id=desk.calendar, name="La vigne")
    campaign = await desk.post("/v1/campaigns", 201, community_id=desk.community, name="Noël")
    await desk.draft(
        title="=SUM(A1:A9)",
        text='@vaud: "-1 °C",\nà demain; \u2028ou pas',
        labels=["vigne;raisin", "[x]"],
        link_url="https://example.ch/?a=1;b=2",
        language="fr-CH",
        wall_time="2032-01-15T09:00:00",
        time_zone="America/New_York",
        pillar_id=pillar["id"],
        campaign_id=campaign["id"],
        adaptations=[
            {"network": "sandbox", "locale": "de", "parts": ["=Eins", "Zwei"]},
            {"tone": "warm", "link_url": "https://example.ch/b", "media_ids": []},
        ],
        variants=[
            {
                "account_id": desk.account,
                "locale": "de-CH",
                "parts": ["Un", "Deux"],
                "visibility": "unlisted",
            }
        ],
    )
    await desk.draft(title="", text="'tis")
    await desk.draft(variants=[], labels=["a", "b"])
    before = await told(desk)

    exported = await desk.client.get("/v1/posts/export", params={"format": kind})
    await send(desk, exported.content, content_type)
    await work(context, desk)

    assert exported.headers["content-type"].partition(";")[0] == content_type
    assert await told(desk) == before * 2
    assert len(before) == 3


async def test_export_keeps_to_its_filters_and_makes_formulas_harmless(desk: Desk) -> None:
    await desk.draft(title="=1+1", labels=["vigne"])
    await desk.draft(title="other")

    answer = await desk.client.get("/v1/posts/export", params={"label": "vigne"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))

    assert [(row["title"], row["accounts"], row["state"]) for row in rows] == [
        ("'=1+1", desk.account, "draft")
    ]


async def test_export_is_read_page_by_page(desk: Desk, database: Database) -> None:
    for title in ("a", "b", "c"):
        await desk.draft(title=title)

    found = [
        [json.loads(line)["title"] for line in page.splitlines()]
        async for page in pages(
            database, desk.tenant.caller, PostFilter(), FileFormat.JSONL, most=2
        )
    ]

    assert found == [["a", "b"], ["c"]]


async def test_export_builds_no_more_than_a_hundred_posts_at_once(
    desk: Desk, database: Database
) -> None:
    """Of five hundred, everybody else waited for a tenth of a second."""
    calendar = read("cal", desk.calendar)
    async with database.transaction(desk.tenant.workspace_id) as session:
        for number in range(101):
            command = CreatePost(calendar_id=calendar, title=str(number))
            await create_post(session, desk.tenant.caller, command, now=NOW)

    found = pages(database, desk.tenant.caller, PostFilter(), FileFormat.JSONL)

    assert [len(page.splitlines()) async for page in found] == [100, 1]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
async def test_export_that_is_refused_does_not_begin(desk: Desk, kind: str) -> None:
    asked = {"label": "a\0b", "format": kind}
    answer = await desk.client.get("/v1/posts/export", params=asked)

    assert (answer.status_code, answer.json()["code"]) == (422, "text.unstorable")


async def test_export_of_nothing_has_its_heading(desk: Desk) -> None:
    answer = await desk.client.get("/v1/posts/export", params={"label": "vigne"})

    assert answer.text.startswith("title,text,")
    assert answer.text.splitlines()[1:] == []


async def test_nobody_exports_the_posts_of_others(desk: Desk, foreigner: Tenant) -> None:
    await desk.draft()

    answer = await foreigner.client.get("/v1/posts/export", params={"format": "jsonl"})

    assert (answer.status_code, answer.text) == (200, "")
