"""What a status can be told that no other network has.

https://docs.joinmastodon.org/methods/statuses/#create, read 2026-11-26.
"""

from enum import StrEnum

from pydantic import Field, JsonValue

from domain.connector.words import Draft
from domain.kernel.shapes import Shape


class Quoting(StrEnum):
    EVERYBODY = "everybody"
    FOLLOWERS = "followers"
    NOBODY = "nobody"


class Settings(Shape):
    quotes_from: Quoting | None = Field(
        default=None,
        title="Who may quote",
        description="Who may quote it; null: as the account prefers. Servers before 4.5 ignore it.",
        examples=[Quoting.FOLLOWERS],
    )
    is_sensitive: bool = Field(
        default=False,
        title="Sensitive media",
        description="Whether its media stay hidden until a reader asks for them.",
        examples=[True],
    )


_POLICIES = {
    Quoting.EVERYBODY: "public",
    Quoting.FOLLOWERS: "followers",
    Quoting.NOBODY: "nobody",
}


def told(draft: Draft) -> dict[str, JsonValue]:
    """The settings of a draft in Mastodon's words; what is as usual is left out."""
    settings = Settings.model_validate(draft.settings)
    body: dict[str, JsonValue] = {}
    if settings.quotes_from is not None:
        body["quote_approval_policy"] = _POLICIES[settings.quotes_from]
    if settings.is_sensitive:
        body["sensitive"] = True
    return body
