"""Words of ours that callers meet: each member of an enum says what it means.

Both contracts tell it: REST in the schema of the enum, the graph at its values.
"""

from difflib import get_close_matches
from enum import StrEnum
from typing import Self

from pydantic import BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

TOLD = "x-enum-descriptions"
"""What generators of clients read, in the order of `enum`."""
LONGEST_SENT = 120


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


def nearest(words: type[Word]) -> BeforeValidator:
    """Of an enum too long to be listed: a word it lacks is named, with one that looks alike."""
    known = [str(word) for word in words]

    def named(value: object) -> object:
        sent = str(value)[:LONGEST_SENT]
        if sent in known:
            return value
        alike = get_close_matches(sent, known, n=1)
        hint = f"; did you mean {alike[0]}?" if alike else "."
        raise PydanticCustomError("enum", "{message}", {"message": f"There is no {sent}{hint}"})

    return BeforeValidator(named)
