"""Makes schemas fit for generated clients: named pages, bounded numbers, no framework's own."""

import json
import re
from typing import Any

Json = dict[str, Any]
PAGE = re.compile(r"\bPage_(\w+?)(View)?_(?=\W|$)")
FRAMEWORK = ("HTTPValidationError", "ValidationError")
ID_PATTERN = "_[0-9a-f]{32}"
SAMPLES = ("examples", "default", "enum", "const")
SAFE = 2**53 - 1
"""Largest whole number that every JSON reader keeps exactly."""


def renamed(document: Json) -> Json:
    """`Page_CommunityView_` becomes `CommunityPage`; FastAPI's own errors go."""
    for name in FRAMEWORK:
        document["components"]["schemas"].pop(name, None)
    found: Json = json.loads(PAGE.sub(r"\1Page", json.dumps(document)))
    return found


def bound(schema: object) -> None:
    """Gives every whole number a format and bounds, and drops titles that echo names."""
    if isinstance(schema, list):
        for each in schema:
            bound(each)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "integer":
        schema.setdefault("format", "int64")
        if "exclusiveMinimum" not in schema:
            schema.setdefault("minimum", -SAFE)
        if "exclusiveMaximum" not in schema:
            schema.setdefault("maximum", SAFE)
    if isinstance(schema.get("title"), str) and "properties" not in schema:
        del schema["title"]
    for name, each in schema.items():
        if name not in SAMPLES:
            bound(each)


def names_ids(schema: object, schemas: Json) -> bool:
    """Whether a body of this schema names other things by their ids."""
    if isinstance(schema, list):
        return any(names_ids(each, schemas) for each in schema)
    if not isinstance(schema, dict):
        return False
    if ID_PATTERN in schema.get("pattern", ""):
        return True
    if "$ref" in schema:
        return names_ids(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    fields = {name: each for name, each in schema.get("properties", {}).items() if name != "id"}
    rest = [each for name, each in schema.items() if name not in {"properties", *SAMPLES}]
    return names_ids([*fields.values(), *rest], schemas)
