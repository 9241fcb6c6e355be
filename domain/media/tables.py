"""Pictures and videos; the bytes lie in the storage that api and workers share."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.tables import Kept, TenantRow, belongs_to, big, json, moment, string, texts


class DroppedContent(SQLModel, table=True):
    """Bytes of which a row is gone, until they are gone too, or found to be another row's."""

    __tablename__ = "dropped_contents"

    workspace_id: UUID = Field(primary_key=True)
    sha256: str = string(primary_key=True)
    dropped_at: datetime = moment()


class Media(Kept, table=True):
    __tablename__ = "media"
    __table_args__ = (
        belongs_to("media", "rendition_of"),
        Index("media_by_created", "workspace_id", "created_at", "id"),
        Index(
            "media_renditions",
            "workspace_id",
            "rendition_of",
            "rendition_for",
            unique=True,
            postgresql_where=sql("rendition_of IS NOT NULL"),
        ),
        Index(
            "media_to_probe",
            "probe_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("probe_at IS NOT NULL"),
        ),
        Index(
            "media_to_notice",
            "notice_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("notice_at IS NOT NULL"),
        ),
        Index(
            "media_by_rights_end",
            "workspace_id",
            "rights_end_at",
            "id",
            postgresql_where=sql("rights_end_at IS NOT NULL"),
        ),
    )

    file_name: str = string()
    content_type: str = string()
    size_bytes: int = big()
    sha256: str = string()
    width: int | None = None
    height: int | None = None
    state: str = string(default="probing")
    facts: dict[str, Any] | None = json(default=None, nullable=True)
    rendition_of: UUID | None = Field(default=None)
    """The file it was made of, which says for it whom to name and until when it may be shown."""
    rendition_for: str | None = string(default=None, nullable=True)
    """Key of the network it was made for."""
    probe_at: datetime | None = moment(default=None, nullable=True)
    """When a worker shall look into it next; null: it was."""
    alt_text: str | None = string(nullable=True)
    alt_texts: list[dict[str, Any]] = json(default=[])
    """In other languages: `language` and `text` of each."""
    credit: str | None = string(nullable=True)
    source: str | None = string(nullable=True)
    licence: str | None = string(nullable=True)
    rights_until: datetime | None = moment(nullable=True)
    rights_networks: list[str] = texts(default=[])
    """The only networks it may be shown on; empty: all."""
    rights_territories: str | None = string(nullable=True)
    rights_end_at: datetime | None = moment(nullable=True)
    """From when on it may not be published: `rules.rights_end` of the right and the consents."""
    notice_at: datetime | None = moment(default=None, nullable=True)
    """When the house is told that this end is near; null: it was, or nothing ends."""


class MediaConsent(Kept, table=True):
    """That a person who is seen or heard agrees; `person` is told in no event and no log."""

    __tablename__ = "media_consents"
    __table_args__ = (
        belongs_to("media", "media_id", on_delete="CASCADE"),
        belongs_to("media", "document_id"),
        Index("media_consents_of_media", "workspace_id", "media_id", "id"),
        Index("media_consents_by_document", "workspace_id", "document_id"),
    )

    media_id: UUID
    person: str = string()
    kind: str = string()
    granted_at: datetime = moment()
    valid_until: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
    document_id: UUID | None = Field(default=None)


class Album(Kept, table=True):
    __tablename__ = "albums"
    __table_args__ = (
        belongs_to("media", "cover_id", on_delete="SET NULL"),
        Index("albums_by_created", "workspace_id", "created_at", "id"),
        Index("albums_by_cover", "workspace_id", "cover_id"),
    )

    name: str = string()
    description: str = string()
    cover_id: UUID | None = Field(default=None)


class AlbumItem(TenantRow, table=True):
    """A file in an album; `position` grows along it."""

    __tablename__ = "album_items"
    __table_args__ = (
        belongs_to("albums", "album_id", on_delete="CASCADE"),
        belongs_to("media", "media_id", on_delete="CASCADE"),
        UniqueConstraint("workspace_id", "album_id", "media_id", name="album_items_once"),
        Index("album_items_in_order", "workspace_id", "album_id", "position", "media_id"),
        Index("album_items_of_media", "workspace_id", "media_id"),
    )

    album_id: UUID
    media_id: UUID
    position: int
    added_at: datetime = moment()


class Operation(Kept, table=True):
    """A wish for a rendition; the file that comes of it has its id, so that there is one."""

    __tablename__ = "operations"
    __table_args__ = (
        belongs_to("media", "media_id", on_delete="CASCADE"),
        belongs_to("media", "result_id", on_delete="SET NULL"),
        Index(
            "operations_open",
            "workspace_id",
            "media_id",
            "network",
            unique=True,
            postgresql_where=sql("state IN ('waiting', 'working')"),
        ),
        Index("operations_of_media", "workspace_id", "media_id"),
        Index("operations_by_result", "workspace_id", "result_id"),
        Index(
            "operations_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
    )

    media_id: UUID
    network: str = string()
    state: str = string()
    progress: float = Field(default=0.0)
    result_id: UUID | None = Field(default=None)
    error: dict[str, Any] | None = json(default=None, nullable=True)
    turn: int = Field(default=0)
    """Counts the workers that took it: one that lost it changes nothing more."""
    act_at: datetime | None = moment(default=None, nullable=True)
    """When a worker shall look at it next; null: nothing is left to do."""
