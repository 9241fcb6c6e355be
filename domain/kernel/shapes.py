"""The forms that shapes share: views go out, commands come in, changes name what was sent."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Shape(BaseModel):
    """Frozen, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(Shape):
    """What a reader gets. No field has a default. Built when first shown, for memory."""

    model_config = ConfigDict(from_attributes=True, defer_build=True)


class Command(Shape):
    """What a caller asks for. Text is trimmed at both ends."""

    model_config = ConfigDict(str_strip_whitespace=True)


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Change(Command):
    """A merge patch (RFC 7396): only the fields that were sent count, null empties.

    Every field is a `may_change`: its default is never looked at, as only `sent` is read.
    """

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    def sent(self) -> dict[str, Any]:
        """The fields that were sent, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def may_change(description: str) -> Any:  # noqa: ANN401 - Field's own signature
    """A field of a `Change`."""
    return Field(default=None, description=description)


class PageMark(View):
    next_cursor: str | None = Field(description="Hand back as `cursor` for the next page.")
    has_more: bool = Field(description="Whether a next page exists.")


class Page(View, Generic[T]):
    data: list[T] = Field(description="The items of this page, in order.")
    page: PageMark = Field(description="Where this page ends.")
