"""Words of ours that callers meet: each member of an enum says what it means.

Both contracts tell it: REST in the schema of the enum, the graph at its values.
"""

from enum import StrEnum
from typing import Self

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

TOLD = "x-enum-descriptions"
"""What generators of clients read, in the order of `enum`."""


class Word(StrEnum):
    """An enum whose members are written `NAME = "value", "What it means."`.

    `told` has a default for `Kind("value")` alone, which looks a member up and makes none.
    """

    _value_: str
    told: str

    def __new__(cls, value: str, told: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_, member.told = value, told
        return member

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        found = handler(core)
        schema = handler.resolve_ref_schema(found)
        if TOLD not in schema:
            listed = "\n".join(f"- `{member}`: {member.told}" for member in cls)
            own = schema.get("description")
            schema["description"] = f"{own}\n\n{listed}" if own else listed
            schema[TOLD] = [member.told for member in cls]
        return found
