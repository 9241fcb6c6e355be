"""The two kinds of fields: read from their source, or asked with arguments and the context."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info
from strawberry.types.unset import UNSET

Read = Callable[[Any], object]
Ask = Callable[[Any, Any, dict[str, Any]], Awaitable[object]]


class Reading(StrawberryField):
    """Computed from its source alone: no arguments, no context, nothing to wait for."""

    read: Read

    def get_result(
        self,
        source: Any,  # noqa: ANN401 - a view
        info: Info | None,  # noqa: ARG002 - Strawberry's signature
        args: list[Any],  # noqa: ARG002 - as above
        kwargs: Any,  # noqa: ARG002, ANN401 - as above
    ) -> object:
        return self.read(source)


class Asking(StrawberryField):
    """Given its source, the context of the operation and its arguments by Python name."""

    ask: Ask

    @property
    def is_basic_field(self) -> bool:
        return False

    def get_result(
        self,
        source: Any,  # noqa: ANN401 - a view or None at the root
        info: Info | None,
        args: list[Any],  # noqa: ARG002 - Strawberry's signature
        kwargs: Any,  # noqa: ANN401 - as above
    ) -> Awaitable[object]:
        if info is None:
            raise TypeError("A field that asks was resolved without its context.")
        return self.ask(source, info.context, kwargs)


def reading(name: str, type_: object, description: str, read: Read) -> Reading:
    field = Reading(
        python_name=name,
        type_annotation=StrawberryAnnotation.from_annotation(type_),
        description=description,
    )
    field.read = read
    return field


def asking(
    name: str,
    type_: object,
    description: str,
    ask: Ask,
    arguments: Sequence[StrawberryArgument] = (),
) -> Asking:
    field = Asking(
        python_name=name,
        type_annotation=StrawberryAnnotation.from_annotation(type_),
        description=description,
    )
    field.ask = ask
    field.arguments = list(arguments)
    return field


def argument(
    name: str,
    type_: object,
    description: str,
    default: object = UNSET,
) -> StrawberryArgument:
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(type_),
        description=description,
        default=default,
    )
