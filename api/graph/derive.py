"""Nodes from views: the only file that touches Strawberry's experimental pydantic module.

A view is written once in `domain/*/shapes.py`; its node has the same fields in camelCase. Views
themselves are the source values: nothing is copied between reading and answering.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import strawberry
from pydantic import AwareDatetime, BaseModel, NaiveDatetime
from strawberry.experimental import pydantic as from_pydantic
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from api.graph import node
from api.graph.fields import Read, reading
from api.graph.scalars import Day, Json, Moment, TimeOfDay, WallTime
from domain.kernel.ids import Prefixed
from domain.kernel.words import Word

PLAIN: dict[object, object] = {
    AwareDatetime: Moment,
    NaiveDatetime: WallTime,
    datetime: Moment,
    date: Day,
    time: TimeOfDay,
    UUID: strawberry.ID,
    object: Json,
    Any: Json,
}
SEQUENCES = (list, tuple, Sequence, set, frozenset)

Nested = Callable[[type[BaseModel]], type]

_types: dict[type[BaseModel], type] = {}
_enums: dict[type[Enum], object] = {}


def derive(
    view: type[BaseModel],
    name: str,
    description: str,
    *,
    find: node.Finds | None = None,
    as_types: Mapping[str, object] | None = None,
) -> type:
    """The node of a view. With `find`, `node(id:)` finds it. `as_types` overrides field types.

    Derived again under the same name it is the same type.
    """
    if view in _types:
        return _types[view]
    annotations = get_type_hints(view, include_extras=True)
    fields = {field: annotations[field] for field in view.model_fields}
    fields |= {name: _computed(view, name) for name in view.model_computed_fields}
    fields |= dict(as_types or {})
    bases = (node.Node,) if find is not None else ()
    shell = type(name, bases, {"__annotations__": {f: graph_type(a) for f, a in fields.items()}})
    made = cast(
        "type",
        from_pydantic.type(
            view, name=name, description=description, all_fields=True, include_computed=True
        )(shell),
    )
    _types[view] = made
    _read_ids(made, view, fields)
    if find is not None:
        node.register(_prefix_of(fields["id"]), find)
    return made


def _computed(view: type[BaseModel], name: str) -> object:
    """Pydantic itself reads it only when the view is built, which waits until one is shown."""
    return get_type_hints(getattr(view, name).fget)["return"]


def node_of(view: type[BaseModel]) -> type:
    """The type that was derived from a view."""
    return _types[view]


def type_name_of(source: object) -> str:
    """The name of the type whose view this is; of a typed error or success, its own."""
    for kind in type(source).__mro__:
        if kind in _types:
            return _types[kind].__name__
    return type(source).__name__


def fields_of(made: type) -> list[StrawberryField]:
    """The fields of a type; what is appended before the schema is built belongs to it."""
    definition: StrawberryObjectDefinition = made.__strawberry_definition__  # type: ignore[attr-defined]  # set by a decorator
    return definition.fields


def nested_node(view: type[BaseModel]) -> type:
    """The type of a view inside another; it is no node of its own."""
    return derive(view, view.__name__.removesuffix("View"), sentence(view))


def graph_type(annotation: object, nested: Nested = nested_node) -> object:
    """The annotation that Strawberry understands for one of a view or a command.

    `nested` gives the type of a model inside it.
    """
    if get_origin(annotation) is Annotated:
        inner, *extras = get_args(annotation)
        is_id = any(isinstance(extra, Prefixed) for extra in extras)
        return strawberry.ID if is_id else graph_type(inner, nested)
    if annotation in PLAIN:
        return PLAIN[annotation]
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return _optional(get_args(annotation), nested)
    if origin in SEQUENCES:
        item = graph_type(get_args(annotation)[0], nested)
        return list[item]  # type: ignore[valid-type]  # made at run time
    if origin in (dict, Mapping):
        return Json
    return _named_type(annotation, nested)


def _optional(members: tuple[object, ...], nested: Nested) -> object:
    inner = [member for member in members if member is not NoneType]
    if len(inner) > 1:
        return Json | None
    return graph_type(inner[0], nested) | None  # type: ignore[operator]  # a type made at run time


def _named_type(annotation: object, nested: Nested) -> object:
    if isinstance(annotation, type):
        if issubclass(annotation, Enum):
            return enum_of(annotation)
        if issubclass(annotation, BaseModel):
            return nested(annotation)
        if issubclass(annotation, dict):
            return Json
    return annotation


def enum_of(kind: type[Enum]) -> object:
    """The enum, its members described by what they say of themselves and the word of REST."""
    if kind not in _enums:
        _enums[kind] = strawberry.enum(kind, description=sentence(kind))
        definition = _enums[kind].__strawberry_definition__  # type: ignore[attr-defined]  # set by a decorator
        for value, member in zip(definition.values, kind, strict=True):
            told = f"{member.told} " if isinstance(member, Word) else ""
            value.description = f"{told}`{member.value}` in REST."
    return _enums[kind]


def sentence(kind: type) -> str:
    """The first line that a class says of itself; nothing where it says none."""
    return (vars(kind).get("__doc__") or "").strip().split("\n")[0]


def _read_ids(made: type, view: type[BaseModel], annotations: Mapping[str, object]) -> None:
    fields = fields_of(made)
    for place, field in enumerate(fields):
        read = _reader(annotations.get(field.python_name), field.python_name)
        if read is not None:
            description = view.model_fields[field.python_name].description or ""
            type_ = graph_type(annotations[field.python_name])
            fields[place] = reading(field.python_name, type_, description, read)


def _reader(annotation: object, name: str) -> Read | None:
    """How ids are shown with their prefix; None where the value is shown as it is."""
    prefix = _prefix_in(annotation)
    if prefix is None:
        return None
    start = prefix + "_"
    if _holds_list(annotation):

        def read_list(source: Any) -> object:  # noqa: ANN401 - a view
            ids = getattr(source, name)
            return None if ids is None else [start + id_.hex for id_ in ids]

        return read_list

    def read(source: Any) -> object:  # noqa: ANN401 - a view
        id_ = getattr(source, name)
        return None if id_ is None else start + id_.hex

    return read


def _prefix_in(annotation: object) -> str | None:
    if get_origin(annotation) is Annotated:
        inner, *extras = get_args(annotation)
        own = next((extra.prefix for extra in extras if isinstance(extra, Prefixed)), None)
        return own or _prefix_in(inner)
    if get_origin(annotation) in (Union, UnionType, *SEQUENCES):
        found = (_prefix_in(each) for each in get_args(annotation))
        return next((prefix for prefix in found if prefix), None)
    return None


def _prefix_of(annotation: object) -> str:
    prefix = _prefix_in(annotation)
    if prefix is None:
        raise TypeError("A node needs an id with a prefix.")
    return prefix


def _holds_list(annotation: object) -> bool:
    if get_origin(annotation) is Annotated:
        return _holds_list(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return any(_holds_list(each) for each in get_args(annotation))
    return get_origin(annotation) in SEQUENCES
