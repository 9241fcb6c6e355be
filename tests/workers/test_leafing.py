"""PDF documents that posts rest on: compared by their words, at worst by their bytes."""

import asyncio
from dataclasses import replace

import pytest

from domain.connector.http import Call, Reply
from domain.sources.reading import bytes_told
from domain.upkeep.tables import Update
from tests.domain.sources.pdfs import pdf
from tests.workers.stage import stage
from tests.workers.test_sources import DAY, Watch, watch
from workers import leafing

__all__ = ["stage", "watch"]

FIRST = pdf("Entrée : 10 francs")


class Server:
    def __init__(self, body: bytes) -> None:
        self.body = body

    async def __call__(self, call: Call) -> Reply:
        return Reply(200, {"content-type": "application/pdf"}, self.body, call.url)


async def test_a_document_that_was_only_made_anew_has_not_changed(watch: Watch) -> None:
    made = await watch.name(await watch.publish())
    again = pdf("Entrée : 10 francs", made_by="Another day")
    assert again != FIRST
    for body in (FIRST, again):
        await watch.read_by(Server(body), DAY)
    still = await watch.stage.rows(Update)
    await watch.read_by(Server(pdf("Entrée : 12 francs")), DAY)

    assert still == []
    assert (await watch.source(made.id)).excerpt == "Entrée : 12 francs"
    [update] = await watch.stage.rows(Update)
    assert update.difference == "-Entrée : 10 francs\n+Entrée : 12 francs"


@pytest.mark.parametrize("body", [b"%PDF-1.7 broken", pdf()])
async def test_a_document_that_cannot_be_read_is_compared_by_its_bytes(
    watch: Watch, body: bytes
) -> None:
    made = await watch.name(await watch.publish())
    await watch.read_by(Server(body))
    first = await watch.source(made.id)
    await watch.read_by(Server(body + b" "), DAY)

    assert (first.state, first.excerpt) == ("watched", bytes_told(body))
    [update] = await watch.stage.rows(Update)
    assert update.difference == f"-{bytes_told(body)}\n+{bytes_told(body + b' ')}"


async def test_a_document_that_takes_too_long_is_compared_by_its_bytes(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await watch.name(await watch.publish())
    monkeypatch.setattr(leafing, "SECONDS", 0)

    await watch.read_by(Server(FIRST))

    assert (await watch.source(made.id)).excerpt == bytes_told(FIRST)


async def test_a_document_waits_while_others_are_read(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await watch.name(await watch.publish())
    monkeypatch.setattr(leafing, "PATIENCE_S", 0.0)
    busy = asyncio.Semaphore(0)
    watch.stage.context = replace(watch.stage.context, readers=busy)

    await watch.read_by(Server(FIRST))
    waiting = await watch.source(made.id)
    busy.release()
    await watch.read_by(Server(FIRST), DAY)

    assert waiting.problem is not None
    assert (waiting.problem.code, waiting.problem.acting_party) == (
        "network.unavailable",
        "network",
    )
    assert (await watch.source(made.id)).excerpt == "Entrée : 10 francs"
