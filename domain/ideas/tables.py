"""The ideas board, which posts came of which idea, and candidates for both."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, UniqueConstraint, Uuid
from sqlmodel import Field

from domain.ideas.rules import TRANSITIONS, IdeaState
from domain.kernel.tables import Kept, TenantRow, belongs_to, json, string, texts


class Idea(Kept, table=True):
    """A topic of conversation; one with an occasion was proposed for it."""

    __tablename__ = "ideas"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("campaigns", "campaign_id"),
        belongs_to("pillars", "pillar_id", on_delete="SET NULL"),
        belongs_to("occasions", "occasion_id", on_delete="SET NULL"),
        UniqueConstraint("workspace_id", "occasion_id", name="ideas_of_occasion_once"),
        Index("ideas_by_created", "workspace_id", "created_at", "id"),
        Index("ideas_by_updated", "workspace_id", "updated_at", "id"),
        Index("ideas_by_state", "workspace_id", "state", "created_at", "id"),
        Index("ideas_by_state_updated", "workspace_id", "state", "updated_at", "id"),
        Index("ideas_of_community", "workspace_id", "community_id", "state", "created_at", "id"),
    )

    community_id: UUID
    campaign_id: UUID | None = Field(default=None)
    pillar_id: UUID | None = Field(default=None)
    occasion_id: UUID | None = Field(default=None)
    state: str = string()
    question: str = string()
    brief: str = string()
    stance: str = string()
    claims: list[str] = texts()
    expert_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    labels: list[str] = texts()
    summary: str | None = string(nullable=True)

    @property
    def next_states(self) -> list[IdeaState]:
        return list(TRANSITIONS[IdeaState(self.state)])


class IdeaPost(TenantRow, table=True):
    """A post and the idea it came of; `id` is the post's."""

    __tablename__ = "idea_posts"
    __table_args__ = (
        belongs_to("posts", "id", on_delete="CASCADE"),
        belongs_to("ideas", "idea_id"),
        Index("idea_posts_of_idea", "workspace_id", "idea_id", "id"),
    )

    idea_id: UUID


class Candidate(Kept, table=True):
    """A mention that may become an idea or a post; its words stay with the mention."""

    __tablename__ = "candidates"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("mentions", "mention_id", on_delete="CASCADE"),
        belongs_to("ideas", "idea_id", on_delete="SET NULL"),
        belongs_to("posts", "post_id", on_delete="SET NULL"),
        UniqueConstraint("workspace_id", "mention_id", name="candidates_once"),
        Index("candidates_by_score", "workspace_id", "score", "id"),
        Index("candidates_by_created", "workspace_id", "created_at", "id"),
        Index("candidates_by_state_score", "workspace_id", "state", "score", "id"),
        Index("candidates_by_state_created", "workspace_id", "state", "created_at", "id"),
    )

    community_id: UUID
    mention_id: UUID
    origin: str = string()
    note: str = string()
    state: str = string()
    score: int
    reasons: list[dict[str, Any]] = json()
    became: str | None = string(nullable=True)
    idea_id: UUID | None = Field(default=None)
    post_id: UUID | None = Field(default=None)
