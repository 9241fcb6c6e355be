"""The ideas board, and which posts came of which idea."""

from uuid import UUID

from sqlalchemy import ARRAY, Index, Uuid
from sqlmodel import Field

from domain.ideas.rules import TRANSITIONS, IdeaState
from domain.kernel.tables import Kept, TenantRow, belongs_to, string, texts


class Idea(Kept, table=True):
    """A topic of conversation."""

    __tablename__ = "ideas"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("campaigns", "campaign_id"),
        belongs_to("pillars", "pillar_id", on_delete="SET NULL"),
        Index("ideas_by_created", "workspace_id", "created_at", "id"),
        Index("ideas_by_state", "workspace_id", "state", "created_at", "id"),
        Index("ideas_of_community", "workspace_id", "community_id", "state", "created_at", "id"),
    )

    community_id: UUID
    campaign_id: UUID | None = Field(default=None)
    pillar_id: UUID | None = Field(default=None)
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
