"""Scalars of the graph: moments, wall times, days, large numbers and JSON, written as REST does."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, ValueNode, value_from_ast_untyped
from pydantic import TypeAdapter, ValidationError
from strawberry.types.scalar import ScalarDefinition

from domain.kernel import clock
from domain.plans import shapes as plans

Moment = NewType("Moment", datetime)
WallTime = NewType("WallTime", datetime)
Day = NewType("Day", date)
TimeOfDay = NewType("TimeOfDay", time)
Big = NewType("Big", int)
Json = NewType("Json", object)

SAFE_INTEGER = 2**53 - 1
WALL_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def show_moment(moment: datetime) -> str:
    """As REST shows it: UTC, `Z` at the end, microseconds where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def show_plain(value: date) -> str:
    return value.isoformat()


def _reading(kind: Any) -> Callable[[object], Any]:  # noqa: ANN401 - a type with its rules
    """Reads what REST reads as a shape of that kind, and refuses the rest in the same words."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def read(value: object) -> Any:  # noqa: ANN401 - of the kind
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            raise GraphQLError(error.errors()[0]["msg"]) from None

    return read


def _read_wall_time(value: object) -> datetime:
    """Of any year: a command judges that, and points at the field."""
    message = clock.NO_WALL_TIME[1]
    if not isinstance(value, str) or not WALL_TIME.fullmatch(value):
        raise GraphQLError(message)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise GraphQLError(message) from None


def show_time_of_day(value: time) -> str:
    return f"{value:%H:%M}"


def _read_big(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > SAFE_INTEGER:
        raise GraphQLError("This is no whole number of up to 53 bits.")
    return value


def _as_is(value: object) -> object:
    return value


def _read_literal(read: Callable[[object], Any]) -> Callable[..., Any]:
    """Reads what is written in a query itself, and says where the wrong value stands there."""

    def read_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - as `read` gives
        try:
            return read(value_from_ast_untyped(node, variables))
        except GraphQLError as error:
            raise GraphQLError(error.message, node) from None

    return read_literal


def _scalar(
    name: str,
    description: str,
    *,
    serialize: Callable[[Any], object],
    read: Callable[[object], Any],
    url: str | None = None,
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name,
        description=description,
        specified_by_url=url,
        serialize=serialize,
        parse_value=read,
        parse_literal=_read_literal(read),
    )


SCALARS: dict[object, ScalarDefinition] = {
    Moment: _scalar(
        "DateTime",
        "A moment: ISO 8601 with an offset, given in UTC.",
        serialize=show_moment,
        read=_reading(clock.Moment),
        url="https://scalars.graphql.org/andimarek/date-time",
    ),
    WallTime: _scalar(
        "LocalDateTime",
        "A time on the clock of a zone named beside it: ISO 8601 without an offset.",
        serialize=show_plain,
        read=_read_wall_time,
        url="https://scalars.graphql.org/andimarek/local-date-time",
    ),
    Day: _scalar(
        "Date",
        "A day: ISO 8601.",
        serialize=show_plain,
        read=_reading(clock.Day),
        url="https://scalars.graphql.org/andimarek/local-date",
    ),
    TimeOfDay: _scalar(
        "TimeOfDay",
        "A time of day, hours and minutes, on the clock of a zone named beside it.",
        serialize=show_time_of_day,
        read=_reading(plans.TimeOfDay),
    ),
    Big: _scalar(
        "BigInt",
        "A whole number of up to 53 bits, as a JSON number.",
        serialize=_as_is,
        read=_read_big,
    ),
    Json: _scalar(
        "JSON",
        "Any JSON value.",
        serialize=_as_is,
        read=_as_is,
        url="https://www.rfc-editor.org/rfc/rfc8259",
    ),
}
