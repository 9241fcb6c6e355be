"""Exports carry all that is needed to compute the hashes again, by anybody."""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.audit.export import FIELDS, export_page, lines_of
from domain.audit.shapes import AuditFilter
from domain.events.service import record
from domain.kernel.caller import Caller, Scope, worker
from domain.kernel.database import Database
from domain.kernel.errors import IdMalformed, ScopeMissing
from domain.kernel.ids import new_id, show
from domain.kernel.lines import FileFormat, heading
from domain.kernel.origins import coming_from
from tests.world import make_workspace

NOW = datetime.now(UTC)
TITLE = 'N° 1 "é" \\ \n\t\u2028 👩‍🌾 =1+1'


@pytest.fixture
async def workspace_id(database: Database) -> UUID:
    workspace_id = await make_workspace(database)
    here = Caller(workspace_id, "token:tok_1", frozenset(Scope))
    async with database.transaction(workspace_id) as session:
        for caller, address in ((here, "203.0.113.7"), (worker(workspace_id), None)):
            data: dict[str, Any] = {
                "previous": {"title": TITLE, "at": None},
                "current": {"b": [1, 2.5, 10**17], "": True},
            }
            with coming_from(address):
                record(session, caller, "post.changed", ("post", new_id()), now=NOW, data=data)
    return workspace_id


async def export(database: Database, workspace_id: UUID, format_: FileFormat, **where: Any) -> str:
    async with database.transaction(workspace_id) as session:
        rows = await export_page(session, worker(workspace_id), AuditFilter(**where), after=0)
    return (heading(FIELDS, format_) + lines_of(rows, format_)).decode()


def computed(workspace_id: UUID, line: dict[str, Any]) -> str:
    """The hash of an exported entry, by nothing but JSON and SHA-256."""
    digest = hashlib.sha256(
        "\n".join(
            [
                workspace_id.hex,
                line["id"].partition("_")[2],
                line["occurred_at"],
                line["kind"],
                line["subject_kind"],
                line["subject_id"].rpartition("_")[2],
                line["actor"],
                json.dumps(line["origin"], ensure_ascii=False),
                json.dumps(line["data"], ensure_ascii=False),
            ]
        ).encode()
    ).digest()
    before = bytes.fromhex(line["previous_hash"])
    return hashlib.sha256(before + line["number"].to_bytes(8, "big") + digest).hexdigest()


async def test_every_line_can_be_verified_from_itself_and_the_one_before(
    database: Database, workspace_id: UUID
) -> None:
    text = await export(database, workspace_id, FileFormat.JSONL)
    lines = [json.loads(line) for line in text.split("\n")[:-1]]

    assert [line["number"] for line in lines] == [1, 2, 3]
    assert [line["hash"] for line in lines] == [computed(workspace_id, line) for line in lines]
    assert [line["previous_hash"] for line in lines] == [
        "0" * 64,
        *(line["hash"] for line in lines[:-1]),
    ]
    assert (lines[1]["origin"], lines[2]["origin"]) == ({"address": "203.0.113.7"}, None)
    assert lines[1]["data"]["previous"]["title"] == TITLE


async def test_one_changed_letter_changes_the_hash(database: Database, workspace_id: UUID) -> None:
    text = await export(database, workspace_id, FileFormat.JSONL)
    line = json.loads(text.split("\n")[1])
    line["data"]["previous"]["title"] += "."

    assert computed(workspace_id, line) != line["hash"]


async def test_csv_holds_the_same(database: Database, workspace_id: UUID) -> None:
    lines = [
        json.loads(line)
        for line in (await export(database, workspace_id, FileFormat.JSONL)).split("\n")[:-1]
    ]
    rows = list(csv.DictReader(io.StringIO(await export(database, workspace_id, FileFormat.CSV))))

    assert list(rows[0]) == list(FIELDS)
    assert [row["hash"] for row in rows] == [line["hash"] for line in lines]
    assert [json.loads(row["data"]) for row in rows] == [line["data"] for line in lines]
    assert [json.loads(row["origin"]) for row in rows] == [line["origin"] for line in lines]


async def test_only_what_is_asked_for_is_exported(database: Database, workspace_id: UUID) -> None:
    text = await export(database, workspace_id, FileFormat.JSONL, actors=("token:tok_1",))
    [line] = [json.loads(line) for line in text.split("\n")[:-1]]
    by_subject = await export(
        database, workspace_id, FileFormat.JSONL, subjects=(line["subject_id"],)
    )
    nobody = await export(
        database, workspace_id, FileFormat.CSV, subjects=(show("post", new_id()),)
    )

    assert line["number"] == 2
    assert by_subject == text
    assert nobody == ",".join(FIELDS) + "\r\n"


async def test_a_subject_that_is_no_id_is_refused(database: Database, workspace_id: UUID) -> None:
    with pytest.raises(IdMalformed):
        await export(database, workspace_id, FileFormat.CSV, subjects=("posts",))


async def test_without_the_scope_nothing_is_exported(
    database: Database, workspace_id: UUID
) -> None:
    scopes = frozenset(Scope) - {Scope.AUDIT_READ}
    async with database.transaction(workspace_id) as session:
        with pytest.raises(ScopeMissing, match="audit:read"):
            await export_page(
                session, Caller(workspace_id, "token", scopes), AuditFilter(), after=0
            )
