"""What targets say in the end, who each word comes from, and what they say otherwise: views."""

from typing import Any

from pydantic import Field

from domain.connector.words import Visibility
from domain.kernel.ids import AccountId, AdaptationId, MediaId, PostId
from domain.kernel.shapes import View
from domain.posts.inheriting import Layer
from domain.posts.poll_shapes import PollView
from domain.posts.version_shapes import DifferenceView


class WordingView(View):
    """What is said in the end."""

    parts: list[str] = Field(description="The text, one entry per message of a thread.")
    language: str | None = Field(description="Its language, BCP 47; null: not said.")
    media_ids: list[MediaId] = Field(description="The pictures and videos, in order.")
    link_url: str | None = Field(description="The page it leads to; null: none.")
    content_warning: str | None = Field(description="What it warns of; null: nothing.")
    poll: PollView | None = Field(description="What it asks; null: nothing.")
    quote_of: str | None = Field(description="The post it quotes; null: none.")
    first_comment: str | None = Field(description="What it answers to itself; null: nothing.")


class WordingOriginView(View):
    """Who says one field."""

    layer: Layer = Field(description="Who says it: the post, an adaptation or the target.")
    adaptation_id: AdaptationId | None = Field(description="Which adaptation; null: none.")


class WordingOriginsView(View):
    """Who says each field."""

    parts: WordingOriginView = Field(description="Whose the text is.")
    language: WordingOriginView = Field(description="Whose the language is.")
    media_ids: WordingOriginView = Field(description="Whose the pictures and videos are.")
    link_url: WordingOriginView = Field(description="Whose the link is.")
    content_warning: WordingOriginView = Field(description="Whose the warning is.")
    poll: WordingOriginView = Field(description="Whose the poll is.")
    quote_of: WordingOriginView = Field(description="Whose the quoted post is.")
    first_comment: WordingOriginView = Field(description="Whose the first comment is.")


class ResolvedTargetView(WordingView):
    """What one account will say; links carry the UTM of the post's campaign."""

    account_id: AccountId = Field(description="The account that says it.")
    network: str = Field(description="Its network.")
    locale: str | None = Field(description="The locale it speaks to here; null: not said.")
    segment: str | None = Field(description="The segment it speaks to here; null: not said.")
    tone: str | None = Field(description="The tone it speaks in here; null: not said.")
    visibility: Visibility = Field(description="Who sees it.")
    settings: dict[str, Any] = Field(description="What only its network is told.")
    origins: WordingOriginsView = Field(description="Whose each word is.")


class ResolvedPostView(View):
    post_id: PostId = Field(description="The post.")
    version: int = Field(description="The post's version that says so: its ETag.")
    targets: list[ResolvedTargetView] = Field(description="What each of its accounts will say.")


class DiffView(View):
    """What one says otherwise than what it inherits."""

    inherits_from: list[AdaptationId] = Field(
        description="The adaptations it inherits from, the nearest first; after them the post."
    )
    before: WordingView = Field(description="What it would say without words of its own.")
    after: WordingView = Field(description="What it says.")
    differences: list[DifferenceView] = Field(description="Every difference; empty: none.")
