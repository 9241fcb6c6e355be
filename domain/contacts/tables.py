"""Contacts: people and organisations that posts name."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql

from domain.kernel.tables import Kept, json, moment, string


class Contact(Kept, table=True):
    """A removed one goes on to name itself in what was planned before."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index(
            "contacts_by_key",
            "workspace_id",
            "key",
            unique=True,
            postgresql_where=sql("removed_at IS NULL"),
        ),
        Index("contacts_of_key", "workspace_id", "key", "id"),
    )

    key: str = string()
    name: str = string()
    handles: list[dict[str, Any]] = json()
    removed_at: datetime | None = moment(default=None, nullable=True)
