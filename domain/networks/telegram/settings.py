"""What a message can be told that no other network has.

https://core.telegram.org/bots/api#sendmessage, read 2026-11-26.
"""

from pydantic import Field, JsonValue

from domain.connector.words import Draft
from domain.kernel.shapes import Shape


class Settings(Shape):
    is_silent: bool = Field(
        default=False,
        title="Silent",
        description="Whether people get no sound with it.",
        examples=[True],
    )
    is_protected: bool = Field(
        default=False,
        title="Protected",
        description="Whether nobody can pass it on or save it.",
        examples=[True],
    )
    hides_link_preview: bool = Field(
        default=False,
        title="No link preview",
        description="Whether the first link in the text is shown without its page's card.",
        examples=[True],
    )


def told(draft: Draft) -> dict[str, JsonValue]:
    """The settings that any message takes, in Telegram's words; what is as usual is left out."""
    settings = Settings.model_validate(draft.settings)
    body: dict[str, JsonValue] = {}
    if settings.is_silent:
        body["disable_notification"] = True
    if settings.is_protected:
        body["protect_content"] = True
    return body


def preview(draft: Draft) -> dict[str, JsonValue]:
    """What a text alone is told."""
    if Settings.model_validate(draft.settings).hides_link_preview:
        return {"link_preview_options": {"is_disabled": True}}
    return {}
