"""Inputs from commands, and commands from inputs: what was not sent stays unsent.

Every field that may be left out defaults to UNSET, so that a change touches only what was sent
(RFC 7396). The command itself judges the values: the same rules and codes as REST.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast, get_type_hints

import strawberry
from pydantic import BaseModel, ValidationError
from strawberry.types.base import has_object_definition
from strawberry.types.unset import UNSET

from api.graph.derive import graph_type, sentence
from api.problems import from_validation
from domain.kernel.shapes import Command

Asked = TypeVar("Asked", bound=Command)
Fields = Mapping[str, tuple[object, str]]

_inputs: dict[type[BaseModel], type] = {}


def input_of(
    name: str, command: type[Command] | None, before: Fields, after: Fields, *, description: str
) -> type:
    """The input type of a mutation: `before`, the command's fields, `after`."""
    fields = {**before, **(_fields_of(command) if command is not None else {}), **after}
    return _made(name, fields, description)


def to_command(command: type[Asked], given: object) -> Asked:
    """The command in an input. Raises `Misfit` and its kin."""
    sent = {name: value for name, value in plain(given).items() if name in command.model_fields}
    try:
        return command.model_validate(sent)
    except ValidationError as error:
        raise from_validation(error.errors(include_input=False, include_url=False)) from None


def plain(given: object) -> dict[str, Any]:
    """What was sent, by Python name, all the way down."""
    found = ((name, value) for name, value in vars(given).items() if value is not UNSET)
    return {name: _plain_value(value) for name, value in found}


def _plain_value(value: object) -> object:
    if isinstance(value, list):
        return [_plain_value(each) for each in value]
    if has_object_definition(value):
        return plain(value)
    return value


def _fields_of(command: type[BaseModel]) -> Fields:
    hints = get_type_hints(command, include_extras=True)
    fields: dict[str, tuple[object, str]] = {}
    for name, field in command.model_fields.items():
        type_ = _input_type(hints[name])
        if not field.is_required():
            type_ = type_ | None  # type: ignore[operator]  # a type made at run time
        fields[name] = (type_, field.description or "")
    return fields


def _input_type(annotation: object) -> object:
    """As for outputs, but commands inside commands become inputs."""
    return graph_type(annotation, nested=_nested)


def _nested(command: type[BaseModel]) -> type:
    if command not in _inputs:
        name = command.__name__.removesuffix("Input") + "Input"
        _inputs[command] = _made(name, _fields_of(command), sentence(command))
    return _inputs[command]


def _made(name: str, fields: Fields, description: str) -> type:
    shell = type(
        name,
        (),
        {
            "__annotations__": {field: kind for field, (kind, _) in fields.items()},
            **{field: _field(kind, text) for field, (kind, text) in fields.items()},
        },
    )
    decorate = cast("Callable[[Any], type]", strawberry.input(name=name, description=description))
    return decorate(shell)


def _field(kind: object, description: str) -> Any:  # noqa: ANN401 - Strawberry's own signature
    if type(None) in getattr(kind, "__args__", ()):
        return strawberry.field(description=description, default=UNSET)
    return strawberry.field(description=description)
