"""Arguments of reads, from the keywords of the domain's own functions and the fields of filters."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from enum import Enum
from inspect import Parameter
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.unset import UNSET

from api.graph.derive import SEQUENCES, graph_type
from api.graph.fields import argument
from api.graph.ids import read_id, standing_at
from api.problems import from_validation
from domain.accounts.shapes import known_network
from domain.kernel.errors import Misfit
from domain.kernel.ids import PREFIXES, read_any
from domain.kernel.pages import MAX_LIMIT

PREFIX_OF = {kind: prefix for prefix, kind in PREFIXES.items()}
OTHER_NAMES = {"assigned_to": "mem", "other_id": "pver", "source_ids": "med"}
NETWORKS = {"network", "networks"}
SUBJECTS = "subjects"
"""Ids of several kinds; which, the hint says."""
GIVEN_BY_US = {"now", "request", "keys"}


class Arguments:
    """What a function or a filter takes by name, `described`; a filter inside it is laid flat."""

    def __init__(self, shape: Callable[..., object], described: Mapping[str, str]) -> None:
        hints = get_type_hints(shape, include_extras=True)
        self._shape = shape
        self._keywords: dict[str, Keyword] = {}
        self._filters: dict[str, Arguments] = {}
        for parameter in inspect.signature(shape).parameters.values():
            name, hint = parameter.name, hints[parameter.name]
            if name in GIVEN_BY_US or not _is_named(parameter, shape):
                continue
            if is_dataclass(hint):
                self._filters[name] = Arguments(hint, described)  # type: ignore[arg-type]  # read at run time
            else:
                self._keywords[name] = Keyword(parameter, hint, described[name])

    @property
    def listed(self) -> list[StrawberryArgument]:
        own = [keyword.argument for keyword in self._keywords.values()]
        return own + [each for inner in self._filters.values() for each in inner.listed]

    def default_of(self, name: str) -> Any:  # noqa: ANN401 - whatever the function says
        if name in self._keywords:
            return self._keywords[name].default
        return next(iter(self._filters.values())).default_of(name)

    def bound(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The keywords to call with. Raises what is wrong with an id or a key, and `Misfit`."""
        found = {
            name: keyword.bound(given.get(name))
            for name, keyword in self._keywords.items()
            if given.get(name) is not None or keyword.default is Parameter.empty
        }
        return found | {name: inner.made(given) for name, inner in self._filters.items()}

    def made(self, given: Mapping[str, Any]) -> object:
        """The filter itself."""
        return self._shape(**self.bound(given))


class Keyword:
    """One keyword as an argument: its type and default, and ids read by the kind its name says."""

    def __init__(self, parameter: Parameter, hint: Any, description: str) -> None:  # noqa: ANN401 - any annotation
        self.name, self.default = parameter.name, parameter.default
        self._list = get_origin(hint) if get_origin(hint) in SEQUENCES else None
        self._prefix = _prefix(parameter.name, hint)
        self._subject = TypeAdapter(get_args(hint)[0]) if self.name == SUBJECTS else None
        type_: Any = graph_type(hint)
        has_plain_default = isinstance(self.default, Enum | bool | int | str)
        is_optional = self.default is not Parameter.empty and not has_plain_default
        self.argument = argument(
            parameter.name,
            type_ | None if is_optional else type_,
            description,
            self.default if has_plain_default else UNSET,
        )

    def bound(self, value: Any) -> Any:  # noqa: ANN401 - any value of an argument
        if value is None or value is UNSET:
            return None
        if self._list is None:
            return self._one(value, self.name)
        if len(value) > MAX_LIMIT:
            raise Misfit(f"At most {MAX_LIMIT} entries in one list.", at=f"/{self.name}")
        made = [self._one(each, f"{self.name}/{place}") for place, each in enumerate(value)]
        return tuple(made) if self._list is tuple else made

    def _one(self, value: Any, place: str) -> Any:  # noqa: ANN401 - any value of an argument
        if self._prefix is not None:
            return read_id(self._prefix, place, value)
        with standing_at(place):
            if self.name in NETWORKS:
                return known_network(value)
            if self._subject is not None:
                read_any(value)
                _judge(self._subject, value, place)
        return value


def _judge(kind: TypeAdapter[Any], value: object, place: str) -> None:
    """Raises what REST refuses the same value with."""
    try:
        kind.validate_python(value)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise from_validation([{**each, "loc": place.split("/")} for each in found]) from None


def _is_named(parameter: Parameter, shape: object) -> bool:
    """A keyword of a function, or any field of a filter."""
    return is_dataclass(shape) or parameter.kind is Parameter.KEYWORD_ONLY


def _prefix(name: str, hint: object) -> str | None:
    """The prefix of an id parameter such as `community_ids`, from its name."""
    if UUID not in (hint, *get_args(hint)):
        return None
    if name in OTHER_NAMES:
        return OTHER_NAMES[name]
    return PREFIX_OF[name.removesuffix("_ids").removesuffix("_id")]
