"""The examples in openapi/examples/, as the contract shows them; a test performs each of them.

A file holds steps: `{"operation", "summary", "path", "query", "headers", "body" or "text",
"status", "answer"}`, in the order in which they are performed.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FOLDER = Path(__file__).parents[2] / "openapi" / "examples"


def steps() -> Iterator[Json]:
    """Every step of every file, files by name."""
    for file in sorted(FOLDER.glob("*.json")):
        yield from json.loads(file.read_text())["steps"]


def show_examples(operations: dict[str, Json]) -> None:
    """Adds each step to its operation: what is sent and what is answered."""
    for step in steps():
        operation = operations.get(step.get("operation", ""))
        if operation is not None:
            _show(operation, step)


def _show(operation: Json, step: Json) -> None:
    name = step["name"]
    if "body" in step:
        for content in operation["requestBody"]["content"].values():
            _add(content, name, step["summary"], step["body"])
    if "text" in step:
        content = operation["requestBody"]["content"][step["headers"]["Content-Type"]]
        _add(content, name, step["summary"], step["text"])
    answer = operation["responses"].get(str(step.get("status")), {})
    if "answer" in step and "$ref" not in answer:
        for content in answer.get("content", {}).values():
            _add(content, name, step["summary"], step["answer"])


def _add(content: Json, name: str, summary: str, value: object) -> None:
    content.setdefault("examples", {})[name] = {"summary": summary, "value": value}
