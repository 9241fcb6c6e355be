"""Scalars of the graph: moments, wall times, days, large numbers and JSON, written as REST does."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
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


SCALARS: dict[object, ScalarDefinition] = {
    Moment: strawberry.scalar(
        name="DateTime",
        description="A moment: ISO 8601 with an offset, given in UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=show_moment,
        parse_value=_reading(clock.Moment),
    ),
    WallTime: strawberry.scalar(
        name="LocalDateTime",
        description="A time on the clock of a zone named beside it: ISO 8601 without an offset.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date-time",
        serialize=show_plain,
        parse_value=_read_wall_time,
    ),
    Day: strawberry.scalar(
        name="Date",
        description="A day: ISO 8601.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
        serialize=show_plain,
        parse_value=_reading(clock.Day),
    ),
    TimeOfDay: strawberry.scalar(
        name="TimeOfDay",
        description="A time of day, hours and minutes, on the clock of a zone named beside it.",
        serialize=show_time_of_day,
        parse_value=_reading(plans.TimeOfDay),
    ),
    Big: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 53 bits, as a JSON number.",
        serialize=_as_is,
        parse_value=_read_big,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=_as_is,
        parse_value=_as_is,
    ),
}
