"""Writes the answers of new or changed examples: `python -m tests.api.examples.record [name …]`.

A step needs `name`, `operation`, `summary` and `path`, and what is sent: `query`, `headers`,
`body`, `form` or `text`; `acts_for: member` or `owner` where a token must act for one, `scopes`
beyond those that the contract names (`["*"]`: all). `"workspace": "test"` of a file has its steps
performed in a test workspace; `passing` of a step names fields that go by the clock of whoever
asks. Its status and answer are written here, as the api gives them; read them before you commit
them. What is shown already stays where it is still alike.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from api.contract.examples import FOLDER, Json
from api.main import create_app
from domain.identity.bearer import CLIENT_ID, FORM, REST
from domain.kernel.database import Database
from domain.workspaces.shapes import WorkspaceKind
from tests.api.examples.likeness import Likeness
from tests.api.examples.performing import Operation, answered, bearer_for, described, perform
from tests.conftest import make_settings, migrate
from tests.door import give_door
from tests.engines import find_servers
from tests.furnished import furnish, with_ids
from tests.world import give_clock, make_tenant, opened

DATABASE = "parvis_examples"


def record(names: Sequence[str]) -> None:
    """Performs the named files, or all."""
    with tempfile.TemporaryDirectory() as folder, find_servers(Path(folder)) as servers:
        servers.make(DATABASE)
        migrate(servers.owner_url(DATABASE))
        settings = make_settings(servers, DATABASE, Path(folder) / "data")
        files = [file for file in FOLDER.glob("*.json") if not names or file.stem in names]
        told = {file: json.loads(file.read_text()) for file in files}
        asyncio.run(_record_all(create_app(settings), list(told.values())))
        for file, each in told.items():
            file.write_text(json.dumps(each, indent=2, ensure_ascii=False) + "\n")


async def _record_all(app: FastAPI, told: Sequence[Json]) -> None:
    operations = described(app.openapi())
    async with opened(app):
        give_door(app)
        for each in told:
            await _record(app, each, operations)


async def _record(app: FastAPI, told: Json, operations: dict[str, Operation]) -> None:
    database: Database = app.state.parvis.database
    async with make_tenant(app, database) as tenant:
        furnished = await furnish(database, tenant)
        if told.get("workspace") == WorkspaceKind.TEST:
            await give_clock(database, tenant)
        alike = Likeness(dict(furnished.here))
        for step in told["steps"]:
            bearer = await bearer_for(database, furnished, step)
            operation = operations[step["operation"]]
            answer = await perform(tenant.client, operation, step, alike.ids, bearer=bearer)
            found = answered(answer)
            if step.get("status") == answer.status_code and not alike.differences(
                step.get("answer"), found, is_abridged=step.get("is_abridged", False)
            ):
                continue
            step["status"] = answer.status_code
            said = {there: here for here, there in alike.ids.items()}
            step["answer"] = without_secrets(with_ids(found, said))
            if step.get("is_abridged"):
                step["answer"] = abridged(step["answer"])
            if step["answer"] is None:
                del step["answer"]


def without_secrets(answer: Any) -> Any:
    """The answer with values of the same form in it that open nothing."""
    text = FORM.sub(lambda found: found[1] + "0" * REST, json.dumps(answer))
    return json.loads(CLIENT_ID.sub(lambda found: f"app_{found[1]}." + "0" * 22, text))


def abridged(answer: object) -> object:
    """The first entry of a list, or of a page."""
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        return {**answer, "data": answer["data"][:1]}
    return answer[:1] if isinstance(answer, list) else answer


if __name__ == "__main__":
    record(sys.argv[1:])
