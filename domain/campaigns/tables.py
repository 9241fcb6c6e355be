"""Campaigns: what a community is told for one purpose, over some days."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from domain.kernel.tables import Kept, belongs_to, json, moment, string, texts


class Campaign(Kept, table=True):
    """`utm` holds templates as `UtmTemplate` shows them."""

    __tablename__ = "campaigns"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        Index("campaigns_by_created", "workspace_id", "created_at", "id"),
        Index("campaigns_of_community", "workspace_id", "community_id", "created_at", "id"),
    )

    community_id: UUID
    name: str = string()
    objective: str = string()
    labels: list[str] = texts()
    starts_on: date | None = Field(default=None)
    ends_on: date | None = Field(default=None)
    utm: list[dict[str, Any]] = json()
    archived_at: datetime | None = moment(nullable=True)
