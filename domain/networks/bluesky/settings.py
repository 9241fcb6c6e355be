"""Who may answer and quote a post: the gates that stand beside it, each a record of its own.

https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/threadgate.json and
postgate.json, read 2026-11-26: a gate bears the record key of its post. A threadgate is of the
first post of a thread alone, a postgate of any.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from domain.connector.words import Draft
from domain.kernel.shapes import Shape

THREADGATE = "app.bsky.feed.threadgate"
POSTGATE = "app.bsky.feed.postgate"


class Replier(StrEnum):
    MENTIONED = "mentioned"
    FOLLOWERS = "followers"
    FOLLOWED = "followed"


class Settings(Shape):
    replies_from: Annotated[tuple[Replier, ...], Field(max_length=3)] | None = Field(
        default=None,
        title="Who may answer",
        description="Who may answer: those it mentions, those who follow the account, those it "
        "follows. Empty: nobody; null: everybody.",
        examples=[[Replier.MENTIONED, Replier.FOLLOWERS]],
    )
    can_be_quoted: bool = Field(
        default=True,
        title="Quotes",
        description="Whether others may quote it.",
        examples=[False],
    )


_RULES = {
    Replier.MENTIONED: "mentionRule",
    Replier.FOLLOWERS: "followerRule",
    Replier.FOLLOWED: "followingRule",
}


def gates(draft: Draft, number: int, uri: str, created_at: str) -> Iterator[tuple[str, JsonValue]]:
    """The gates of one message of a draft, each with its collection."""
    settings = Settings.model_validate(draft.settings)
    facts: dict[str, JsonValue] = {"post": uri, "createdAt": created_at}
    begins_thread = number == 0 and draft.reply_to is None
    if begins_thread and settings.replies_from is not None:
        allow: JsonValue = [
            {"$type": f"{THREADGATE}#{_RULES[each]}"}
            for each in dict.fromkeys(settings.replies_from)
        ]
        yield THREADGATE, {"$type": THREADGATE, **facts, "allow": allow}
    if not settings.can_be_quoted:
        rules: JsonValue = [{"$type": f"{POSTGATE}#disableRule"}]
        yield POSTGATE, {"$type": POSTGATE, **facts, "embeddingRules": rules}
