"""What a topic can be told that no other network has."""

from typing import Annotated

from pydantic import Field

from domain.connector.words import Draft
from domain.kernel.shapes import Shape

_LONGEST_TITLE = 255


class Settings(Shape):
    title: Annotated[str, Field(min_length=1, max_length=_LONGEST_TITLE)] | None = Field(
        default=None,
        title="Title of the topic",
        description="Title of the topic; null: the first line of the text. Most forums want 15 "
        "characters at least.",
        examples=["What the bakery has in store this week"],
    )
    category: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        title="Category",
        description="Number of the category the topic goes to; null: the forum's own choice.",
        examples=[5],
    )


def settings_of(draft: Draft) -> Settings:
    return Settings.model_validate(draft.settings)


def title_of(draft: Draft) -> str:
    """The title of a topic: the one it was given, else what its first message begins with."""
    first = draft.parts[0]
    line = first.text.strip().partition("\n")[0].strip()
    described = next((each.alt_text for each in first.media if each.alt_text), "")
    linked = first.link.title if first.link else ""
    return (settings_of(draft).title or line or described or linked)[:_LONGEST_TITLE]
