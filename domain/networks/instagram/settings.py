"""What a post can be told that no other network has.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media,
read 2026-11-28.
"""

import json
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.connector.words import Draft
from domain.kernel.shapes import Shape

_Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._]{1,30}$")]


class Settings(Shape):
    collaborators: Annotated[tuple[_Username, ...], Field(max_length=3)] = Field(
        default=(),
        title="Collaborators",
        description="Names, without `@`, of up to three accounts that are asked to show the post "
        "as theirs, too.",
        examples=[["village.cafe"]],
    )
    share_to_feed: bool = Field(
        default=True,
        title="Show in the feed",
        description="Whether a reel may stand in the feed, too; a video alone is one.",
        examples=[False],
    )
    is_ai_generated: bool = Field(
        default=False,
        title="Made by artificial intelligence",
        description="Whether the post is labelled as made by artificial intelligence.",
        examples=[True],
    )


def told(draft: Draft, *, is_reel: bool) -> list[tuple[str, str]]:
    """The settings in the words of Instagram; defaults are left out."""
    settings = Settings.model_validate(draft.settings)
    form = list[tuple[str, str]]()
    if settings.collaborators:
        form.append(("collaborators", json.dumps(settings.collaborators)))
    if settings.is_ai_generated:
        form.append(("is_ai_generated", "true"))
    if is_reel and not settings.share_to_feed:
        form.append(("share_to_feed", "false"))
    return form
