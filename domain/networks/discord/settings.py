"""What a message can be told that no other network has.

https://docs.discord.com/developers/resources/message#create-message, read 2026-11-26.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from domain.connector.words import Draft
from domain.kernel.shapes import Shape

_NO_EMBEDS, _NO_SOUND = 1 << 2, 1 << 12


class Pinged(StrEnum):
    USERS = "users"
    ROLES = "roles"
    EVERYONE = "everyone"


class Settings(Shape):
    pings: Annotated[tuple[Pinged, ...], Field(max_length=3)] = Field(
        default=(),
        title="Who is notified",
        description="Whose mention in the text notifies them. Empty: nobody's.",
        examples=[[Pinged.USERS]],
    )
    is_silent: bool = Field(
        default=False,
        title="Silent",
        description="Whether people get no sound with it.",
        examples=[True],
    )
    hides_link_previews: bool = Field(
        default=False,
        title="No link previews",
        description="Whether links in the text are shown without their pages' cards.",
        examples=[True],
    )
    opens_thread: bool = Field(
        default=False,
        title="Thread",
        description="Whether further messages stand in a thread that the first one opens.",
        examples=[True],
    )


def settings_of(draft: Draft) -> Settings:
    return Settings.model_validate(draft.settings)


def told(draft: Draft) -> dict[str, JsonValue]:
    """The settings that any message takes, in Discord's words."""
    settings = settings_of(draft)
    flags = _NO_SOUND * settings.is_silent + _NO_EMBEDS * settings.hides_link_previews
    pings: list[JsonValue] = [each.value for each in dict.fromkeys(settings.pings)]
    body: dict[str, JsonValue] = {"allowed_mentions": {"parse": pings}}
    return {**body, "flags": flags} if flags else body
