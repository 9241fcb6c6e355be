"""What of a post only one network can be told: a connector's own shape, shown and judged."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, ValidationError

from domain.connector.facts import Misfit
from domain.kernel.shapes import Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(shape: type[Shape] | None) -> dict[str, Any] | None:
    """JSON Schema 2020-12 of the settings, None where a network has none.

    It refers to nothing: who builds a form from it, or lints an answer, need not resolve anything.
    """
    if shape is None:
        return None
    schema = shape.model_json_schema()
    parts: dict[str, JsonValue] = schema.pop("$defs", {})
    whole: dict[str, Any] = {"$schema": DIALECT, **{k: _whole(v, parts) for k, v in schema.items()}}
    return whole


def _whole(node: JsonValue, parts: Mapping[str, JsonValue]) -> JsonValue:
    """The node with what it refers to in its place."""
    if isinstance(node, list):
        return [_whole(each, parts) for each in node]
    if not isinstance(node, dict):
        return node
    own = {name: _whole(each, parts) for name, each in node.items() if name != "$ref"}
    named = str(node.get("$ref", "")).removeprefix("#/$defs/")
    found = _whole(parts[named], parts) if named else {}
    return {**found, **own} if isinstance(found, dict) else own


def settings_misfits(
    name: str, shape: type[Shape] | None, settings: Mapping[str, JsonValue]
) -> list[Misfit]:
    """Every field that the network, `name` for people, does not have or take."""
    if not settings:
        return []
    if shape is None:
        return [Misfit("/settings", "settings.invalid", f"{name} has no settings.")]
    try:
        # From JSON and strictly, as the schema says it: "yes" is no boolean.
        shape.model_validate_json(json.dumps(settings), strict=True)
    except ValidationError as error:
        return [
            Misfit(_pointer(each["loc"]), "settings.invalid", f"{each['msg']}.")
            for each in error.errors(include_url=False, include_input=False)
        ]
    return []


def _pointer(path: tuple[str | int, ...]) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "/".join(("/settings", *steps))
