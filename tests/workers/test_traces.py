"""One trace runs from the request through event, delivery and worker to the call to the network."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.main import create_app
from domain.accounts.credentials import seal_grant
from domain.accounts.tables import Account
from domain.connector.words import Grant
from domain.kernel import traces
from domain.kernel.clock import utc_now
from domain.kernel.database import Database
from domain.kernel.ids import read, show
from domain.kernel.settings import Settings
from tests.domain.accounts.build import KEYS
from tests.workers.loopback import Answer, loopback, says
from tests.workers.world import make_context
from tests.world import Tenant, make_account, make_tenant, opened
from workers import http, metrics
from workers.http import OutwardHttp
from workers.posts import deliver_due

BringOut = Callable[..., Awaitable[None]]
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
OTHER = "aaaabbbbccccddddeeeeffff00001111"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Every span that ends, of the api and of the workers."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    for module in (traces, http):
        monkeypatch.setattr(module, "TRACER", provider.get_tracer("parvis"))
    yield kept
    provider.shutdown()


@pytest.fixture
async def tenant(settings: Settings, database: Database) -> AsyncIterator[Tenant]:
    async with opened(create_app(settings)) as app, make_tenant(app, database) as found:
        yield found


def takes_a_post() -> Answer:
    """What a network answers to one."""
    nothing: dict[str, object] = dict.fromkeys(("language", "reply_to", "root_id"))
    post = {"id": "p1", "handle": "vaud", "text": "On taille.", "media": [], **nothing}
    told = {**post, "url": "http://sandbox.test/p1", "created_at": "2026-11-23T09:00:00Z"}
    return says(json.dumps(told).encode(), status="201 Created")


async def connect(database: Database, tenant: Tenant, community_id: UUID, root: str) -> UUID:
    """An account on the network at `root`."""
    id_ = await make_account(database, tenant.workspace_id, community_id, server=root)
    async with database.transaction(tenant.workspace_id) as session:
        row = await session.get_one(Account, (tenant.workspace_id, id_))
        grant = Grant("good", extra={"idempotency": "A"})
        row.sealed_grant = seal_grant(KEYS, tenant.workspace_id, id_, grant)
    return id_


async def make(tenant: Tenant, path: str, **body: object) -> str:
    answer = await tenant.client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def calendar(tenant: Tenant) -> tuple[str, str]:
    """A community and its calendar."""
    community = await make(
        tenant, "/v1/communities", name="Vaud", slug="vaud", time_zone="Europe/Zurich"
    )
    return community, await make(tenant, "/v1/calendars", community_id=community, name="Main")


async def publish(tenant: Tenant, calendar_id: str, account_id: UUID, trace: str) -> str:
    """A post that is sent at once, by a request that belongs to a trace."""
    variants = [{"account_id": show("acct", account_id)}]
    post = await make(
        tenant,
        "/v1/posts",
        calendar_id=calendar_id,
        title="a",
        text="On taille.",
        variants=variants,
    )
    asked = await tenant.client.post(
        f"/v1/posts/{post}/schedule",
        json={"now": True},
        headers={"traceparent": f"00-{trace}-{SPAN}-01"},
    )
    assert asked.status_code == 200, asked.text
    return post


@pytest.fixture
def bring_out(settings: Settings, database: Database, redis: ArqRedis, tenant: Tenant) -> BringOut:
    """What a worker does with all that is due, where these networks may be called."""

    async def run(*roots: str) -> None:
        async with OutwardHttp(
            allow=roots, timeout_s=5, max_bytes=100_000, user_agent="Parvis"
        ) as way_out:
            context = make_context(settings, database, redis, way_out, utc_now)
            await deliver_due(context, tenant.workspace_id, now=utc_now())
            while running := context.outbox._running:
                await asyncio.wait(running)

    return run


async def traces_of_events(database: Database, tenant: Tenant, subject: str) -> dict[str, str]:
    """By kind, the trace id of what happened to a post and its deliveries."""
    async with database.reads.acquire() as connection, connection.transaction():
        await connection.execute(
            "SELECT set_config('parvis.workspace', $1, true)", str(tenant.workspace_id)
        )
        rows = await connection.fetch(
            "SELECT kind, trace FROM events WHERE subject_id = $1 OR subject_id IN "
            "(SELECT id FROM deliveries WHERE post_id = $1) ORDER BY number",
            read("post", subject),
        )
    return {row["kind"]: (row["trace"] or "--").split("-")[1] for row in rows}


def ids(found: tuple[ReadableSpan, ...], name: str) -> list[tuple[str, str]]:
    """The trace and the parent of every span of that name."""
    return [
        (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}" if span.parent else "")
        for span in found
        if span.name == name and span.context is not None
    ]


async def test_one_trace_runs_from_the_request_to_the_network(
    database: Database, tenant: Tenant, spans: InMemorySpanExporter, bring_out: BringOut
) -> None:
    community, calendar_id = await calendar(tenant)
    async with loopback(takes_a_post()) as server:
        account_id = await connect(database, tenant, read("com", community), server.root)
        post = await publish(tenant, calendar_id, account_id, TRACE)
        await bring_out(server.root)

    found = spans.get_finished_spans()
    [request] = ids(found, "POST /v1/posts/{post_id}/schedule")
    [delivery] = ids(found, "deliver")
    [call] = ids(found, "POST")
    [head] = server.heads
    [parent] = [line for line in head.splitlines() if line.startswith("traceparent: ")]
    assert request == (TRACE, SPAN)
    assert (delivery[0], call[0], parent.split("-")[1]) == (TRACE, TRACE, TRACE)
    events = await traces_of_events(database, tenant, post)
    assert {kind for kind, trace in events.items() if trace == TRACE} == {
        "post.scheduled",
        "post.going_out",
        "delivery.done",
        "post.published",
    }
    assert len(events["post.created"]) == len(TRACE)


async def test_what_goes_out_together_keeps_its_own_traces(
    database: Database, tenant: Tenant, spans: InMemorySpanExporter, bring_out: BringOut
) -> None:
    community, calendar_id = await calendar(tenant)
    async with loopback(takes_a_post()) as one, loopback(takes_a_post()) as two:
        posts = {}
        for server, trace in ((one, TRACE), (two, OTHER)):
            account_id = await connect(database, tenant, read("com", community), server.root)
            posts[trace] = await publish(tenant, calendar_id, account_id, trace)
        await bring_out(one.root, two.root)

    assert {each[0] for each in ids(spans.get_finished_spans(), "deliver")} == {TRACE, OTHER}
    for trace, post in posts.items():
        events = await traces_of_events(database, tenant, post)
        assert {events["delivery.done"], events["post.published"]} == {trace}


async def test_a_job_goes_on_with_the_trace_that_woke_it(
    settings: Settings,
    database: Database,
    redis: ArqRedis,
    tenant: Tenant,
    spans: InMemorySpanExporter,
) -> None:
    _, calendar_id = await calendar(tenant)
    await tenant.client.patch(
        f"/v1/calendars/{calendar_id}",
        json={"time_zone": "UTC"},
        headers={"If-Match": "*", "traceparent": f"00-{TRACE}-{SPAN}-01"},
    )
    queued = await redis.queued_jobs(queue_name="parvis:jobs")
    [job] = [each for each in queued if str(read("cal", calendar_id)) in each.args]
    way_out = OutwardHttp(allow=[], timeout_s=5, max_bytes=1000, user_agent="Parvis")
    context = make_context(settings, database, redis, way_out)
    await metrics.recut_metrics({"context": context}, *job.args)
    await context.slots.drain(10)
    await way_out.aclose()

    assert job.function == "recut_metrics"
    assert [each[0] for each in ids(spans.get_finished_spans(), "recut")] == [TRACE]
