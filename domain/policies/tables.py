"""Approval policies: data that says which posts are approved by whom."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from domain.kernel.tables import Kept, belongs_to, json, string, texts


class ApprovalPolicy(Kept, table=True):
    """Departments and members in `steps` are named by value."""

    __tablename__ = "approval_policies"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("calendars", "calendar_id"),
        Index("approval_policies_of_community", "workspace_id", "community_id", "id"),
    )

    community_id: UUID
    calendar_id: UUID | None = Field(default=None)
    name: str = string()
    networks: list[str] = texts()
    labels: list[str] = texts()
    topics: list[str] = texts()
    is_for_first_use: bool
    asks_again: bool = Field(default=True)
    steps: list[dict[str, Any]] = json()
