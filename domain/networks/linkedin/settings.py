"""What a post can be told that no other network has.

https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api,
read 2026-11-28.
"""

from enum import StrEnum

from pydantic import Field

from domain.connector.words import Draft
from domain.kernel.shapes import Shape


class Audience(StrEnum):
    EVERYBODY = "everybody"
    MEMBERS = "members"
    CONNECTIONS = "connections"


class Settings(Shape):
    audience: Audience | None = Field(
        default=None,
        title="Who may see it",
        description="Everybody, members who are signed in, or a person's own connections; null: "
        "everybody. Organisations have no connections.",
        examples=[Audience.MEMBERS],
    )
    is_reshare_disabled: bool = Field(
        default=False,
        title="No reposts",
        description="Whether nobody else may pass it on.",
        examples=[True],
    )


_VISIBILITIES = {
    None: "PUBLIC",
    Audience.EVERYBODY: "PUBLIC",
    Audience.MEMBERS: "LOGGED_IN",
    Audience.CONNECTIONS: "CONNECTIONS",
}


def settings_of(draft: Draft) -> Settings:
    return Settings.model_validate(draft.settings)


def visibility_of(settings: Settings) -> str:
    """In LinkedIn's words."""
    return _VISIBILITIES[settings.audience]
