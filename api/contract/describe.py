"""The contract: what FastAPI writes from the routes, completed for people and for tools."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.contract import about
from api.contract.answers import HEADERS, shared_answers
from api.contract.examples import show_examples
from api.contract.operations import complete
from api.contract.schemas import bound, renamed
from api.problems import Problem

Json = dict[str, Any]
METHODS = ("get", "post", "patch", "delete", "put")


def describe(app: FastAPI) -> None:
    """Makes `app.openapi()` answer the whole contract, written once when first asked for."""
    written: list[Json] = []

    def openapi() -> Json:
        if not written:
            written.append(_write(app))
        return written[0]

    # FastAPI's own way to extend it.
    app.openapi = openapi  # type: ignore[method-assign]  # see above


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Path, method and operation, in the order of the contract."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _write(app: FastAPI) -> Json:
    document = renamed(
        get_openapi(
            title=app.title,
            version=app.version,
            summary="Communities, content calendars, mentions and engagement metrics.",
            description=about.DESCRIPTION,
            contact=about.CONTACT,
            servers=about.SERVERS,
            routes=app.routes,
        )
    )
    components = document["components"]
    components["schemas"].update(_problem_schemas())
    components["headers"] = HEADERS
    components["responses"] = shared_answers()
    components["securitySchemes"] = about.SECURITY_SCHEMES
    document["security"] = [{name: []} for name in about.SECURITY_SCHEMES]
    named: dict[str, Json] = {}
    for path, method, operation in operations(document):
        complete(path, method, operation, components["schemas"])
        name = operation["operationId"]
        if name in named:
            raise ValueError(f"Two operations are called {name}: rename one function.")
        named[name] = operation
    bound(document["paths"])
    bound(components["schemas"])
    show_examples(named)
    used = {tag for _, _, operation in operations(document) for tag in operation["tags"]}
    document["tags"] = [
        {"name": name, "description": text} for name, text in about.TAGS.items() if name in used
    ]
    return document


def _problem_schemas() -> Json:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    parts: Json = schema.pop("$defs")
    return {"Problem": schema, **parts}
