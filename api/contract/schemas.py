"""Makes schemas fit for generated clients: named pages, bounded numbers, no framework's own."""

import json
import re
from typing import Any

from pydantic.alias_generators import to_pascal

Json = dict[str, Any]
PAGE = re.compile(r"\bPage_(\w+?)(View)?_(?=\W|$)")
FORM = re.compile(r"\bBody_(\w+?)_v1_\w+")
FRAMEWORK = ("HTTPValidationError", "ValidationError")
ID_PATTERN = "_[0-9a-f]{32}"
SAMPLES = ("examples", "default", "enum", "const")
SAFE = 2**53 - 1
"""Largest whole number that every JSON reader keeps exactly."""
LONGEST_TEXT = 70_000
"""What networks say is cut to it; our own texts have limits of their own, all shorter."""
LONGEST_LIST = 100_000
LENGTHS = {"date-time": 40, "date": 10, "binary": SAFE}
"""Of formats. How large a file may be is a setting."""


def renamed(document: Json) -> Json:
    """`Page_CommunityView_` becomes `CommunityPage`, forms are named too; FastAPI's errors go."""
    for name in FRAMEWORK:
        document["components"]["schemas"].pop(name, None)
    text = PAGE.sub(r"\1Page", json.dumps(document))
    found: Json = json.loads(FORM.sub(lambda form: f"{to_pascal(form[1])}Form", text))
    return found


def bound(schema: object) -> None:
    """Gives every number, text and list its bounds, and drops titles that echo names."""
    if isinstance(schema, list):
        for each in schema:
            bound(each)
    if not isinstance(schema, dict):
        return
    match schema.get("type"):
        case "integer":
            _bound_number(schema)
        case "string" if not schema.keys() & {"enum", "const"}:
            schema.setdefault("maxLength", _length(schema))
        case "array":
            schema.setdefault("maxItems", LONGEST_LIST)
    if isinstance(schema.get("title"), str):
        del schema["title"]
    for name, each in schema.items():
        if name not in SAMPLES:
            bound(each)


def _length(schema: Json) -> int:
    found = "binary" if "contentMediaType" in schema else schema.get("format", "")
    return LENGTHS.get(found, LONGEST_TEXT)


def _bound_number(schema: Json) -> None:
    schema.setdefault("format", "int64")
    if "exclusiveMinimum" not in schema:
        schema.setdefault("minimum", -SAFE)
    if "exclusiveMaximum" not in schema:
        schema.setdefault("maximum", SAFE)


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
