"""What a post can be told that no other network has.

https://developers.facebook.com/docs/threads/reference/publishing, read 2026-11-28.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.connector.words import Draft
from domain.kernel.shapes import Shape


class MayReply(StrEnum):
    EVERYONE = "everyone"
    ACCOUNTS_YOU_FOLLOW = "accounts_you_follow"
    MENTIONED_ONLY = "mentioned_only"
    PARENT_POST_AUTHOR_ONLY = "parent_post_author_only"
    FOLLOWERS_ONLY = "followers_only"


class Settings(Shape):
    topic_tag: Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^.&]+$")] | None = (
        Field(
            default=None,
            title="Topic",
            description="The topic that the post stands under, without `.` and `&`; null: the "
            "first hashtag of the text, if it has any.",
            examples=["Cheese"],
        )
    )
    reply_control: MayReply = Field(
        default=MayReply.EVERYONE,
        title="Who may reply",
        description="Who may answer the post.",
        examples=[MayReply.FOLLOWERS_ONLY],
    )


def told(draft: Draft) -> list[tuple[str, str]]:
    """The settings of a first message, in the words of Threads; defaults are left out."""
    settings = Settings.model_validate(draft.settings)
    form = [] if settings.topic_tag is None else [("topic_tag", settings.topic_tag)]
    if settings.reply_control is not MayReply.EVERYONE:
        form.append(("reply_control", settings.reply_control.value))
    return form
